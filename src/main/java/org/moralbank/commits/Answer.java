package org.moralbank.commits;

import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;

/**
 * What a caller is answered.
 *
 * @param location of what was created, else null
 * @param body UTF-8 JSON; problem details when the status is 400 or more
 * @param shownOnce the body of the first answer where it carries a secret or a person's text that {@code body}, which is
 *     kept, does not
 * @param etag of a resource that is edited, else null; never kept: edits have no key
 * @param replayed whether it was recorded by an earlier request with the same key
 */
public record Answer(
        int status,
        @Nullable String location,
        byte[] body,
        byte @Nullable [] shownOnce,
        @Nullable String etag,
        boolean replayed) {
    /** 201 with the resource that was made. */
    public static Answer created(String location, Object resource) {
        return new Answer(201, location, Json.bytes(resource), null, null, false);
    }

    /** 200 with the resource as it is now. */
    public static Answer ok(Object resource) {
        return new Answer(200, null, Json.bytes(resource), null, null, false);
    }

    /** 201 with a resource that carries a secret now, and is kept without it. */
    public static Answer createdWithSecret(String location, Object withSecret, Object kept) {
        return new Answer(201, location, Json.bytes(kept), Json.bytes(withSecret), null, false);
    }

    /** The same with the tag of the resource's version. */
    public Answer withEtag(String tag) {
        return new Answer(status, location, body, shownOnce, tag, replayed);
    }

    /** What is sent now. */
    public byte[] shown() {
        return shownOnce == null ? body : shownOnce;
    }

    public boolean isProblem() {
        return status >= 400;
    }
}
