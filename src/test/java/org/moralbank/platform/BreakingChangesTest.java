package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BreakingChangesTest {
    private static final String API = """
            paths:
              /v1/things:
                post:
                  operationId: makeThing
                  security: [{apiKey: []}]
                  parameters:
                  - {name: limit, in: query, schema: {type: integer}}
                  - {name: after, in: query, schema: {type: string}}
                  requestBody:
                    content:
                      application/json:
                        schema: {$ref: '#/components/schemas/New'}
                  responses:
                    '201':
                      content:
                        application/json:
                          schema: {$ref: '#/components/schemas/Thing'}
            components:
              schemas:
                New:
                  type: object
                  required: [name]
                  properties:
                    name: {type: string}
                    kind: {type: string, enum: [A, B]}
                Thing:
                  type: object
                  required: [name, size]
                  properties:
                    name: {type: string}
                    size: {type: integer}
                    parts: {type: array, items: {$ref: '#/components/schemas/Thing'}}
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /v1/things:                      | /v1/stuff:                     | post /v1/things is gone
                    makeThing                        | doThing                        | post /v1/things has another operationId
                    apiKey                           | token                          | post /v1/things takes another kind of key
                    - {name: after, in: query        | - {name: behind, in: query     | post /v1/things parameter after is gone
                    in: query, schema: {type: int    | in: query, required: true, schema: {type: int | post /v1/things parameter limit is newly required
                    '201'                            | '200'                          | post /v1/things no longer answers 201
                    required: [name]                 | required: [name, kind]         | post /v1/things body.kind is newly required
                    name: {type: string}\\n        kind | name: {type: integer}\\n        kind | post /v1/things body.name is [integer], was [string]
                    enum: [A, B]                     | enum: [A]                      | post /v1/things body.kind no longer takes some of ["A","B"]
                    size: {type: integer}            | length: {type: integer}        | post /v1/things 201.size is gone
                    size: {type: integer}            | size: {type: string}           | post /v1/things 201.size is [string], was [integer]
                    required: [name, size]           | required: [name]               | post /v1/things 201.size is not always there any more
                    """)
    void findsWhatBreaksAClient(String old, String now, String sentence) throws JsonProcessingException {
        String changed = API.replace(unescaped(old), unescaped(now));

        assertThat(changed).isNotEqualTo(API);
        assertThat(BreakingChanges.between(api(API), api(changed))).contains(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    makeThing              | makeThing
                    kind: {type: string    | more: {type: string}\\n        kind: {type: string
                    enum: [A, B]           | enum: [A, B, C]
                    required: [name]\\n     | required: []\\n
                    size: {type: integer}  | size: {type: integer, description: How large}
                    """)
    void letsPassWhatDoesNot(String old, String now) throws JsonProcessingException {
        assertThat(BreakingChanges.between(api(API), api(API.replace(unescaped(old), unescaped(now)))))
                .isEmpty();
    }

    private static String unescaped(String text) {
        return text.replace("\\n", "\n");
    }

    private static JsonNode api(String yaml) throws JsonProcessingException {
        return new YAMLMapper().readTree(yaml);
    }
}
