package org.moralbank.exports;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What stands around the deflate streams of a zip file (PKWARE's APPNOTE 6.3.10), with zip64 where a number needs it.
 *
 * <p>Written by hand because the streams are kept already and the sizes known, so that headers are all there is to write;
 * every entry has the same time, that the same files give the same bytes.
 */
final class Zip {
    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int LOCATOR64 = 0x07064b50;

    private static final int DEFLATED = 8;
    private static final int UTF_8_NAME = 1 << 11;

    /** 1 January 1980, the first day that there is in a zip file. */
    private static final int DAY = 1 << 5 | 1;

    private static final long FULL = 0xffff_ffffL;

    private Zip() {}

    /**
     * An entry.
     *
     * @param offset where its header begins
     */
    record Entry(String name, long crc, long deflated, long bytes, long offset) {
        private byte[] nameBytes() {
            return name.getBytes(StandardCharsets.UTF_8);
        }

        private boolean isLarge() {
            return deflated >= FULL || bytes >= FULL;
        }

        private int version() {
            return isLarge() || offset >= FULL ? 45 : 20;
        }
    }

    /** What stands before an entry's stream. */
    static byte[] before(Entry entry) {
        byte[] name = entry.nameBytes();
        boolean large = entry.isLarge();
        ByteBuffer out = buffer(30 + name.length + (large ? 20 : 0));
        out.putInt(LOCAL)
                .putShort((short) (large ? 45 : 20))
                .putShort((short) UTF_8_NAME)
                .putShort((short) DEFLATED)
                .putShort((short) 0)
                .putShort((short) DAY)
                .putInt((int) entry.crc())
                .putInt((int) (large ? FULL : entry.deflated()))
                .putInt((int) (large ? FULL : entry.bytes()))
                .putShort((short) name.length)
                .putShort((short) (large ? 20 : 0))
                .put(name);
        if (large) {
            out.putShort((short) 1).putShort((short) 16).putLong(entry.bytes()).putLong(entry.deflated());
        }
        return out.array();
    }

    /** The directory and the end, which begins at {@code at}. */
    static byte[] end(List<Entry> entries, long at) {
        int length = entries.stream()
                .mapToInt(entry -> 46 + entry.nameBytes().length + extra(entry))
                .sum();
        boolean large = at + length >= FULL || entries.size() >= 0xffff;
        ByteBuffer out = buffer(length + (large ? 76 : 0) + 22);
        entries.forEach(entry -> directory(entry, out));
        if (large) {
            out.putInt(END64)
                    .putLong(44)
                    .putShort((short) 45)
                    .putShort((short) 45)
                    .putInt(0)
                    .putInt(0)
                    .putLong(entries.size())
                    .putLong(entries.size())
                    .putLong(length)
                    .putLong(at);
            out.putInt(LOCATOR64).putInt(0).putLong(at + length).putInt(1);
        }
        short count = (short) Math.min(entries.size(), 0xffff);
        out.putInt(END)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(count)
                .putShort(count)
                .putInt(length)
                .putInt((int) Math.min(at, FULL))
                .putShort((short) 0);
        return out.array();
    }

    private static void directory(Entry entry, ByteBuffer out) {
        byte[] name = entry.nameBytes();
        boolean large = entry.isLarge();
        int extra = extra(entry);
        out.putInt(CENTRAL)
                .putShort((short) entry.version())
                .putShort((short) entry.version())
                .putShort((short) UTF_8_NAME)
                .putShort((short) DEFLATED)
                .putShort((short) 0)
                .putShort((short) DAY)
                .putInt((int) entry.crc())
                .putInt((int) (large ? FULL : entry.deflated()))
                .putInt((int) (large ? FULL : entry.bytes()))
                .putShort((short) name.length)
                .putShort((short) extra)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0)
                .putInt((int) Math.min(entry.offset(), FULL))
                .put(name);
        if (extra > 0) {
            out.putShort((short) 1).putShort((short) (extra - 4));
            if (large) {
                out.putLong(entry.bytes()).putLong(entry.deflated());
            }
            if (entry.offset() >= FULL) {
                out.putLong(entry.offset());
            }
        }
    }

    private static int extra(Entry entry) {
        int numbers = (entry.isLarge() ? 2 : 0) + (entry.offset() >= FULL ? 1 : 0);
        return numbers == 0 ? 0 : 4 + 8 * numbers;
    }

    private static ByteBuffer buffer(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
