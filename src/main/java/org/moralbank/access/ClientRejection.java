package org.moralbank.access;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a client or a key is not made, in order of precedence. */
sealed interface ClientRejection extends Rejection {
    /** The name is taken. */
    record ClientExists(String client) implements ClientRejection {
        @Override
        public String code() {
            return "client-exists";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("client", client);
        }
    }

    /** A till has as many keys as it needs to change from one to the other. */
    record TwoKeysLive(String client) implements ClientRejection {
        @Override
        public String code() {
            return "two-keys-live";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("client", client);
        }
    }
}
