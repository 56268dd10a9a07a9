package org.moralbank.settlements;

import java.time.LocalDate;
import java.util.Map;
import java.util.UUID;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Rejection;

/** Why nothing is closed, paid, rejected or waived, in order of precedence. */
sealed interface SettlementRejection extends Rejection {
    /** The last day of the period is not over. */
    record PeriodNotOver(LocalDate through, LocalDate today) implements SettlementRejection {
        @Override
        public String code() {
            return "period-not-over";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("through", through.toString(), "today", today.toString());
        }
    }

    /** The day is in a batch already. */
    record PeriodSettled(String merchant, LocalDate through, LocalDate settledThrough) implements SettlementRejection {
        @Override
        public String code() {
            return "period-settled";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of(
                    "merchant", merchant, "through", through.toString(), "settledThrough", settledThrough.toString());
        }
    }

    /** The merchant is owed nothing, or owes; what stands is carried over to the next batch. */
    record NothingToSettle(String merchant, long carriedOver) implements SettlementRejection {
        @Override
        public String code() {
            return "nothing-to-settle";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant, "carriedOver", carriedOver, "unit", Unit.PTS.name());
        }
    }

    /** The settlement was paid or rejected. */
    record NotClosed(UUID settlement, Settlement.Status settlementStatus) implements SettlementRejection {
        @Override
        public String code() {
            return "settlement-not-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("settlement", settlement.toString(), "settlementStatus", settlementStatus.name());
        }
    }

    /** Who closed it does not check it. */
    record MakerIsChecker(String maker) implements SettlementRejection {
        @Override
        public String code() {
            return "maker-is-checker";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("maker", maker);
        }
    }

    /** Nobody gives away what he is not owed. */
    record WaiverExceeded(String merchant, long payable, long wanted) implements SettlementRejection {
        @Override
        public String code() {
            return "waiver-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("merchant", merchant, "payable", payable, "wanted", wanted, "unit", Unit.PTS.name());
        }
    }

    /** A day's files are made when it is over. */
    record DayNotOver(LocalDate day) implements SettlementRejection {
        @Override
        public String code() {
            return "day-not-over";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("day", day.toString());
        }
    }
}
