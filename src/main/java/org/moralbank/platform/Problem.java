package org.moralbank.platform;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Problem details (RFC 9457): what a {@link Rejection} is to a caller, in his language. */
public record Problem(Rejection rejection) {
    public static final String MEDIA_TYPE = "application/problem+json";

    /** One member of {@code errors}. */
    private record FieldError(String field, String message) {
        /** The detail where it is the only one, for who shows nothing else. */
        private String sentence(Language language) {
            return field + (language == Language.ZH ? "：" : ": ") + message;
        }
    }

    public static Problem of(Rejection rejection) {
        return new Problem(rejection);
    }

    private ProblemTable.Entry entry() {
        return ProblemTable.entry(rejection.code());
    }

    public int status() {
        return entry().status();
    }

    /** Whether the same request with the same key may succeed later. */
    public boolean retryable() {
        return entry().retryable();
    }

    /** The language in which the JSON of a problem is: only the Chinese titles have letters beyond ASCII. */
    public static Language languageOf(byte[] json) {
        byte[] start = "\"title\":\"".getBytes(StandardCharsets.US_ASCII);
        for (int at = 0; at + start.length < json.length; at++) {
            if (Arrays.equals(json, at, at + start.length, start, 0, start.length)) {
                for (int i = at + start.length; i < json.length && json[i] != '"'; i++) {
                    if (json[i] < 0) {
                        return Language.ZH;
                    }
                }
                break;
            }
        }
        return Language.EN;
    }

    /** The JSON that the caller gets; {@code instance} is the path of his request. */
    public byte[] json(Language language, @Nullable String instance) {
        return Json.bytes(members(language, instance));
    }

    /** The same as an object, to stand in a larger answer. */
    public Map<String, Object> members(Language language, @Nullable String instance) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("type", "/problems/" + rejection.code());
        json.put("title", entry().title(language));
        json.put("status", status());
        List<FieldError> errors = errors(language);
        json.put("detail", errors.size() == 1 ? errors.getFirst().sentence(language) : told(language));
        if (instance != null) {
            json.put("instance", instance);
        }
        json.put("code", rejection.code());
        json.put("retryable", retryable());
        if (!errors.isEmpty()) {
            json.put("errors", errors);
        }
        // In the order of their names: a map of facts has none of its own.
        new TreeMap<>(rejection.facts()).forEach(json::putIfAbsent);
        return json;
    }

    private String told(Language language) {
        return entry().detail(language, rejection.facts());
    }

    private List<FieldError> errors(Language language) {
        return rejection.faults().stream()
                .map(fault ->
                        new FieldError(fault.field(), ProblemTable.fieldMessage(language, fault.rule(), fault.facts())))
                .toList();
    }
}
