package org.moralbank.redemptions;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why nothing is sold, in order of precedence, before the member and the kernel are asked. */
sealed interface RedemptionRejection extends Rejection {
    /** The merchant is not there, or not the till's: the two are told alike. */
    record UnknownMerchant(String merchant) implements RedemptionRejection {
        @Override
        public String code() {
            return "unknown-merchant";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** The merchant sells nothing for points now. */
    record MerchantSuspended(String merchant) implements RedemptionRejection {
        @Override
        public String code() {
            return "merchant-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** Time is never exchanged for goods. */
    record TimeNotRedeemable() implements RedemptionRejection {
        @Override
        public String code() {
            return "time-not-redeemable";
        }
    }
}
