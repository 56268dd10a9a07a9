package org.moralbank.platform;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a PUT is not done: the resource is not as the caller last saw it (RFC 9110 section 13, RFC 6585 section 3). */
public sealed interface EditRejection extends Rejection {
    /** The resource is there, and the request does not say which version it edits. */
    record PreconditionRequired() implements EditRejection {
        @Override
        public String code() {
            return "precondition-required";
        }
    }

    /** The request edits another version than the one that is there. */
    record PreconditionFailed(long current) implements EditRejection {
        @Override
        public String code() {
            return "precondition-failed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("current", current);
        }
    }

    /** The tag of a version. */
    static String etag(long version) {
        return "\"" + version + "\"";
    }

    /**
     * Checks {@code If-Match} against the version that is there; {@code 0} means that nothing is there. Call it only when
     * the content differs: a PUT of what is there already needs no condition.
     */
    static void check(@Nullable String ifMatch, long current) {
        if (ifMatch == null) {
            if (current > 0) {
                throw new PreconditionRequired().refused();
            }
            return;
        }
        boolean matches =
                ifMatch.strip().equals("*") ? current > 0 : ifMatch.strip().equals(etag(current));
        if (!matches) {
            throw new PreconditionFailed(current).refused();
        }
    }
}
