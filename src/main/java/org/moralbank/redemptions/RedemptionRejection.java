package org.moralbank.redemptions;

import org.moralbank.platform.Rejection;

/** Why nothing is sold, in order of precedence, after the merchant and before the member and the kernel are asked. */
sealed interface RedemptionRejection extends Rejection {
    /** Time is never exchanged for goods. */
    record TimeNotRedeemable() implements RedemptionRejection {
        @Override
        public String code() {
            return "time-not-redeemable";
        }
    }
}
