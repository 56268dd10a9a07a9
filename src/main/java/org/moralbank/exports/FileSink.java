package org.moralbank.exports;

import io.vertx.core.buffer.Buffer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Where a file is written to: counts, hashes and packs it into one deflate stream, which is kept in parts of
 * {@value #CHUNK} bytes. While a part is on its way to the database the next is packed, so that two are held at most.
 */
final class FileSink extends OutputStream {
    static final int CHUNK = 1 << 20;

    private final String name;
    private final BiFunction<Integer, Buffer, CompletionStage<?>> keep;
    // The fastest: files are packed as fast as they are read, for a tenth more of bytes than the default gives.
    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final MessageDigest sha256 = newSha256();
    private final CRC32 crc = new CRC32();
    private byte[] packed = new byte[CHUNK];
    private int filled;
    private int chunks;
    private long bytes;
    private long deflated;
    private @Nullable CompletableFuture<?> underWay;

    /**
     * @param keep keeps a part by its number: 0, 1, 2 …
     */
    FileSink(String name, BiFunction<Integer, Buffer, CompletionStage<?>> keep) {
        this.name = name;
        this.keep = keep;
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] some) {
        write(some, 0, some.length);
    }

    @Override
    public void write(byte[] some, int from, int length) {
        sha256.update(some, from, length);
        crc.update(some, from, length);
        bytes += length;
        deflater.setInput(some, from, length);
        while (!deflater.needsInput()) {
            pack();
        }
    }

    /** Writes what was gathered, in UTF-8, and empties it. */
    void write(StringBuilder text) {
        write(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }

    private void pack() {
        int length = deflater.deflate(packed, filled, packed.length - filled);
        filled += length;
        deflated += length;
        if (filled == packed.length) {
            keepChunk();
        }
    }

    private void keepChunk() {
        awaitLast();
        byte[] chunk = packed;
        if (filled < chunk.length) {
            chunk = Arrays.copyOf(packed, filled);
        }
        underWay = keep.apply(chunks, Buffer.buffer(chunk)).toCompletableFuture();
        chunks++;
        packed = new byte[CHUNK];
        filled = 0;
    }

    private void awaitLast() {
        if (underWay == null) {
            return;
        }
        try {
            underWay.get(ExportJobStore.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw switch (failed.getCause()) {
                case ExportJobStore.Lost lost -> lost;
                case ExportJobStore.NoRoom noRoom -> noRoom;
                case null, default -> new CompletionException(failed.getCause());
            };
        } catch (TimeoutException late) {
            throw new CompletionException(late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new CompletionException(stopped);
        }
    }

    /** Ends the file: all of it is kept when this returns. */
    Export.MadeFile made(long records) {
        deflater.finish();
        while (!deflater.finished()) {
            pack();
        }
        if (filled > 0) {
            keepChunk();
        }
        awaitLast();
        return new Export.MadeFile(name, records, bytes, deflated, chunks, crc.getValue(), sha256.digest());
    }

    @Override
    public void close() {
        deflater.end();
    }
}
