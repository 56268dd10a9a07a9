package org.moralbank.redemptions;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Rejection;

/** Why an allowance is not made, and why a sale is not taken that a till made without a connection, in order of precedence. */
sealed interface OfflineRejection extends Rejection {
    /** The terminal has an allowance that holds. */
    record AllowanceLive(UUID allowance) implements OfflineRejection {
        @Override
        public String code() {
            return "allowance-live";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance.toString());
        }
    }

    /** The same number stands in the upload before. */
    record RowRepeated(String terminalTransaction, int first) implements OfflineRejection {
        @Override
        public String code() {
            return "row-repeated";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminalTransaction", terminalTransaction, "first", first);
        }
    }

    /** The terminal has no such allowance, or had it too long ago, or the signature is not of it. */
    record UnknownAllowance(String allowance) implements OfflineRejection {
        @Override
        public String code() {
            return "unknown-allowance";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance);
        }
    }

    /** By the till's clock the sale has not been made yet. */
    record SaleInFuture(Instant at, Instant now) implements OfflineRejection {
        @Override
        public String code() {
            return "sale-in-future";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("at", at.toString(), "now", now.toString());
        }
    }

    /** It was made before the allowance held. */
    record BeforeAllowance(UUID allowance, Instant validFrom, Instant at) implements OfflineRejection {
        @Override
        public String code() {
            return "before-allowance";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance.toString(), "validFrom", validFrom.toString(), "at", at.toString());
        }
    }

    /** It was made when the allowance's time was over. */
    record AfterAllowance(UUID allowance, Instant validUntil, Instant at) implements OfflineRejection {
        @Override
        public String code() {
            return "allowance-ended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance.toString(), "validUntil", validUntil.toString(), "at", at.toString());
        }
    }

    /** It was made when the allowance had been taken back. */
    record AllowanceRevoked(UUID allowance, Instant revokedAt, Instant at) implements OfflineRejection {
        @Override
        public String code() {
            return "allowance-revoked";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance.toString(), "revokedAt", revokedAt.toString(), "at", at.toString());
        }
    }

    /** It is more than one sale may be. */
    record AllowancePerSale(UUID allowance, long perSale, long wanted) implements OfflineRejection {
        @Override
        public String code() {
            return "allowance-per-sale";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "allowance", allowance.toString(), "perSale", perSale, "wanted", wanted, "unit", Unit.PTS.name());
        }
    }

    /** As many sales were taken as it allows. */
    record AllowanceUsedUp(UUID allowance, int count) implements OfflineRejection {
        @Override
        public String code() {
            return "allowance-used-up";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("allowance", allowance.toString(), "count", count);
        }
    }
}
