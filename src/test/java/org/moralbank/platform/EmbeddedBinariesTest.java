package org.moralbank.platform;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** PostgreSQL's programs are there in whole, or a sentence says why they are not. */
class EmbeddedBinariesTest {
    @TempDir
    private Path temp;

    @Test
    void saysWhereItCannotUnpackAndWhatItNeeds() throws IOException {
        Path file = Files.createFile(temp.resolve("a file"));

        assertThatThrownBy(() -> EmbeddedBinaries.in(file))
                .isInstanceOf(DatabaseStartException.class)
                .hasMessageStartingWith("The embedded database cannot be unpacked into " + file)
                .hasMessageContaining("MiB are free")
                .hasMessageContaining("MORALBANK_DATA");
    }

    /** As on a full disk: some of a tar ends before it has read all. */
    @Test
    void leavesNothingOfWhatTarDoesNotUnpack() throws IOException {
        Path archive = temp.resolve("archive.txz");
        try (var out = new XZOutputStream(Files.newOutputStream(archive), new LZMA2Options(0))) {
            out.write("no tar".repeat(1 << 18).getBytes(US_ASCII));
        }

        refusesAndLeavesNothing(archive);
    }

    @Test
    void leavesNothingOfAnArchiveThatIsCutOff() throws IOException {
        Path archive = temp.resolve("archive.txz");
        try (var in = EmbeddedBinaries.archive().openStream()) {
            byte[] whole = in.readAllBytes();
            Files.write(archive, Arrays.copyOf(whole, whole.length / 8));
        }

        refusesAndLeavesNothing(archive);
    }

    private void refusesAndLeavesNothing(Path archive) throws IOException {
        Path folder = temp.resolve("folder");

        assertThatThrownBy(() -> EmbeddedBinaries.unpack(archive.toUri().toURL(), folder.resolve("programs")))
                .isInstanceOf(IOException.class);

        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
