package org.moralbank.merchants;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a merchant sells nothing, or is not changed, in order of precedence. */
public sealed interface MerchantRejection extends Rejection {
    /** The merchant is not there, or not the till's: the two are told alike. */
    record UnknownMerchant(String merchant) implements MerchantRejection {
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
    record MerchantSuspended(String merchant) implements MerchantRejection {
        @Override
        public String code() {
            return "merchant-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }

    /** The merchant sells nothing any more. */
    record MerchantClosed(String merchant) implements MerchantRejection {
        @Override
        public String code() {
            return "merchant-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant);
        }
    }
}
