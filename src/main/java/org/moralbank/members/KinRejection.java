package org.moralbank.members;

import java.time.Instant;
import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why someone is not registered as kin or not given time as kin, in order of precedence. */
public sealed interface KinRejection extends Rejection {
    /** Nobody is his own kin. */
    record OwnKin(String member) implements KinRejection {
        @Override
        public String code() {
            return "own-kin";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member);
        }
    }

    /** No kinship of the two is registered, in this direction. */
    record NotKin(String member, String kin) implements KinRejection {
        @Override
        public String code() {
            return "not-kin";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member, "kin", kin);
        }
    }

    /** The kinship was registered less than a day ago. */
    record KinCoolingOff(String member, String kin, Instant giftsFrom) implements KinRejection {
        @Override
        public String code() {
            return "kin-cooling-off";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("member", member, "kin", kin, "giftsFrom", giftsFrom.toString());
        }
    }

    /** The kin is below the age for gifts, or his age is not known. */
    record KinTooYoung(String kin) implements KinRejection {
        @Override
        public String code() {
            return "kin-too-young";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("kin", kin, "leastAge", Kin.LEAST_AGE);
        }
    }
}
