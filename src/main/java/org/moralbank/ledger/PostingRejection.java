package org.moralbank.ledger;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why the kernel refused, in order of precedence: the first that applies is the one that is told. */
public sealed interface PostingRejection extends Rejection {
    /** Nothing begins in the book any more. */
    record BookClosed(String book) implements PostingRejection {
        @Override
        public String code() {
            return "book-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }

    /** The account takes part in nothing any more. */
    record AccountClosed(String account) implements PostingRejection {
        @Override
        public String code() {
            return "account-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account);
        }
    }

    /** The account gives nothing while it is frozen. */
    record AccountFrozen(String account) implements PostingRejection {
        @Override
        public String code() {
            return "account-frozen";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account);
        }
    }

    /** The hold was captured, released or has expired. */
    record HoldNotActive(String hold, Hold.Status holdStatus) implements PostingRejection {
        @Override
        public String code() {
            return "hold-not-active";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("hold", hold, "holdStatus", holdStatus.name());
        }
    }

    /** More was asked for than the hold reserves. */
    record HoldExceeded(String hold, long held, long wanted, Unit unit) implements PostingRejection {
        @Override
        public String code() {
            return "hold-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("hold", hold, "held", held, "wanted", wanted, "unit", unit.name());
        }
    }

    /** The holder has not that much to spend; what is held, expired or restricted does not count. */
    record InsufficientBalance(String account, long available, long wanted, Unit unit) implements PostingRejection {
        @Override
        public String code() {
            return "insufficient-balance";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account, "available", available, "wanted", wanted, "unit", unit.name());
        }
    }

    /**
     * A budget, a limit of clearing or of a merchant's debt, or another bound of an account that is not a balance.
     *
     * @param limit of a budget what may be issued, from 0 on; else in the sign of the account's balance
     * @param wouldBe of a budget what would be issued and reserved then
     */
    record LimitExceeded(String account, long limit, long wouldBe, Unit unit) implements PostingRejection {
        @Override
        public String code() {
            return "limit-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account, "limit", limit, "wouldBe", wouldBe, "unit", unit.name());
        }
    }

    /** It takes so many lots that no bundle of the transparency log has room for it. */
    record EntryTooLarge(int postings, int bytes, int most) implements PostingRejection {
        @Override
        public String code() {
            return "entry-too-large";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("postings", postings, "bytes", bytes, "most", most);
        }
    }
}
