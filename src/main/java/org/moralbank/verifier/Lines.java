package org.moralbank.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** The lines of a file, one at a time, each ended by a line feed; of a bounded length, so that memory is. */
public final class Lines {
    private static final int LONGEST = 1 << 20;

    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int filled;
    private int from;
    private int to;
    private long number;

    public Lines(InputStream in) {
        this.in = in;
    }

    /**
     * Goes to the next line; false when there is none.
     *
     * @throws Fault when the last line is not ended, or one is longer than a mebibyte
     */
    public boolean next() throws IOException, Fault {
        from = number == 0 ? 0 : to + 1;
        int searched = from;
        while (true) {
            for (int i = searched; i < filled; i++) {
                if (buffer[i] == '\n') {
                    to = i;
                    number++;
                    return true;
                }
            }
            searched = makeRoom();
            int read = in.read(buffer, filled, buffer.length - filled);
            if (read < 0) {
                if (filled > from) {
                    number++;
                    throw new Fault("the line has no end: something is missing");
                }
                return false;
            }
            filled += read;
        }
    }

    /** Moves what is left of the line to the front, or takes a larger buffer; gives how far it was searched. */
    private int makeRoom() throws Fault {
        int length = filled - from;
        if (length > LONGEST) {
            number++;
            throw new Fault("the line is longer than a mebibyte");
        }
        if (from > 0) {
            System.arraycopy(buffer, from, buffer, 0, length);
            from = 0;
            filled = length;
        } else if (filled == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        return filled;
    }

    /** The number of the line that was read last, from 1; after a fault, of the one that could not be read. */
    public long number() {
        return number;
    }

    /** The line without its end. */
    public byte[] bytes() {
        return Arrays.copyOfRange(buffer, from, to);
    }

    JsonObject object() throws Fault {
        return JsonReader.object(buffer, from, to);
    }
}
