package org.moralbank.access;

import org.moralbank.platform.Rejection;

/** Why a caller is turned away. */
sealed interface AccessRejection extends Rejection {
    /** No key, or one that is not valid. */
    record Unauthenticated() implements AccessRejection {
        @Override
        public String code() {
            return "unauthenticated";
        }
    }

    /** His roles do not allow it. */
    record Forbidden() implements AccessRejection {
        @Override
        public String code() {
            return "forbidden";
        }
    }
}
