package org.moralbank.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Sha256;

class UploadTest {
    @TempDir
    Path folder;

    private List<Path> files() throws IOException {
        try (var all = Files.list(folder)) {
            return all.toList();
        }
    }

    @Test
    void isInAFileUntilItIsDeleted() throws IOException {
        byte[] body = new byte[10];

        Upload upload = Upload.receive(new ByteArrayInputStream(body), Upload.Form.JSONL, 10, folder);

        assertThat(upload.file()).hasBinaryContent(body);
        assertThat(upload.sha256()).isEqualTo(Sha256.of(body));
        upload.delete();
        assertThat(files()).isEmpty();
    }

    @Test
    void isNotLargerThanTheLimit() throws IOException {
        assertThatThrownBy(() -> Upload.receive(new ByteArrayInputStream(new byte[11]), Upload.Form.JSONL, 10, folder))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.rejection()).isEqualTo(new ProtocolRejection.TooLarge(10)));
        assertThat(files()).isEmpty();
    }

    @Test
    void leavesNothingWhenTheClientGoesAway() throws IOException {
        InputStream cut = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };

        assertThatThrownBy(() -> Upload.receive(cut, Upload.Form.ZIP, 10, folder))
                .isInstanceOf(IOException.class);
        assertThat(files()).isEmpty();
    }

    @Test
    void knowsItsFormByTheMediaType() {
        assertThat(Upload.Form.of("application/zip")).isEqualTo(Upload.Form.ZIP);
        assertThat(Upload.Form.of("Application/JSONL; charset=utf-8")).isEqualTo(Upload.Form.JSONL);
        for (String other : List.of("", "application/json", "application/zipped", "text/plain")) {
            assertThatThrownBy(() -> Upload.Form.of(other)).isInstanceOf(RefusedException.class);
        }
    }
}
