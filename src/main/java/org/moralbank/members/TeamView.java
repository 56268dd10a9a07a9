package org.moralbank.members;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A team as the API shows it. */
@Schema(name = "Team", description = "Volunteers who hold together.")
record TeamView(
        @Schema(examples = "T-BHL-01") String teamId,
        @Schema(examples = "银龄互助队") String name,

        @Schema(description = "1, 2, 3 …: the ETag", examples = "1")
        long version,

        Instant registeredAt) {
    static TeamView of(Team team) {
        return new TeamView(team.id(), team.name(), team.version(), team.registeredAt());
    }
}
