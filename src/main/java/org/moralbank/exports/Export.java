package org.moralbank.exports;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A job that makes the files of an export.
 *
 * <pre>
 *          an exporter takes it          the manifest is made
 * WAITING ─────────────────────→ RUNNING ────────────────────→ DONE ╮ deleted, or its time is over
 *    ↑   given back, or the lease  │ ╰─────────────────────→ FAILED ┴──────────────────────────────→ gone
 *    ╰───────────── runs out ──────╯   five attempts, and no file; or no room for one
 * </pre>
 */
record Export(
        int book,
        UUID id,
        int clientId,
        String client,
        Selection selection,
        Instant createdAt,
        Status status,
        @Nullable String lastError,
        @Nullable Instant endedAt,
        @Nullable Instant expiresAt) {
    /** Where it is. */
    @Schema(name = "ExportStatus")
    enum Status {
        WAITING,
        RUNNING,
        DONE,
        FAILED
    }

    /** Why it was given up that would have been more than a book's exports may come to; also the code of that problem. */
    static final String TOO_LARGE = "export-too-large";

    static Export asked(int book, UUID id, int clientId, String client, Selection selection, Instant now) {
        return new Export(book, id, clientId, client, selection, now, Status.WAITING, null, null, null);
    }

    /** Whether it was given up for want of room. */
    boolean wasTooLarge() {
        return status == Status.FAILED && TOO_LARGE.equals(lastError);
    }

    /** Whether it will have a file of that name, if it is made. */
    boolean willHave(String file) {
        return file.equals(PackFile.MANIFEST)
                || selection.files().stream().anyMatch(each -> each.fileName().equals(file));
    }

    /**
     * A file that is whole.
     *
     * @param records lines of data: entries, accounts, postings …
     * @param deflated the length of its deflate stream, which is kept in {@code chunks} parts
     * @param crc its CRC-32
     */
    record MadeFile(String name, long records, long bytes, long deflated, int chunks, long crc, byte[] sha256) {}
}
