package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    abc          | abc
                    "abc"        | abc
                    a"b          | a"b
                    "a\\"b"       | a"b
                    "a\\\\b"       | a\\b
                    a\\b          | a\\b
                    !            | !
                    ~            | ~
                    """)
    void isTheSameQuotedAndBare(String header, String key) {
        assertThat(Objects.requireNonNull(IdempotencyKey.parse(header)).value()).isEqualTo(key);
    }

    @Test
    void isOfTwoHundredAndFiftyFiveCharactersAtMost() {
        String longest = "k".repeat(255);

        assertThat(IdempotencyKey.parse(longest)).isEqualTo(new IdempotencyKey(longest));
        assertThat(IdempotencyKey.parse('"' + longest + '"')).isEqualTo(new IdempotencyKey(longest));
        assertThat(IdempotencyKey.parse(longest + "k")).isNull();
        assertThat(IdempotencyKey.parse('"' + longest + "k\"")).isNull();
        assertThatThrownBy(() -> new IdempotencyKey(longest + "k")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\"\"",
                "\"",
                "\"abc",
                "\"abc\"d",
                "\"a\"b\"",
                "\"a\\n\"",
                "\"a\\",
                "a b",
                "\"a b\"",
                "a\tb",
                "\u007f",
                "\u00e4"
            })
    void isRefusedWhenItIsMalformed(String header) {
        assertThat(IdempotencyKey.parse(header)).isNull();
    }
}
