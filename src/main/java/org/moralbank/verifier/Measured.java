package org.moralbank.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Counts and hashes what is read, and reads no more than was said: a small file may not unpack to a large one. */
final class Measured extends InputStream {
    private final InputStream in;
    private final long said;
    private final MessageDigest digest;
    private long bytes;

    Measured(InputStream in, long said) {
        this.in = in;
        this.said = said;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        int read = in.read(buffer, from, length);
        if (read > 0) {
            bytes += read;
            if (bytes > said) {
                throw new TooLong();
            }
            digest.update(buffer, from, read);
        }
        return read;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Reads on to the end. */
    void drain() throws IOException {
        byte[] buffer = new byte[1 << 16];
        int read;
        do {
            read = read(buffer, 0, buffer.length);
        } while (read >= 0);
    }

    long bytes() {
        return bytes;
    }

    String sha256() {
        return HexFormat.of().formatHex(digest.digest());
    }

    /** The file is longer than the manifest says. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1;

        TooLong() {
            super("it is longer than the manifest says");
        }
    }
}
