package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static String canonical(String json) throws IOException {
        return new String(CanonicalJson.of(json.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    /** Numbers of RFC 8785, appendix B, and the borders at which ECMAScript changes the form. */
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "-0.0, 0",
        "60, 60",
        "60.0, 60",
        "1e2, 100",
        "-1.50, -1.5",
        "1000000000001, 1000000000001",
        "999999999999999, 999999999999999",
        "1000000000000000, 1000000000000000",
        "9007199254740993, 9007199254740992",
        "295147905179352825856, 295147905179352830000",
        "999999999999999900000, 999999999999999900000",
        "1e21, 1e+21",
        "9.999999999999997e22, 9.999999999999997e+22",
        "0.000001, 0.000001",
        "1e-7, 1e-7",
        "1.2e-7, 1.2e-7",
        "333333333.3333332, 333333333.3333332",
        "4.5, 4.5",
        "2e-3, 0.002",
        "5e-324, 5e-324",
        "1.7976931348623157e308, 1.7976931348623157e+308",
    })
    void writesANumberAsEcmaScriptDoes(String number, String expected) throws IOException {
        assertThat(canonical(number)).isEqualTo(expected);
        assertThat(new String(CanonicalJson.of(Json.mapper().readTree(number)), StandardCharsets.UTF_8))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e400", "{", "{\"a\":1,\"a\":2}", "1 2", "", "NaN"})
    void refusesWhatHasNoCanonicalForm(String json) {
        assertThatThrownBy(() -> canonical(json)).isInstanceOf(IOException.class);
    }

    @Test
    void sortsMembersWithinMembers() throws IOException {
        assertThat(
                        canonical(
                                "{ \"b\" : [{\"z\":{\"y\":1,\"x\":\"漢𝄞é\"},\"a\":{}}], \"ab\":2, \"a\\\"\":null, \"a\":\"漢\" }"))
                .isEqualTo("{\"a\":\"漢\",\"a\\\"\":null,\"ab\":2,\"b\":[{\"a\":{},\"z\":{\"x\":\"漢𝄞é\",\"y\":1}}]}");
    }

    /** The example of RFC 8785, section 3.2.2. */
    @Test
    void sortsMembersAndEscapesAsRfc8785Says() throws IOException {
        String canonical = canonical("""
                {
                  "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
                  "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
                  "literals": [null, true, false]
                }
                """);

        assertThat(canonical)
                .isEqualTo("{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                        + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
    }
}
