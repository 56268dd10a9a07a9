package org.moralbank.proofs;

import java.util.Collection;
import java.util.List;

/**
 * That something is in a log, to be kept and checked without the log (c2sp.org/tlog-proof): where it stands, the hashes
 * beside its way to the root, and the signed checkpoint with that root.
 *
 * @param index of the leaf, from 0
 * @param path the hashes, the lowest first
 * @param checkpoint the signed note, as the log gave it
 */
public record Receipt(long index, List<Hash> path, String checkpoint) {
    private static final String FORM = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA = "extra ";
    private static final String INDEX = "index ";

    public Receipt {
        path = List.copyOf(path);
    }

    /** Reads a receipt, without believing it. Extra data, which nothing signs, is passed over. */
    public static Receipt parse(String text) {
        int end = text.indexOf("\n\n");
        if (end < 0) {
            throw new IllegalArgumentException("not a receipt: no empty line before the checkpoint");
        }
        List<String> lines = Lines.of(text.substring(0, end + 1));
        int at = lines.size() > 1 && lines.get(1).startsWith(EXTRA) ? 2 : 1;
        if (!lines.getFirst().equals(FORM)
                || lines.size() <= at
                || !lines.get(at).startsWith(INDEX)) {
            throw new IllegalArgumentException("not a receipt: it begins with " + FORM + " and an index");
        }
        return new Receipt(
                Lines.number(lines.get(at).substring(INDEX.length())),
                lines.subList(at + 1, lines.size()).stream().map(Hash::parse).toList(),
                text.substring(end + 2));
    }

    /**
     * The checkpoint, when one of the keys signed it and the leaf with this content is in its tree, at this index.
     *
     * @throws IllegalArgumentException when it is not so, with a sentence that says why
     */
    public Checkpoint verified(byte[] content, Collection<VerificationKey> keys) {
        Checkpoint signed = Checkpoint.verified(checkpoint, keys);
        if (!new Inclusion(index, signed.size(), path).proves(Hash.leaf(content), signed.root())) {
            throw new IllegalArgumentException("the leaf is not at " + index + " of the tree with the signed root");
        }
        return signed;
    }

    /** The receipt as it is sent and kept. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(FORM).append('\n');
        out.append(INDEX).append(index).append('\n');
        path.forEach(hash -> out.append(hash.base64()).append('\n'));
        return out.append('\n').append(checkpoint).toString();
    }
}
