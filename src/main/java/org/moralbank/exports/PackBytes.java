package org.moralbank.exports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Files of an export as they are given: chunk by chunk, the next one asked for when the one before was taken. A zip and a
 * gzip are the kept streams with headers around them, which costs nothing; only who takes neither has the bytes unpacked,
 * on a worker thread.
 */
final class PackBytes {
    private static final int PIECE = 1 << 16;

    /** RFC 1952: deflate, no time, no system. */
    private static final byte[] GZIP = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

    private final ExportStore store;
    private final Export export;

    PackBytes(ExportStore store, Export export) {
        this.store = store;
        this.export = export;
    }

    /** The pack, which begins with its manifest; the files follow by name. */
    Multi<Buffer> zip(List<Export.MadeFile> files) {
        List<Multi<Buffer>> parts = new ArrayList<>();
        List<Zip.Entry> entries = new ArrayList<>();
        long at = 0;
        for (Export.MadeFile file : inOrder(files)) {
            Zip.Entry entry = new Zip.Entry(file.name(), file.crc(), file.deflated(), file.bytes(), at);
            byte[] header = Zip.before(entry);
            entries.add(entry);
            parts.add(Multi.createFrom().item(Buffer.buffer(header)));
            parts.add(deflated(file));
            at += header.length + file.deflated();
        }
        parts.add(Multi.createFrom().item(Buffer.buffer(Zip.end(entries, at))));
        return Multi.createBy().concatenating().streams(parts);
    }

    private static List<Export.MadeFile> inOrder(List<Export.MadeFile> files) {
        return files.stream()
                .sorted((one, other) -> {
                    boolean oneIs = one.name().equals(PackFile.MANIFEST);
                    boolean otherIs = other.name().equals(PackFile.MANIFEST);
                    return oneIs == otherIs ? one.name().compareTo(other.name()) : oneIs ? -1 : 1;
                })
                .toList();
    }

    /** A file as a gzip stream. */
    Multi<Buffer> gzip(Export.MadeFile file) {
        byte[] end = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) file.crc())
                .putInt((int) file.bytes())
                .array();
        return Multi.createBy()
                .concatenating()
                .streams(
                        Multi.createFrom().item(Buffer.buffer(GZIP)),
                        deflated(file),
                        Multi.createFrom().item(Buffer.buffer(end)));
    }

    private Multi<Buffer> deflated(Export.MadeFile file) {
        return Multi.createFrom()
                .range(0, file.chunks())
                .onItem()
                .transformToUniAndConcatenate(number -> chunk(file, number));
    }

    private Uni<Buffer> chunk(Export.MadeFile file, int number) {
        return store.chunk(export.book(), export.id(), file.name(), number);
    }

    /** A file as it is. */
    Multi<Buffer> plain(Export.MadeFile file) {
        return Multi.createFrom()
                .resource(
                        () -> new Unpacking(file),
                        unpacking -> Multi.createBy()
                                .repeating()
                                .uni(unpacking::next)
                                .whilst(piece -> unpacking.bytes < file.bytes()))
                .withFinalizer(Unpacking::end)
                .select()
                .where(piece -> piece.length() > 0);
    }

    /** A stream that is being unpacked, a piece at a time: what little unpacks to much is never there at once. */
    private final class Unpacking {
        private final Export.MadeFile file;
        private final Inflater inflater = new Inflater(true);
        private int chunks;
        private long bytes;

        Unpacking(Export.MadeFile file) {
            this.file = file;
        }

        Uni<Buffer> next() {
            if (inflater.needsInput() && chunks < file.chunks()) {
                return chunk(file, chunks++)
                        .emitOn(Infrastructure.getDefaultWorkerPool())
                        .invoke(chunk -> inflater.setInput(chunk.getBytes()))
                        .map(chunk -> piece());
            }
            return Uni.createFrom().item(this::piece).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
        }

        private Buffer piece() {
            byte[] piece = new byte[PIECE];
            try {
                int length = inflater.inflate(piece);
                if (length == 0 && bytes < file.bytes() && chunks == file.chunks() && inflater.needsInput()) {
                    throw new IllegalStateException("file " + file.name() + " of export " + export.id() + " is short");
                }
                bytes += length;
                return Buffer.buffer().appendBytes(piece, 0, length);
            } catch (DataFormatException e) {
                throw new IllegalStateException("file " + file.name() + " of export " + export.id(), e);
            }
        }

        void end() {
            inflater.end();
        }
    }
}
