package org.moralbank.redemptions;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Member;
import org.moralbank.members.MemberRejection;
import org.moralbank.paycodes.ShownCode;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;

/**
 * Why nothing is sold, taken or given back, in order of precedence. What the merchant and the member are asked comes after
 * the terminal's transaction, and the kernel last.
 */
sealed interface RedemptionRejection extends Rejection {
    /**
     * The terminal has taken the transaction back. It is sent again under a new number, if at all.
     *
     * @param redemptionStatus where the redemption stands of which a further step was asked; null where none was
     */
    record TransactionReversed(
            String merchant, String terminal, String transaction, Redemption.@Nullable Status redemptionStatus)
            implements RedemptionRejection {
        /** Of who asks for a further step of a redemption. */
        static TransactionReversed of(Redemption.Reversed reversed) {
            return of(Transaction.Key.of(reversed.purchase()), reversed.status());
        }

        /** Of who sends the transaction itself, late or again. */
        static TransactionReversed of(Transaction.Key key) {
            return of(key, null);
        }

        private static TransactionReversed of(Transaction.Key key, Redemption.@Nullable Status redemptionStatus) {
            return new TransactionReversed(
                    key.merchant(), key.till().terminal(), key.till().transaction(), redemptionStatus);
        }

        @Override
        public String code() {
            return "transaction-reversed";
        }

        @Override
        public Map<String, Object> facts() {
            Map<String, Object> facts = new HashMap<>(
                    Map.of("merchant", merchant, "terminal", terminal, "terminalTransaction", transaction));
            if (redemptionStatus != null) {
                facts.put("redemptionStatus", redemptionStatus.name());
            }
            return facts;
        }
    }

    /** Time is never exchanged for goods. */
    record TimeNotRedeemable() implements RedemptionRejection {
        @Override
        public String code() {
            return "time-not-redeemable";
        }
    }

    /**
     * The member has not that much to spend.
     *
     * @param member named only to who named him
     */
    record InsufficientBalance(@Nullable String member, long approvable, long wanted) implements RedemptionRejection {
        @Override
        public String code() {
            return "insufficient-balance";
        }

        @Override
        public Map<String, Object> facts() {
            Map<String, Object> facts = new HashMap<>(Map.of(
                    "available", approvable, "approvable", approvable, "wanted", wanted, "unit", Unit.PTS.name()));
            if (member != null) {
                facts.put("account", "2200:" + member + ":PTS");
            }
            return facts;
        }
    }

    /** What somebody is refused who shows a code: the same as to who names the member, without a word of him. */
    record OfWhoPays(String code) implements RedemptionRejection {
        /** The member that a look finds; where a code was shown, what he is refused for is told without him. */
        static Member seen(@Nullable ShownCode shown, Supplier<Member> look) {
            try {
                return look.get();
            } catch (RefusedException refused) {
                if (shown != null && refused.rejection() instanceof MemberRejection about) {
                    throw new OfWhoPays(about.code()).refused();
                }
                throw refused;
            }
        }
    }

    /** The redemption is no authorization any more. */
    record NotAuthorized(UUID redemption, Redemption.Status redemptionStatus) implements RedemptionRejection {
        @Override
        public String code() {
            return "hold-not-active";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "hold",
                    redemption.toString(),
                    "holdStatus",
                    redemptionStatus.name(),
                    "redemptionStatus",
                    redemptionStatus.name());
        }
    }

    /** More was asked for than the authorization holds. */
    record CaptureExceeded(UUID redemption, long approved, long wanted) implements RedemptionRejection {
        @Override
        public String code() {
            return "hold-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("hold", redemption.toString(), "held", approved, "wanted", wanted, "unit", Unit.PTS.name());
        }
    }

    /** Nothing was taken that could be given back. */
    record NotCaptured(UUID redemption, Redemption.Status redemptionStatus) implements RedemptionRejection {
        @Override
        public String code() {
            return "redemption-not-captured";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("redemption", redemption.toString(), "redemptionStatus", redemptionStatus.name());
        }
    }

    /** More is to be given back than is left of the capture. */
    record RefundExceeded(UUID redemption, long captured, long refunded, long wanted) implements RedemptionRejection {
        @Override
        public String code() {
            return "refund-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "redemption",
                    redemption.toString(),
                    "captured",
                    captured,
                    "refunded",
                    refunded,
                    "refundable",
                    captured - refunded,
                    "wanted",
                    wanted,
                    "unit",
                    Unit.PTS.name());
        }
    }

    /** The redemption changed again and again while it was looked at. Nothing was done. */
    record ChangedMeanwhile() implements RedemptionRejection {
        @Override
        public String code() {
            return "redemption-changed-meanwhile";
        }
    }
}
