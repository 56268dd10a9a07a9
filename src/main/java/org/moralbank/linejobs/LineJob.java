package org.moralbank.linejobs;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Bulk;
import org.moralbank.platform.Language;

/**
 * A job that does many items of a collection, one after the other.
 *
 * <pre>
 *          a runner takes it          its last line is done
 * WAITING ──────────────────→ RUNNING ────────────────────→ DONE
 *    ↑  given back, or the lease │ ╰──────────────────────→ STOPPED
 *    ╰───────── runs out ────────╯   its key was revoked; or a fault
 * </pre>
 *
 * @param keyId of the API key that ordered it
 * @param language of the problems that its lines are refused with
 */
record LineJob(
        int book,
        UUID id,
        String collection,
        int clientId,
        String client,
        UUID keyId,
        Language language,
        Instant createdAt,
        int lines,
        int created,
        int replayed,
        int refused,
        Status status,
        @Nullable StopReason stoppedBecause,
        @Nullable Instant endedAt) {
    /** Where it is. */
    @Schema(name = "LineJobStatus")
    enum Status {
        WAITING,
        RUNNING,
        DONE,
        STOPPED
    }

    /** Why it ended before its last line. */
    @Schema(name = "LineJobStopReason")
    enum StopReason {
        /** The key that ordered it was revoked. */
        KEY_REVOKED,
        /** Five attempts in a row came no line further. */
        FAULT
    }

    /** What it is found by. */
    record Key(int book, UUID id) {}

    Key key() {
        return new Key(book, id);
    }

    /** {@code /v1/books/BHL/line-jobs/…}, where the book's path is the first part. */
    String path(String bookPath) {
        return bookPath + "/line-jobs/" + id;
    }

    /** How many lines have a result: the place of the next one. */
    int done() {
        return created + replayed + refused;
    }

    /** Whether there are lines to do. */
    boolean isOpen() {
        return endedAt == null;
    }

    /** With one line more done. */
    LineJob with(Bulk.Kind result) {
        return new LineJob(
                book,
                id,
                collection,
                clientId,
                client,
                keyId,
                language,
                createdAt,
                lines,
                created + (result == Bulk.Kind.CREATED ? 1 : 0),
                replayed + (result == Bulk.Kind.REPLAYED ? 1 : 0),
                refused + (result == Bulk.Kind.REFUSED ? 1 : 0),
                status,
                stoppedBecause,
                endedAt);
    }

    /** The same, ended when no line is left. */
    LineJob endedIfDone(Instant now) {
        return done() == lines ? ended(Status.DONE, null, now) : this;
    }

    LineJob stopped(StopReason reason, Instant now) {
        return ended(Status.STOPPED, reason, now);
    }

    private LineJob ended(Status ended, @Nullable StopReason reason, Instant now) {
        return new LineJob(
                book,
                id,
                collection,
                clientId,
                client,
                keyId,
                language,
                createdAt,
                lines,
                created,
                replayed,
                refused,
                ended,
                reason,
                now);
    }
}
