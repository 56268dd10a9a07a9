package org.moralbank.audit;

import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A self-audit as the API shows it. */
@Schema(name = "SelfAudit", description = "One going-through of a book by all checks.")
record SelfAuditView(
        @Schema(examples = "0198f0a2-6c4e-7b1d-9a51-3f0c8de2a771")
        String id,

        SelfAudit.Extent extent,

        @Schema(
                description =
                        "WHOLE: every check holds. BROKEN: see findings. UNFINISHED: it could not be gone through")
        SelfAudit.Status status,

        @Schema(description = "The client that ordered it, or nightly", examples = "auditor")
        String orderedBy,

        Instant orderedAt,
        @Nullable Instant begunAt,
        @Nullable Instant endedAt,

        @Schema(description = "Entries behind this one are looked at", examples = "0")
        long afterEntry,

        @Schema(description = "… up to this one", examples = "782") @Nullable
        Long throughEntry,

        @Schema(description = "The first offender of each check that does not hold; at the end") @Nullable
        List<Finding> findings,

        @Schema(description = "Why it is unfinished") @Nullable
        String fault) {
    static SelfAuditView of(SelfAudit audit) {
        SelfAudit.Order order = audit.order();
        Instant begunAt = switch (audit) {
            case SelfAudit.Waiting ignored -> null;
            case SelfAudit.Running running -> running.begunAt();
            case SelfAudit.Ended ended -> ended.begunAt();
        };
        SelfAudit.Ended end = audit instanceof SelfAudit.Ended ended ? ended : null;
        return new SelfAuditView(
                order.key().id().toString(),
                order.extent(),
                audit.status(),
                order.by(),
                order.at(),
                begunAt,
                end == null ? null : end.endedAt(),
                order.after(),
                end == null ? null : end.outcome().through(),
                end == null ? null : end.outcome().findings(),
                end == null ? null : end.outcome().fault());
    }
}
