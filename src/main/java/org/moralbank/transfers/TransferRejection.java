package org.moralbank.transfers;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why time or points are not given, in order of precedence, before the kernel is asked. */
sealed interface TransferRejection extends Rejection {
    /** A gift in points. */
    record GiftOfTimeOnly() implements TransferRejection {
        @Override
        public String code() {
            return "gift-of-time-only";
        }
    }

    /** A grant of points from a fund; only the pool has points. */
    record FundGivesTimeOnly(String fund) implements TransferRejection {
        @Override
        public String code() {
            return "fund-gives-time-only";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("fund", fund);
        }
    }

    /** A donation of a team's points. */
    record TeamGivesTimeOnly(String team) implements TransferRejection {
        @Override
        public String code() {
            return "team-gives-time-only";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("team", team);
        }
    }

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
