package org.moralbank.proofs;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/**
 * A text with signatures below it (c2sp.org/signed-note). What is read is not trusted until {@link #verified} gave its text.
 *
 * <pre>{@code
 * the text, in lines
 *
 * — name base64(id and signature)
 * }</pre>
 *
 * @param text its lines, each with its newline
 * @param signatures the lines below the text, in their order
 */
public record SignedNote(String text, List<Line> signatures) {
    /** More than anyone signs with, so that a note costs no more than so many checks. */
    private static final int MOST_SIGNATURES = 64;

    private static final String DASH = "— ";

    /** A signature, as its line says it; of any type. */
    public record Line(String name, int id, byte[] signature) {
        private String text() {
            byte[] bytes = ByteBuffer.allocate(Integer.BYTES + signature.length)
                    .putInt(id)
                    .put(signature)
                    .array();
            return DASH + name + " " + Base64.getEncoder().encodeToString(bytes) + "\n";
        }

        private static Line parse(String line) {
            String[] parts =
                    line.startsWith(DASH) ? line.substring(DASH.length()).split(" ", -1) : new String[0];
            if (parts.length != 2) {
                throw new IllegalArgumentException("not a signature of a note: " + line);
            }
            ByteBuffer bytes = ByteBuffer.wrap(Hash.decoded(parts[1]));
            if (bytes.remaining() <= Integer.BYTES) {
                throw new IllegalArgumentException("a signature without bytes: " + line);
            }
            int id = bytes.getInt();
            byte[] signature = new byte[bytes.remaining()];
            bytes.get(signature);
            return new Line(VerificationKey.checkedName(parts[0]), id, signature);
        }

        /** Whether it says that it is of this key; nothing is verified. */
        public boolean isOf(VerificationKey key) {
            return id == key.id() && name.equals(key.name());
        }
    }

    public SignedNote {
        if (!text.endsWith("\n") || text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new IllegalArgumentException("a note is lines of text without control characters");
        }
        if (signatures.isEmpty() || signatures.size() > MOST_SIGNATURES) {
            throw new IllegalArgumentException("a note has 1 to " + MOST_SIGNATURES + " signatures");
        }
        signatures = List.copyOf(signatures);
    }

    /** Signs a text. */
    public static SignedNote sign(String text, SigningKey key) {
        VerificationKey by = key.verification();
        byte[] signature = key.signature(text.getBytes(StandardCharsets.UTF_8));
        return new SignedNote(text, List.of(new Line(by.name(), by.id(), signature)));
    }

    /** Reads a note, without believing it. */
    public static SignedNote parse(String note) {
        int end = note.lastIndexOf("\n\n");
        if (end < 0) {
            throw new IllegalArgumentException("not a note: no empty line between text and signatures");
        }
        List<Line> signatures = new ArrayList<>();
        for (String line : Lines.of(note.substring(end + 2))) {
            signatures.add(Line.parse(line));
            if (signatures.size() > MOST_SIGNATURES) {
                break;
            }
        }
        return new SignedNote(note.substring(0, end + 1), signatures);
    }

    /**
     * The text, when one of these keys signed it. Signatures by others are passed over; one by a known key that does not
     * hold spoils the note.
     *
     * @throws IllegalArgumentException when none of the keys signed it, or a signature does not hold
     */
    public String verified(Collection<VerificationKey> keys) {
        byte[] signed = text.getBytes(StandardCharsets.UTF_8);
        boolean known = false;
        for (Line line : signatures) {
            for (VerificationKey key : keys) {
                if (line.isOf(key)) {
                    if (!key.verifies(signed, line.signature())) {
                        throw new IllegalArgumentException("the signature of " + key.name() + " does not hold");
                    }
                    known = true;
                }
            }
        }
        if (!known) {
            throw new IllegalArgumentException("none of the known keys signed this");
        }
        return text;
    }

    /** The note as it is sent and kept. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(text).append('\n');
        signatures.forEach(line -> out.append(line.text()));
        return out.toString();
    }
}
