package org.moralbank.transfers;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why time or points are not given, in order of precedence, before the kernel is asked. */
sealed interface TransferRejection extends Rejection {
    /** Giver and receiver are one. */
    record SameMember(String member) implements TransferRejection {
        @Override
        public String code() {
            return "same-member";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }

    /** The book does not let members transfer points. */
    record PointsTransferOff() implements TransferRejection {
        @Override
        public String code() {
            return "points-transfer-off";
        }
    }
}
