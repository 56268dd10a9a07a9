package org.moralbank.members;

import java.util.Map;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Rejection;

/** Why a member is not changed, frozen, thawed or closed, in order of precedence: his state does not allow it. */
public sealed interface StatusRejection extends Rejection {
    /** He has left, for good. */
    record AlreadyClosed(String member) implements StatusRejection {
        @Override
        public String code() {
            return "member-already-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }

    /** He is frozen already. */
    record AlreadyFrozen(String member) implements StatusRejection {
        @Override
        public String code() {
            return "member-already-frozen";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }

    /** There is nothing to thaw. */
    record NotFrozen(String member) implements StatusRejection {
        @Override
        public String code() {
            return "member-not-frozen";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }

    /** Something of his is promised to others. */
    record HasHolds(String member, long heldMinutes, long heldPoints) implements StatusRejection {
        @Override
        public String code() {
            return "member-has-holds";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member, "heldMinutes", heldMinutes, "heldPoints", heldPoints);
        }
    }

    /** He owes more than he has. */
    record ShortfallOpen(String member, long owed, Unit unit) implements StatusRejection {
        @Override
        public String code() {
            return "shortfall-open";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member, "owed", owed, "unit", unit.name());
        }
    }

    /** What he holds changed while the closing was prepared; nothing was done. */
    record ChangedMeanwhile(String member) implements StatusRejection {
        @Override
        public String code() {
            return "member-changed-meanwhile";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }
}
