package org.moralbank.paycodes;

import java.util.Map;
import org.moralbank.platform.Rejection;

/**
 * Why a code is not taken or not made, in order of precedence. Those of a shown code tell nothing of members: no name, no
 * status, no amount.
 */
public sealed interface PayCodeRejection extends Rejection {
    /** Nobody has that code: never made, made with another key, of a device that is revoked, or a voucher that is. */
    record Unknown() implements PayCodeRejection {
        @Override
        public String code() {
            return "pay-code-unknown";
        }
    }

    /** It was taken before, or a later one of the same device was. */
    record Used() implements PayCodeRejection {
        @Override
        public String code() {
            return "pay-code-used";
        }
    }

    /** Its time is over. */
    record Expired() implements PayCodeRejection {
        @Override
        public String code() {
            return "pay-code-expired";
        }
    }

    /** It is a voucher, which is not taken without a connection. */
    record NotOffline() implements PayCodeRejection {
        @Override
        public String code() {
            return "pay-code-not-offline";
        }
    }

    /** Who asks has shown too many wrong codes of late. */
    record TooManyWrong(long retryAfterSeconds) implements PayCodeRejection {
        @Override
        public String code() {
            return "too-many-wrong-codes";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("retryAfterSeconds", retryAfterSeconds);
        }
    }

    /** Time is never exchanged for goods, so that there is no voucher for it. */
    record TimeNotRedeemable() implements PayCodeRejection {
        @Override
        public String code() {
            return "time-not-redeemable";
        }
    }

    /** The member has as many devices as he may have. */
    record TooManyDevices(int limit) implements PayCodeRejection {
        @Override
        public String code() {
            return "too-many-pay-devices";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("limit", limit);
        }
    }

    /** The voucher was used or has expired, so that there is nothing to revoke. */
    record VoucherNotActive(String voucher, String voucherStatus) implements PayCodeRejection {
        @Override
        public String code() {
            return "voucher-not-active";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("voucher", voucher, "voucherStatus", voucherStatus);
        }
    }
}
