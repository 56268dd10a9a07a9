package org.moralbank.platform;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What in a new OpenAPI document breaks a client that was written to an older one. The libraries that tell this read
 * OpenAPI 3.0 and ours is 3.1, so the rules stand here, and only those that our documents can break:
 *
 * <ul>
 *   <li>an operation, an answer of 2xx or one of its media types is gone, or an operationId is another;
 *   <li>a parameter or member of a request is gone, newly required, of another type, or takes fewer values;
 *   <li>a member of an answer is gone, of another type, or no longer always there;
 *   <li>an operation takes no key of the kind that it took.
 * </ul>
 *
 * New values of an enum in an answer are let pass: clients are told to expect them.
 */
final class BreakingChanges {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private final JsonNode before;
    private final JsonNode after;
    private final List<String> found = new ArrayList<>();

    private BreakingChanges(JsonNode before, JsonNode after) {
        this.before = before;
        this.after = after;
    }

    /** A sentence for each; none when old clients go on as they are. */
    static List<String> between(JsonNode before, JsonNode after) {
        BreakingChanges changes = new BreakingChanges(before, after);
        before.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        changes.operation(
                                method.getKey() + " " + path.getKey(),
                                method.getValue(),
                                after.path("paths").path(path.getKey()).path(method.getKey()));
                    }
                }));
        return changes.found;
    }

    private void operation(String name, JsonNode old, JsonNode now) {
        if (now.isMissingNode()) {
            found.add(name + " is gone");
            return;
        }
        if (!old.path("operationId").equals(now.path("operationId"))) {
            found.add(name + " has another operationId");
        }
        if (!old.path("security").equals(now.path("security"))) {
            found.add(name + " takes another kind of key");
        }
        parameters(name, old, now);
        contents(name + " body", old.path("requestBody"), now.path("requestBody"), true);
        old.path("responses").properties().forEach(response -> {
            if (response.getKey().startsWith("2")) {
                JsonNode answer = now.path("responses").path(response.getKey());
                if (answer.isMissingNode()) {
                    found.add(name + " no longer answers " + response.getKey());
                } else {
                    contents(name + " " + response.getKey(), response.getValue(), answer, false);
                }
            }
        });
    }

    private void parameters(String name, JsonNode old, JsonNode now) {
        for (JsonNode each : old.path("parameters")) {
            JsonNode parameter = resolved(before, each);
            JsonNode same = parameter(after, now, parameter);
            String where = name + " parameter " + parameter.path("name").asText();
            if (same.isMissingNode()) {
                found.add(where + " is gone");
            } else {
                schema(where, parameter.path("schema"), same.path("schema"), true, new HashSet<>());
            }
        }
        for (JsonNode each : now.path("parameters")) {
            JsonNode parameter = resolved(after, each);
            if (parameter.path("required").asBoolean()
                    && !parameter(before, old, parameter).path("required").asBoolean()) {
                found.add(name + " parameter " + parameter.path("name").asText() + " is newly required");
            }
        }
    }

    private static JsonNode parameter(JsonNode api, JsonNode operation, JsonNode wanted) {
        for (JsonNode each : operation.path("parameters")) {
            JsonNode parameter = resolved(api, each);
            if (parameter.path("name").equals(wanted.path("name"))
                    && parameter.path("in").equals(wanted.path("in"))) {
                return parameter;
            }
        }
        return operation.path("no such parameter");
    }

    private void contents(String where, JsonNode oldRef, JsonNode nowRef, boolean request) {
        JsonNode old = resolved(before, oldRef);
        JsonNode now = resolved(after, nowRef);
        if (request && old.isMissingNode() && now.path("required").asBoolean()) {
            found.add(where + " is newly required");
        }
        old.path("content").properties().forEach(media -> {
            JsonNode same = now.path("content").path(media.getKey());
            if (same.isMissingNode()) {
                found.add(where + " is no longer " + media.getKey());
            } else {
                schema(where, media.getValue().path("schema"), same.path("schema"), request, new HashSet<>());
            }
        });
    }

    /** {@code seen} stops at schemas that contain themselves. */
    private void schema(String where, JsonNode oldRef, JsonNode nowRef, boolean request, Set<String> seen) {
        if (oldRef.has("$ref") && !seen.add(oldRef.path("$ref").asText())) {
            return;
        }
        JsonNode old = resolved(before, oldRef);
        JsonNode now = resolved(after, nowRef);
        Set<String> oldTypes = values(old.path("type"));
        Set<String> nowTypes = values(now.path("type"));
        // A request may take more types than before, an answer may have fewer.
        if (!(request ? nowTypes.containsAll(oldTypes) : oldTypes.containsAll(nowTypes))) {
            found.add(where + " is " + nowTypes + ", was " + oldTypes);
        }
        if (request && now.has("enum") && !values(now.path("enum")).containsAll(values(old.path("enum")))) {
            found.add(where + " no longer takes some of " + old.path("enum"));
        }
        Set<String> oldRequired = values(old.path("required"));
        Set<String> nowRequired = values(now.path("required"));
        old.path("properties").properties().forEach(property -> {
            JsonNode same = now.path("properties").path(property.getKey());
            String member = where + "." + property.getKey();
            if (same.isMissingNode()) {
                found.add(member + " is gone");
            } else {
                schema(member, property.getValue(), same, request, seen);
            }
        });
        if (request) {
            nowRequired.stream()
                    .filter(name -> !oldRequired.contains(name))
                    .forEach(name -> found.add(where + "." + name + " is newly required"));
        } else {
            oldRequired.stream()
                    .filter(name -> !nowRequired.contains(name)
                            && now.path("properties").has(name))
                    .forEach(name -> found.add(where + "." + name + " is not always there any more"));
        }
        if (old.has("items")) {
            schema(where + "[]", old.path("items"), now.path("items"), request, seen);
        }
    }

    private static Set<String> values(JsonNode node) {
        Set<String> values = new TreeSet<>();
        if (node.isArray()) {
            node.forEach(value -> values.add(value.asText()));
        } else if (!node.isMissingNode()) {
            values.add(node.asText());
        }
        return values;
    }

    private static JsonNode resolved(JsonNode api, JsonNode node) {
        return node.has("$ref") ? api.at(node.path("$ref").asText().substring(1)) : node;
    }
}
