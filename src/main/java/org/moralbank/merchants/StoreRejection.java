package org.moralbank.merchants;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a terminal is not put into a store. */
sealed interface StoreRejection extends Rejection {
    /** The merchant has no store of that id. */
    record UnknownStore(String store) implements StoreRejection {
        @Override
        public String code() {
            return "unknown-store";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("store", store);
        }
    }
}
