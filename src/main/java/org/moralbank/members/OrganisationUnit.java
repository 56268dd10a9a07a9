package org.moralbank.members;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A node of the organisation.
 *
 * @param parent the node above it; null for a root
 * @param book the book that it keeps, or null
 */
@Schema(name = "OrganisationUnit", description = "A node of the organisation: a district, a street, a community …")
public record OrganisationUnit(
        @Schema(examples = "C-BHL") String code,

        @Schema(description = "The node above it; absent for a root", examples = "S1") @Nullable
        String parent,

        Kind kind,
        @Schema(examples = "北环路社区") String name,

        @Schema(description = "The book that it keeps", examples = "BHL") @Nullable
        String book,

        Instant createdAt) {
    public enum Kind {
        DISTRICT,
        STREET,
        COMMUNITY,
        GRID,
        MICRO_GRID,
        BUILDING,
        HUB
    }
}
