package org.moralbank;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sees of each answer that tests get from an operation that the OpenAPI document has it: the status and, of a problem, its code
 * under that status; of a success its media type and, of JSON, the schema. What no operation answers is let pass.
 */
final class DocumentedAnswers implements Filter {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
    private static final String PROBLEM = "application/problem+json";
    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode API = read();
    private static final List<Operation> OPERATIONS = operations();

    private record Operation(String id, String method, Pattern path, int parameters, JsonNode responses) {}

    @Override
    public Response filter(
            FilterableRequestSpecification request, FilterableResponseSpecification expected, FilterContext context) {
        Response response = context.next(request, expected);
        Operation operation = operation(request.getMethod(), request.getURI());
        if (operation != null) {
            String type = response.contentType() == null ? "" : response.contentType();
            List<String> faults = faults(
                    operation.id(),
                    operation.responses(),
                    response.statusCode(),
                    type,
                    type.contains("json") ? response.asByteArray() : new byte[0]);
            if (!faults.isEmpty()) {
                throw new AssertionError("The OpenAPI document does not have this: " + String.join("; ", faults));
            }
        }
        return response;
    }

    /** In what an answer of an operation is not as the document has it. */
    static List<String> faults(String operation, JsonNode responses, int status, String contentType, byte[] body) {
        String type = contentType.split(";", 2)[0];
        JsonNode response = responses.path(Integer.toString(status));
        String what = operation + " answers " + status + " " + type;
        JsonNode json = type.endsWith("json") ? parse(body) : JSON.missingNode();
        if (type.equals(PROBLEM)) {
            String code = json.path("code").asText();
            return response.path("content").path(PROBLEM).path("examples").has(code)
                    ? List.of()
                    : List.of(what + " " + code);
        }
        if (response.isMissingNode()) {
            return List.of(what);
        }
        if (type.isEmpty()) {
            return response.has("content") ? List.of(what + "nothing") : List.of();
        }
        if (!response.path("content").has(type)) {
            return List.of(what);
        }
        List<String> faults = new ArrayList<>();
        if (!json.isMissingNode()) {
            compare(what, json, response.path("content").path(type).path("schema"), faults);
        }
        return faults;
    }

    private static void compare(String where, JsonNode value, JsonNode described, List<String> faults) {
        JsonNode schema =
                described.has("$ref") ? API.at(described.path("$ref").asText().substring(1)) : described;
        if (schema.has("anyOf")) {
            boolean fits = false;
            for (JsonNode one : schema.path("anyOf")) {
                List<String> others = new ArrayList<>();
                compare(where, value, one, others);
                fits |= others.isEmpty();
            }
            if (!fits) {
                faults.add(where + " is none of those: " + value);
            }
            return;
        }
        Set<String> types = texts(schema.path("type"));
        if (!types.isEmpty() && !types.contains(typeOf(value))) {
            faults.add(where + " is no " + types + ": " + value);
            return;
        }
        if (schema.has("enum") && !texts(schema.path("enum")).contains(value.asText())) {
            faults.add(where + " is " + value);
        }
        for (JsonNode item : value.isArray() ? value : JSON.createArrayNode()) {
            compare(where + "[]", item, schema.path("items"), faults);
        }
        JsonNode others = schema.path("additionalProperties");
        boolean isClosed = schema.has("properties") && !others.asBoolean() && !others.isObject();
        value.properties().forEach(member -> {
            String name = where + "." + member.getKey();
            JsonNode property = schema.path("properties").path(member.getKey());
            if (!property.isMissingNode()) {
                compare(name, member.getValue(), property, faults);
            } else if (others.isObject()) {
                compare(name, member.getValue(), others, faults);
            } else if (isClosed) {
                faults.add(name + " is unknown");
            }
        });
        for (String name : texts(schema.path("required"))) {
            if (value.isObject() && !value.has(name)) {
                faults.add(where + "." + name + " is missing");
            }
        }
    }

    private static String typeOf(JsonNode value) {
        return value.isIntegralNumber() ? "integer" : value.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** One text, or those of an array. */
    private static Set<String> texts(JsonNode node) {
        return node.isTextual()
                ? Set.of(node.asText())
                : StreamSupport.stream(node.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.toSet());
    }

    /** The own refusals of an operation, in their order of precedence. */
    static List<String> refusals(String operationId) {
        List<String> refusals = new ArrayList<>();
        API.path("paths")
                .forEach(path -> path.forEach(operation -> {
                    if (operation.path("operationId").asText().equals(operationId)) {
                        operation.path("x-refusals").forEach(code -> refusals.add(code.asText()));
                    }
                }));
        return refusals;
    }

    private static @Nullable Operation operation(String method, String uri) {
        String path = uri.replaceFirst("^https?://[^/]*", "").split("\\?", 2)[0];
        return OPERATIONS.stream()
                .filter(operation -> operation.method().equals(method)
                        && operation.path().matcher(path).matches())
                .min(Comparator.comparingInt(Operation::parameters))
                .orElse(null);
    }

    private static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        API.path("paths").properties().forEach(path -> {
            // A tile's index has slashes of its own.
            String pattern = path.getKey().replace("{index}", ".+").replaceAll("\\{[^}]+}", "[^/]+");
            int parameters = path.getKey().split("\\{", -1).length - 1;
            path.getValue().properties().forEach(method -> {
                if (METHODS.contains(method.getKey())) {
                    operations.add(new Operation(
                            method.getValue().path("operationId").asText(),
                            method.getKey().toUpperCase(Locale.ROOT),
                            Pattern.compile(pattern),
                            parameters,
                            method.getValue().path("responses")));
                }
            });
        });
        return operations;
    }

    private static JsonNode parse(byte[] json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read() {
        try {
            return new YAMLMapper().readTree(Path.of("openapi/openapi.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
