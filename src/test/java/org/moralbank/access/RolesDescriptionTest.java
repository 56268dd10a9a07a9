package org.moralbank.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.Method;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.platform.TestDatabase;

/** The OpenAPI document says of each operation who may use it, and nobody else may. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class RolesDescriptionTest {
    @Inject
    TestBank bank;

    /** @param types in which it answers, each of which may be a method of its own */
    private record Operation(Method method, String path, String description, List<String> roles, Set<String> types) {}

    @Test
    void namesTheRolesAtTheEndOfEachDescription() throws IOException {
        assertThat(operations())
                .hasSizeGreaterThan(100)
                .allSatisfy(operation -> assertThat(operation.description())
                        .endsWith("\n\nRoles: " + String.join(", ", operation.roles()) + "."));
    }

    /** What is asked for is not there or not well-formed, which is told to those only who may ask. */
    @Test
    void letsInWhomTheDocumentNamesAndNobodyElse() throws IOException {
        var book = bank.aBook();
        Map<Role, String> keys = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            keys.put(
                    role,
                    // Some operations are for operators of every book only.
                    role == Role.OPERATOR
                            ? bank.operatorKey()
                            : book.keyOf(role, role == Role.TERMINAL ? "MER-1" : null));
        }
        List<String> faults = new ArrayList<>();

        for (Operation operation : operations()) {
            String path = operation.path().replaceAll("\\{[^}]*}", "x");
            for (String type : operation.types()) {
                keys.forEach((role, key) -> {
                    int status = book.request(key)
                            .accept(type)
                            .request(operation.method(), path)
                            .statusCode();
                    if ((status != 403) != operation.roles().contains(role.name())) {
                        faults.add(role + " is told " + status + " by " + operation + " in " + type);
                    }
                });
            }
        }

        assertThat(faults).isEmpty();
    }

    private static List<Operation> operations() throws IOException {
        JsonNode api = new YAMLMapper()
                .readTree(given().get("/q/openapi")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());
        List<Operation> operations = new ArrayList<>();
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    JsonNode described = method.getValue();
                    if (described.has("operationId")) {
                        List<String> roles = new ArrayList<>();
                        described.path("x-roles").forEach(role -> roles.add(role.asText()));
                        Set<String> types = new TreeSet<>();
                        described.path("responses").properties().forEach(answer -> {
                            if (answer.getKey().startsWith("2")) {
                                answer.getValue().path("content").fieldNames().forEachRemaining(types::add);
                            }
                        });
                        if (types.isEmpty()) {
                            // A deletion answers nothing.
                            types.add("*/*");
                        }
                        operations.add(new Operation(
                                Method.valueOf(method.getKey().toUpperCase(Locale.ROOT)),
                                path.getKey(),
                                described.path("description").asText(),
                                roles,
                                types));
                    }
                }));
        return operations;
    }
}
