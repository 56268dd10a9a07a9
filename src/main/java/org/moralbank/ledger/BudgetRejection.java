package org.moralbank.ledger;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why no budget is set, in order of precedence. */
sealed interface BudgetRejection extends Rejection {
    /** The account is there or may be, and issues nothing. */
    record AccountIssuesNothing(String account) implements BudgetRejection {
        @Override
        public String code() {
            return "account-issues-nothing";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account);
        }
    }

    /** What is issued is not taken back by a budget. */
    record BudgetBelowIssued(String account, long issued, long wanted, Unit unit) implements BudgetRejection {
        @Override
        public String code() {
            return "budget-below-issued";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("account", account, "issued", issued, "wanted", wanted, "unit", unit.name());
        }
    }
}
