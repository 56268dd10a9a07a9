package org.moralbank.merchants;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A till of a merchant.
 *
 * <pre>
 *          suspend              close
 * Active ───────────→ Suspended ──────→ Closed, for good (from Active too)
 *        ←───────────
 *          resume
 * </pre>
 *
 * @param store the store that it stands in; null when it is in none in particular
 * @param partialApproval whether it takes less than it asked for when the member has less: the rest is paid in cash
 * @param showsPointsLeft whether it may show a member what he has left, if he agreed
 * @param version 1, 2, 3 …: the ETag
 */
public record Terminal(
        int book,
        String merchant,
        String id,
        @Nullable String store,
        Status status,
        boolean partialApproval,
        boolean showsPointsLeft,
        long version,
        Instant registeredAt) {
    public enum Status {
        ACTIVE,
        /** Sells nothing until it is resumed. */
        SUSPENDED,
        /** Sells nothing any more. */
        CLOSED
    }

    /** A terminal of a merchant of a book. */
    record Key(int book, String merchant, String id) {}

    Key key() {
        return new Key(book, merchant, id);
    }

    boolean isSo(@Nullable String otherStore, boolean otherPartialApproval, boolean otherShowsPointsLeft) {
        return Objects.equals(store, otherStore)
                && partialApproval == otherPartialApproval
                && showsPointsLeft == otherShowsPointsLeft;
    }

    Terminal edited(@Nullable String newStore, boolean newPartialApproval, boolean newShowsPointsLeft) {
        return new Terminal(
                book,
                merchant,
                id,
                newStore,
                status,
                newPartialApproval,
                newShowsPointsLeft,
                version + 1,
                registeredAt);
    }

    Terminal with(Status changed) {
        return new Terminal(
                book, merchant, id, store, changed, partialApproval, showsPointsLeft, version + 1, registeredAt);
    }
}
