package org.moralbank.imports;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.verifier.Fault;
import org.moralbank.verifier.Pack;

/**
 * What was sent, in a file of its own until it is deleted.
 *
 * @param sha256 of its bytes: what a key stands for
 */
record Upload(Path file, Form form, byte[] sha256) {
    private static final Logger LOG = Logger.getLogger(Upload.class);

    static final String ENTRIES = "entries.jsonl";

    /** What an import can be. */
    enum Form {
        /** An export as a zip. */
        ZIP("application/zip"),
        /** The lines of its entries.jsonl alone. */
        JSONL("application/jsonl");

        private final String mediaType;

        Form(String mediaType) {
            this.mediaType = mediaType;
        }

        /** The form of a media type; refuses what is none. */
        static Form of(String contentType) {
            String type = contentType.split(";", 2)[0].strip();
            for (Form form : values()) {
                if (form.mediaType.equalsIgnoreCase(type)) {
                    return form;
                }
            }
            throw new ProtocolRejection.UnsupportedMediaType(
                            Arrays.stream(values()).map(form -> form.mediaType).collect(Collectors.joining(", ")))
                    .refused();
        }
    }

    /** Writes a body to a file in a folder as it comes; refuses one that is larger than the limit. */
    static Upload receive(InputStream body, Form form, long largest, Path folder) throws IOException {
        Path file = Files.createTempFile(folder, "moralbank-import-", ".part");
        try (OutputStream out = Files.newOutputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                bytes += read;
                if (bytes > largest) {
                    throw new ProtocolRejection.TooLarge(largest).refused();
                }
                digest.update(buffer, 0, read);
                out.write(buffer, 0, read);
            }
            return new Upload(file, form, digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(file);
            throw failed;
        }
    }

    /** The lines of its entries. */
    InputStream entries() throws IOException, Fault {
        if (form == Form.JSONL) {
            return Files.newInputStream(file);
        }
        Pack pack = Pack.open(file);
        return new FilterInputStream(pack.open(ENTRIES)) {
            @Override
            public void close() throws IOException {
                super.close();
                pack.close();
            }
        };
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            LOG.warnf(stays, "The file of an import could not be deleted: %s", file);
        }
    }
}
