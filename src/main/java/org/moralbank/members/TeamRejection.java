package org.moralbank.members;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a team cannot take part. */
public sealed interface TeamRejection extends Rejection {
    /** The request names a team that the book does not know. */
    record UnknownTeam(String team) implements TeamRejection {
        @Override
        public String code() {
            return "unknown-team";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("team", team);
        }
    }
}
