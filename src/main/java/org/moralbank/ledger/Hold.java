package org.moralbank.ledger;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An amount reserved on accounts. Not an entry: it changes what is available, not what is posted.
 *
 * <pre>
 *           capture
 * ACTIVE ────────────→ CAPTURED (what was not taken is released)
 *    ↑                    │
 *    ├────────────────────╯ hold again (what was taken was given back)
 *    │ release
 *    ├───────────────→ RELEASED
 *    │ expire
 *    ╰───────────────→ EXPIRED
 * </pre>
 *
 * @param lines what is reserved on which account, in the order in which it will be spent
 * @param endedAt when it was captured, released or expired; null while it is active
 * @param capturedSeq the entry that took it, when it was captured
 */
public record Hold(
        UUID id,
        int book,
        Status status,
        @Nullable String reference,
        Instant placedAt,
        Instant expiresAt,
        @Nullable Instant endedAt,
        @Nullable Long capturedSeq,
        List<Line> lines) {

    public enum Status {
        ACTIVE,
        CAPTURED,
        RELEASED,
        EXPIRED
    }

    /** What is reserved on one account. */
    public record Line(int account, long amount) {}

    public long amount() {
        return lines.stream().mapToLong(Line::amount).sum();
    }

    /** The same amount once more, on these lines. */
    Hold again(Instant at, List<Line> on) {
        return new Hold(id, book, Status.ACTIVE, reference, at, expiresAt, null, null, on);
    }

    Hold ended(Status how, Instant at, @Nullable Long seq) {
        return new Hold(id, book, how, reference, placedAt, expiresAt, at, seq, lines);
    }
}
