package org.moralbank.audit;

import java.util.Map;
import java.util.UUID;
import org.moralbank.platform.Rejection;

/** Why an auditor's request is not met. */
sealed interface AuditRejection extends Rejection {
    /** A self-audit of the book waits or runs already. */
    record UnderWay(UUID selfAudit) implements AuditRejection {
        @Override
        public String code() {
            return "self-audit-under-way";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("selfAudit", selfAudit.toString());
        }
    }

    /** What was asked for cannot be read in the time that a read may take. */
    record TakesTooLong(long seconds) implements AuditRejection {
        @Override
        public String code() {
            return "range-too-large";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("seconds", seconds);
        }
    }
}
