package org.moralbank.proofs;

import java.util.Collection;
import java.util.List;

/**
 * How long a log is and what its root is, to be signed (c2sp.org/tlog-checkpoint). It proves that who signed it says so;
 * that the log has kept to it, a consistency proof from it to a later one shows.
 *
 * @param origin which log; the name of the key that signs
 * @param size how many leaves
 * @param root of the tree of these leaves
 */
public record Checkpoint(String origin, long size, Hash root) {
    public Checkpoint {
        if (origin.isEmpty() || origin.contains("\n") || size < 0) {
            throw new IllegalArgumentException("no checkpoint: origin " + origin + ", size " + size);
        }
        if (size == 0 && !root.equals(Hash.OF_NOTHING)) {
            throw new IllegalArgumentException("a log without leaves has another root than " + root);
        }
    }

    /** The checkpoint that the text of a note says. Lines behind the third are passed over. */
    public static Checkpoint parse(String text) {
        List<String> lines = Lines.of(text);
        if (lines.size() < 3 || lines.contains("")) {
            throw new IllegalArgumentException("not a checkpoint: fewer than three lines, or an empty one");
        }
        return new Checkpoint(lines.get(0), Lines.number(lines.get(1)), Hash.parse(lines.get(2)));
    }

    /**
     * The checkpoint of a signed note.
     *
     * @throws IllegalArgumentException when the note is none, none of the keys signed it, a signature does not hold, or it is
     *     of another log than the keys' names say
     */
    public static Checkpoint verified(String note, Collection<VerificationKey> keys) {
        SignedNote signed = SignedNote.parse(note);
        Checkpoint checkpoint = parse(signed.text());
        String text = signed.verified(keys.stream()
                .filter(key -> key.name().equals(checkpoint.origin))
                .toList());
        return parse(text);
    }

    /** The three lines. */
    public String text() {
        return origin + "\n" + size + "\n" + root.base64() + "\n";
    }

    /** Signs it with the key of its origin. */
    public SignedNote sign(SigningKey key) {
        if (!key.verification().name().equals(origin)) {
            throw new IllegalArgumentException(origin + " is not signed for by " + key);
        }
        return SignedNote.sign(text(), key);
    }
}
