package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JDK reads what is written, also where a number needs zip64. */
class ZipTest {
    private static final long FOUR_GIB = 1L << 32;

    @TempDir
    Path folder;

    /** A stream that is packed. */
    private record Packed(byte[] bytes, byte[] deflated, long crc) {
        static Packed of(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
            deflater.setInput(bytes);
            deflater.finish();
            byte[] out = new byte[bytes.length + 100];
            int length = deflater.deflate(out);
            deflater.end();
            CRC32 crc = new CRC32();
            crc.update(bytes);
            return new Packed(bytes, Arrays.copyOf(out, length), crc.getValue());
        }

        Zip.Entry entry(String name, long offset) {
            return new Zip.Entry(name, crc, deflated.length, bytes.length, offset);
        }
    }

    @Test
    void isReadFromItsBeginningAndFromItsEnd() throws IOException {
        Packed first = Packed.of("one ".repeat(1000));
        Packed second = Packed.of("");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Zip.Entry> entries = new ArrayList<>();
        for (Packed packed : List.of(first, second)) {
            Zip.Entry entry = packed.entry("文件-" + entries.size(), out.size());
            entries.add(entry);
            out.writeBytes(Zip.before(entry));
            out.writeBytes(packed.deflated());
        }
        out.writeBytes(Zip.end(entries, out.size()));
        Path file = folder.resolve("both.zip");
        Files.write(file, out.toByteArray());

        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(out.toByteArray()))) {
            assertThat(zip.getNextEntry())
                    .isNotNull()
                    .extracting(ZipEntry::getName)
                    .isEqualTo("文件-0");
            assertThat(zip.readAllBytes()).isEqualTo(first.bytes());
            assertThat(zip.getNextEntry())
                    .isNotNull()
                    .extracting(ZipEntry::getName)
                    .isEqualTo("文件-1");
            assertThat(zip.readAllBytes()).isEmpty();
            assertThat(zip.getNextEntry()).isNull();
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.getInputStream(zip.getEntry("文件-0")).readAllBytes()).isEqualTo(first.bytes());
        }
    }

    /** The file has a hole, so that it takes no room. */
    @Test
    void findsWhatBeginsBehindFourGibibytes() throws IOException {
        Packed packed = Packed.of("far away");
        for (long offset : List.of(FOUR_GIB - 2, FOUR_GIB - 1, FOUR_GIB, FOUR_GIB + 1_000_000)) {
            Path file = folder.resolve(offset + ".zip");
            Zip.Entry near = packed.entry("near", 0);
            Zip.Entry far = packed.entry("far", offset);
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.write(Zip.before(near));
                out.write(packed.deflated());
                out.seek(offset);
                out.write(Zip.before(far));
                out.write(packed.deflated());
                out.write(Zip.end(List.of(near, far), out.getFilePointer()));
            }

            try (ZipFile zip = new ZipFile(file.toFile())) {
                assertThat(zip.getInputStream(zip.getEntry("near")).readAllBytes())
                        .isEqualTo(packed.bytes());
                assertThat(zip.getInputStream(zip.getEntry("far")).readAllBytes())
                        .isEqualTo(packed.bytes());
            }
        }
    }

    @Test
    void tellsSizesOfMoreThanFourGibibytes() throws IOException {
        for (long size : List.of(FOUR_GIB - 2, FOUR_GIB - 1, FOUR_GIB, 3 * FOUR_GIB)) {
            Path file = folder.resolve(size + ".zip");
            Zip.Entry entry = new Zip.Entry("large", 7, size - 1, size, 0);
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                byte[] before = Zip.before(entry);
                out.write(before);
                out.seek(before.length + size - 1);
                out.write(Zip.end(List.of(entry), out.getFilePointer()));
            }

            try (ZipFile zip = new ZipFile(file.toFile())) {
                assertThat(zip.getEntry("large").getSize()).isEqualTo(size);
                assertThat(zip.getEntry("large").getCompressedSize()).isEqualTo(size - 1);
            }
        }
    }
}
