package org.moralbank.platform;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a PUT is not done: the resource is not as the caller last saw it (RFC 9110 section 13, RFC 6585 section 3). */
public sealed interface EditRejection extends Rejection {
    /** A tag, of which ours have no comma. */
    Pattern TAG = Pattern.compile("(W/)?\"[^\"\\s]*\"");

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
        if (!matches(ifMatch.strip(), current)) {
            throw new PreconditionFailed(current).refused();
        }
    }

    /**
     * Whether one of the tags is that of the version. A weak one never is (section 13.1.1), and none is in what is no list of
     * tags; one may have empty places (section 5.6.1).
     */
    private static boolean matches(String ifMatch, long current) {
        if (ifMatch.equals("*")) {
            return current > 0;
        }
        List<String> tags = Arrays.stream(ifMatch.split(","))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .toList();
        return tags.contains(etag(current)) && tags.stream().allMatch(TAG.asMatchPredicate());
    }
}
