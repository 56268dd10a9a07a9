package org.moralbank.members;

import java.util.Map;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Rejection;

/** Why nothing is written off, in order of precedence. */
public sealed interface WriteOffRejection extends Rejection {
    /** Nothing is owed, or what is there pays it. */
    record NothingToWriteOff(String owner, long owed, Unit unit) implements WriteOffRejection {
        @Override
        public String code() {
            return "nothing-to-write-off";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("owner", owner, "owed", owed, "unit", unit.name());
        }
    }

    /** What can be paid is no loss. */
    record WriteOffExceeded(String owner, long owed, long most, long wanted, Unit unit) implements WriteOffRejection {
        @Override
        public String code() {
            return "write-off-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("owner", owner, "owed", owed, "most", most, "wanted", wanted, "unit", unit.name());
        }
    }
}
