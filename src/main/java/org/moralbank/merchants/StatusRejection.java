package org.moralbank.merchants;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a merchant, a store or a terminal is not edited, suspended, resumed or closed, in order of precedence. */
sealed interface StatusRejection extends Rejection {
    /** The merchant is closed, for good. */
    record MerchantAlreadyClosed(String merchant) implements StatusRejection {
        @Override
        public String code() {
            return "merchant-already-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** The merchant is suspended already. */
    record MerchantAlreadySuspended(String merchant) implements StatusRejection {
        @Override
        public String code() {
            return "merchant-already-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** There is nothing to resume. */
    record MerchantNotSuspended(String merchant) implements StatusRejection {
        @Override
        public String code() {
            return "merchant-not-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** The store is closed, for good: no terminal is put into it either. */
    record StoreAlreadyClosed(String store) implements StatusRejection {
        @Override
        public String code() {
            return "store-already-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("store", store);
        }
    }

    /** The store is suspended already. */
    record StoreAlreadySuspended(String store) implements StatusRejection {
        @Override
        public String code() {
            return "store-already-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("store", store);
        }
    }

    /** There is nothing to resume. */
    record StoreNotSuspended(String store) implements StatusRejection {
        @Override
        public String code() {
            return "store-not-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("store", store);
        }
    }

    /** The terminal is closed, for good. */
    record TerminalAlreadyClosed(String terminal) implements StatusRejection {
        @Override
        public String code() {
            return "terminal-already-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }

    /** The terminal is suspended already. */
    record TerminalAlreadySuspended(String terminal) implements StatusRejection {
        @Override
        public String code() {
            return "terminal-already-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }

    /** There is nothing to resume. */
    record TerminalNotSuspended(String terminal) implements StatusRejection {
        @Override
        public String code() {
            return "terminal-not-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }
}
