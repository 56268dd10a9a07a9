package org.moralbank.services;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a service is not recorded, before those who take part and the kernel are asked. */
sealed interface ServiceRejection extends Rejection {
    /** Nobody volunteers for himself. */
    record OwnService(String member) implements ServiceRejection {
        @Override
        public String code() {
            return "own-service";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }
}
