package org.moralbank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the tests of all answers would find. */
class DocumentedAnswersTest {
    private static final String DESCRIBED = """
            {"200": {"content": {"application/json": {"schema": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string"},
                "unit": {"type": "string", "enum": ["MIN", "PTS"]},
                "next": {"type": ["string", "null"]},
                "lines": {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "integer"}}}},
                "others": {"type": "object", "additionalProperties": {"type": "boolean"}}}}}}},
             "204": {"description": "Gone"},
             "409": {"content": {"application/problem+json": {"examples": {"id-taken": {}}}}}}
            """;

    @Test
    void findsNothingInWhatIsDocumented() throws JsonProcessingException {
        assertThat(faults(204, "", "")).isEmpty();
        assertThat(faults(409, "application/problem+json", "{\"code\":\"id-taken\"}"))
                .isEmpty();
        assertThat(
                        faults(
                                200,
                                "application/json;charset=UTF-8",
                                "{\"id\":\"a\",\"unit\":\"MIN\",\"next\":null,\"lines\":[{\"amount\":1},{}],\"others\":{\"x\":true}}"))
                .isEmpty();
    }

    @Test
    void findsEachFault() throws JsonProcessingException {
        Map<String, String> faults = Map.ofEntries(
                entry("{}", "op answers 200 application/json.id is missing"),
                entry("{\"id\":1}", "op answers 200 application/json.id is no [string]: 1"),
                entry("{\"id\":null}", "op answers 200 application/json.id is no [string]: null"),
                entry("{\"id\":\"a\",\"more\":1}", "op answers 200 application/json.more is unknown"),
                entry("{\"id\":\"a\",\"unit\":\"KG\"}", "op answers 200 application/json.unit is \"KG\""),
                entry(
                        "{\"id\":\"a\",\"lines\":[{\"amount\":1.5}]}",
                        "op answers 200 application/json.lines[].amount is no [integer]: 1.5"),
                entry(
                        "{\"id\":\"a\",\"others\":{\"x\":1}}",
                        "op answers 200 application/json.others.x is no [boolean]: 1"));
        for (Map.Entry<String, String> fault : faults.entrySet()) {
            assertThat(faults(200, "application/json", fault.getKey())).containsExactly(fault.getValue());
        }
        assertThat(faults(409, "application/problem+json", "{\"code\":\"book-exists\"}"))
                .containsExactly("op answers 409 application/problem+json book-exists");
        assertThat(faults(422, "application/problem+json", "{\"code\":\"id-taken\"}"))
                .containsExactly("op answers 422 application/problem+json id-taken");
        assertThat(faults(200, "text/csv", "")).containsExactly("op answers 200 text/csv");
        assertThat(faults(201, "application/json", "{}")).containsExactly("op answers 201 application/json");
        assertThat(faults(200, "", "")).containsExactly("op answers 200 nothing");
    }

    private static List<String> faults(int status, String type, String body) throws JsonProcessingException {
        JsonNode described = new JsonMapper().readTree(DESCRIBED);
        return DocumentedAnswers.faults("op", described, status, type, body.getBytes(StandardCharsets.UTF_8));
    }
}
