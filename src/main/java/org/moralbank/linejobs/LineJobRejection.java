package org.moralbank.linejobs;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a job is not taken in. */
sealed interface LineJobRejection extends Rejection {
    /** So many of the book are not done yet; the key stays free. */
    record TooMany(int most) implements LineJobRejection {
        @Override
        public String code() {
            return "too-many-line-jobs";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("most", most);
        }
    }
}
