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
}
