package org.moralbank.access;

import java.util.List;
import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a caller is turned away. */
sealed interface AccessRejection extends Rejection {
    /** No key, or one that is not valid. */
    record Unauthenticated() implements AccessRejection {
        @Override
        public String code() {
            return "unauthenticated";
        }
    }

    /**
     * His roles do not allow it.
     *
     * @param roles those of which the operation asks for one
     * @param clientRoles those that the client has
     */
    record Forbidden(List<Role> roles, List<Role> clientRoles) implements AccessRejection {
        @Override
        public String code() {
            return "forbidden";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("roles", roles, "clientRoles", clientRoles);
        }
    }

    /** He would give what he has not himself. */
    record NotHisToGive() implements AccessRejection {
        @Override
        public String code() {
            return "forbidden";
        }
    }
}
