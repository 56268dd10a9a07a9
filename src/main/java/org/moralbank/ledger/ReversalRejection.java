package org.moralbank.ledger;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why an entry is not reversed, in order of precedence. */
sealed interface ReversalRejection extends Rejection {
    /** What was taken back is not brought back by taking that back. */
    record ReversalNotReversible(long entry) implements ReversalRejection {
        @Override
        public String code() {
            return "reversal-not-reversible";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("entry", entry);
        }
    }

    /** The entry, or one made with it, belongs to a life that has an operation for this. */
    record UseOtherOperation(long entry, EntryType type) implements ReversalRejection {
        @Override
        public String code() {
            return "use-other-operation";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("entry", entry, "entryType", type.name(), "operation", type.takenBackBy());
        }
    }

    /** An entry is reversed at most once. */
    record AlreadyReversed(long entry, long reversedBy) implements ReversalRejection {
        @Override
        public String code() {
            return "already-reversed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("entry", entry, "reversedBy", reversedBy);
        }
    }

    /** What is left of it came back where it was from when the member left to whom it was given. */
    record GivenBack(long entry, long closing) implements ReversalRejection {
        @Override
        public String code() {
            return "given-back";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("entry", entry, "closing", closing);
        }
    }
}
