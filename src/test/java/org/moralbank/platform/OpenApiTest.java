package org.moralbank.platform;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The OpenAPI document is complete, is what is committed, and breaks nobody who wrote a client to the last one. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class OpenApiTest {
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    private JsonNode api = YAML.createObjectNode();

    private static final YAMLMapper YAML = new YAMLMapper();

    /** An operation and where it stands. */
    private record Operation(String name, String path, String method, JsonNode node) {}

    @BeforeEach
    void read() throws IOException {
        api = YAML.readTree(
                given().get("/q/openapi").then().statusCode(200).extract().asString());
    }

    @Test
    void describesEachOperation() {
        assertThat(operations()).isNotEmpty().allSatisfy(operation -> {
            assertThat(operation.node().path("operationId").asText()).matches("[a-z]\\w*");
            assertThat(operation.node().path("summary").asText()).isNotBlank().hasSizeLessThan(100);
            assertThat(operation.node().path("description").asText()).isNotBlank();
            assertThat(operation.node().path("tags")).isNotEmpty();
            assertThat(operation.node().has("x-problem-codes")).isFalse();
        });
        assertThat(operations().stream()
                        .map(each -> each.node().path("operationId").asText()))
                .doesNotHaveDuplicates();
    }

    @Test
    void describesEachTag() {
        List<String> described = new ArrayList<>();
        api.path("tags").forEach(tag -> {
            assertThat(tag.path("description").asText()).as(tag.toString()).isNotBlank();
            described.add(tag.path("name").asText());
        });

        assertThat(operations())
                .allSatisfy(operation -> operation
                        .node()
                        .path("tags")
                        .forEach(tag -> assertThat(described).contains(tag.asText())));
    }

    @Test
    void namesTheKeyThatEachOperationTakes() {
        assertThat(api.at("/components/securitySchemes/apiKey/scheme").asText()).isEqualTo("bearer");
        assertThat(operations()).allSatisfy(operation -> {
            // A public operation says so itself, with an empty list.
            assertThat(operation.node().has("security")).isTrue();
        });
    }

    @Test
    void describesEachAnswer() {
        assertThat(operations()).allSatisfy(operation -> {
            JsonNode responses = operation.node().path("responses");
            assertThat(responses.fieldNames()).toIterable().anyMatch(status -> status.startsWith("2"));
            assertThat(responses.fieldNames()).toIterable().contains("400", "401", "403", "406", "429", "500", "503");
            responses.properties().forEach(response -> {
                JsonNode described = resolved(response.getValue());
                assertThat(described.path("description").asText()).isNotBlank();
                if (!response.getKey().equals("204")) {
                    assertThat(described.path("content")).as(response.getKey()).isNotEmpty();
                }
                described
                        .path("content")
                        .forEach(media -> assertThat(media.path("schema"))
                                .as(response.getKey())
                                .isNotEmpty());
                if (response.getKey().charAt(0) >= '4') {
                    assertThat(described.path("content").fieldNames())
                            .toIterable()
                            .containsExactly(Problem.MEDIA_TYPE);
                }
            });
        });
    }

    @Test
    void saysOfWhatFormIdsReasonsAndMetadataAre() {
        JsonNode waiver = api.at("/components/schemas/NewWaiver/properties");

        assertThat(waiver.at("/actor/pattern").asText()).isEqualTo("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$");
        assertThat(waiver.at("/approver/pattern").asText()).isEqualTo("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$");
        assertThat(waiver.at("/reason/maxLength").asInt()).isEqualTo(500);
        assertThat(waiver.at("/metadata/maxProperties").asInt()).isEqualTo(20);
        assertThat(waiver.at("/metadata/additionalProperties/maxLength").asInt())
                .isEqualTo(500);
        assertThat(api.at("/components/schemas/NewTransfer/properties/from/pattern")
                        .asText())
                .isNotEmpty();
        assertThat(api.at("/components/schemas/NewExport/properties/from/pattern")
                        .isMissingNode())
                .as("a day")
                .isTrue();
    }

    @Test
    void namesTheHeadersThatMethodsNeed() {
        assertThat(operations()).allSatisfy(operation -> {
            List<String> parameters = new ArrayList<>();
            operation
                    .node()
                    .path("parameters")
                    .forEach(parameter ->
                            parameters.add(resolved(parameter).path("name").asText()));
            assertThat(parameters).contains("Accept-Language").doesNotHaveDuplicates();
            assertThat(parameters.contains("Idempotency-Key"))
                    .isEqualTo(operation.method().equals("post"));
            assertThat(parameters.contains("If-Match"))
                    .isEqualTo(operation.method().equals("put"));
            operation
                    .node()
                    .path("parameters")
                    .forEach(parameter ->
                            assertThat(resolved(parameter).path("schema")).isNotEmpty());
        });
    }

    @Test
    void givesAnExampleOfEachBodyThatFitsItsSchema() {
        List<String> faults = new ArrayList<>();
        for (Operation operation : operations()) {
            operation.node().path("requestBody").path("content").properties().forEach(media -> {
                JsonNode schema = resolved(media.getValue().path("schema"));
                List<JsonNode> examples = new ArrayList<>();
                if (media.getValue().has("example")) {
                    examples.add(media.getValue().path("example"));
                }
                media.getValue().path("examples").forEach(example -> examples.add(example.path("value")));
                boolean fieldsHaveThem = schema.findValue("examples") != null;
                if (examples.isEmpty() && !fieldsHaveThem) {
                    faults.add(operation.name() + " has no example of its body");
                }
                for (JsonNode example : examples) {
                    faults.addAll(faultsOf(operation.name(), example, schema));
                }
            });
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void saysOfEachReferenceThatABodyHasWhichFormItTakes() {
        List<String> told = new ArrayList<>();
        for (Operation operation : operations()) {
            operation.node().path("requestBody").path("content").forEach(media -> {
                JsonNode body = resolved(media.path("schema")).path("properties");
                JsonNode item = resolved(body.path("items").path("items")).path("properties");
                for (JsonNode reference : List.of(body.path("reference"), item.path("reference"))) {
                    if (!reference.isMissingNode()) {
                        told.add(reference.path("description").asText());
                    }
                }
            });
        }

        assertThat(told)
                .hasSizeGreaterThan(15)
                .allSatisfy(description -> assertThat(description).containsOnlyOnce("the first none of = + - @"));
    }

    @Test
    void isTheCommittedDocument() throws IOException {
        assertThat(YAML.readTree(Path.of("openapi/openapi.yaml").toFile())).isEqualTo(api);
    }

    /** The baseline is a copy of openapi/openapi.yaml as it was when a version of the API was done. */
    @Test
    void breaksNoClientOfTheBaseline() throws IOException {
        JsonNode baseline = YAML.readTree(
                Path.of("src/test/resources/openapi-baseline.yaml").toFile());

        assertThat(BreakingChanges.between(baseline, api)).isEmpty();
    }

    /** What it lacks could be broken unseen: with a new operation the committed document is the next baseline. */
    @Test
    void hasEachOperationInTheBaseline() throws IOException {
        JsonNode baseline = YAML.readTree(
                Path.of("src/test/resources/openapi-baseline.yaml").toFile());

        assertThat(operations())
                .allSatisfy(operation -> assertThat(baseline.path("paths").path(operation.path()))
                        .as(operation.name())
                        .anyMatch(there -> there.path("operationId")
                                .asText()
                                .equals(operation.node().path("operationId").asText())));
    }

    private List<String> faultsOf(String where, JsonNode example, JsonNode schema) {
        List<String> faults = new ArrayList<>();
        if (schema.path("properties").isEmpty()) {
            return faults;
        }
        if (!example.isObject()) {
            return List.of(where + ": the example is no JSON object: " + example);
        }
        example.properties().forEach(member -> {
            JsonNode property = schema.path("properties").path(member.getKey());
            if (property.isMissingNode()) {
                faults.add(where + ": there is no " + member.getKey());
                return;
            }
            JsonNode inner = resolved(property);
            String type = inner.path("type").isArray()
                    ? inner.path("type").get(0).asText()
                    : inner.path("type").asText();
            boolean fits = switch (type) {
                case "integer" -> member.getValue().isIntegralNumber();
                case "string" -> member.getValue().isTextual();
                case "boolean" -> member.getValue().isBoolean();
                case "array" -> member.getValue().isArray();
                case "object" -> member.getValue().isObject();
                default -> true;
            };
            if (!fits) {
                faults.add(where + "." + member.getKey() + " is no " + type);
            }
            if (inner.has("enum")
                    && !YAML.convertValue(inner.path("enum"), List.class)
                            .contains(member.getValue().asText())) {
                faults.add(where + "." + member.getKey() + " is none of " + inner.path("enum"));
            }
            if (type.equals("object")) {
                faults.addAll(faultsOf(where + "." + member.getKey(), member.getValue(), inner));
            }
            if (type.equals("array")) {
                for (JsonNode item : member.getValue()) {
                    if (item.isObject()) {
                        faults.addAll(faultsOf(where + "." + member.getKey(), item, resolved(inner.path("items"))));
                    }
                }
            }
        });
        for (JsonNode required : schema.path("required")) {
            if (!example.has(required.asText())) {
                faults.add(where + ": the example lacks " + required.asText());
            }
        }
        return faults;
    }

    private List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        api.path("paths").properties().forEach(path -> {
            if (path.getKey().startsWith("/v1/")) {
                path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        operations.add(new Operation(
                                method.getKey() + " " + path.getKey(),
                                path.getKey(),
                                method.getKey(),
                                method.getValue()));
                    }
                });
            }
        });
        return operations;
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? api.at(node.path("$ref").asText().substring(1)) : node;
    }
}
