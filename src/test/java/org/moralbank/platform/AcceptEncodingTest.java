package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is sent gzip. */
class AcceptEncodingTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZIP",
                "deflate, gzip;q=0.8",
                "gzip ; q=1, *;q=0",
                "br,gzip",
                "gzip;q=0.001",
                "br;q=0, gzip"
            })
    void whoNamesItIs(String header) {
        assertThat(AcceptEncoding.gzip(header)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "identity",
                "br",
                "gzip;q=0",
                "gzip; q=0.0, br",
                "identity, gzip;q=0",
                "gzip;q=0.000",
                "x-gzip",
                "gzipped"
            })
    void whoDoesNotOrRefusesItIsNot(String header) {
        assertThat(AcceptEncoding.gzip(header)).isFalse();
    }

    @Test
    void whoSaysNothingIsNot() {
        assertThat(AcceptEncoding.gzip(null)).isFalse();
    }
}
