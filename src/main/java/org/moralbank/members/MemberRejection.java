package org.moralbank.members;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a member cannot take part, in order of precedence. */
public sealed interface MemberRejection extends Rejection {
    String member();

    @Override
    default Map<String, Object> facts() {
        return Map.of("member", member());
    }

    /** The request names a member that the book does not know. */
    record UnknownMember(String member) implements MemberRejection {
        @Override
        public String code() {
            return "unknown-member";
        }
    }

    /** He has left. */
    record MemberClosed(String member) implements MemberRejection {
        @Override
        public String code() {
            return "member-closed";
        }
    }

    /** He gives nothing while he is frozen. */
    record MemberFrozen(String member) implements MemberRejection {
        @Override
        public String code() {
            return "member-frozen";
        }
    }
}
