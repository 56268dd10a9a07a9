package org.moralbank.commits;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a request was not taken into a commit, or its outcome cannot be told now. */
sealed interface CommitRejection extends Rejection {
    /** The key was used before for another request. */
    record KeyReused() implements CommitRejection {
        @Override
        public String code() {
            return "idempotency-key-reused";
        }
    }

    /** More is waiting than can be done in time; nothing was done. */
    record Overloaded() implements CommitRejection {
        @Override
        public String code() {
            return "overloaded";
        }
    }

    /** A long work has the book, such as an import; nothing was done. */
    record BookBusy() implements CommitRejection {
        @Override
        public String code() {
            return "book-busy";
        }
    }

    /** The service is stopping; nothing was done. */
    record Stopping() implements CommitRejection {
        @Override
        public String code() {
            return "stopping";
        }
    }

    /** The database could not be reached or had no time; nothing was done. */
    record DatabaseUnavailable() implements CommitRejection {
        @Override
        public String code() {
            return "database-unavailable";
        }
    }

    /** The connection was lost while COMMIT was under way. */
    record OutcomeUnknown() implements CommitRejection {
        @Override
        public String code() {
            return "outcome-unknown";
        }
    }

    /** A fault of ours; nothing was done. */
    record InternalFault(String traceId) implements CommitRejection {
        @Override
        public String code() {
            return "internal-error";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("traceId", traceId);
        }
    }
}
