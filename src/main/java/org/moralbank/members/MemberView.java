package org.moralbank.members;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A member as the API shows him. */
@Schema(name = "Member", description = "A person who takes part, known by his id.")
record MemberView(
        @Schema(examples = "M-BHL-H0001") String memberId,
        Member.Status status,

        @Schema(description = "What he is called in his community", examples = "helper") @Nullable
        String role,

        @Schema(examples = "60-69") @Nullable String ageBand,

        @Schema(description = "A masked name that tills may show; not told in answers that are kept") @Nullable
        String label,

        @Schema(description = "A mark that the community keeps (重点服务对象); no operation depends on it")
        boolean priorityRecipient,

        @Schema(description = "Whether tills may tell what he has left: he agreed")
        boolean showsPointsLeft,

        @Schema(description = "1, 2, 3 …: the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static MemberView of(Member member) {
        return new MemberView(
                member.id(),
                member.status(),
                member.role(),
                member.ageBand(),
                member.label(),
                member.priorityRecipient(),
                member.showsPointsLeft(),
                member.version(),
                member.registeredAt());
    }

    /** Without the label: answers are kept for ever, and a label can be taken back. */
    static MemberView kept(Member member) {
        return new MemberView(
                member.id(),
                member.status(),
                member.role(),
                member.ageBand(),
                null,
                member.priorityRecipient(),
                member.showsPointsLeft(),
                member.version(),
                member.registeredAt());
    }
}
