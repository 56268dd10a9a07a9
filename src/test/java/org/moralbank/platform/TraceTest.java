package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.jboss.logging.MDC;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + ID + "-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7-00",
                "cc-" + ID + "-00f067aa0ba902b7-01",
                "cc-" + ID + "-00f067aa0ba902b7-01-what-the-future-will-be-like"
            })
    void isTheOneOfTheRequest(String traceparent) {
        assertThat(Trace.idOf(traceparent)).isEqualTo(ID);
    }

    /** Most are of the test suite of W3C Trace Context. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-" + ID + "-00f067aa0ba902b7-01.",
                "00-" + ID + "-00f067aa0ba902b7-01-more",
                "cc-" + ID + "-00f067aa0ba902b7-01.more",
                "ff-" + ID + "-00f067aa0ba902b7-01",
                ".0-" + ID + "-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-" + ID + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-" + ID + "0-00f067aa0ba902b7-01",
                "00-" + ID + "-00f067aa0ba902b7",
                "00-" + ID + "-00f067aa0ba902b7-0x"
            })
    void isANewOneWhenTheRequestHasNone(String traceparent) {
        assertThat(Trace.idOf(traceparent)).isNotEqualTo(ID).matches("(?!0{32})[0-9a-f]{32}");
    }

    @Test
    void isAnotherForEachRequest() {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            ids.add(Trace.idOf(null));
        }

        assertThat(ids).hasSize(1000);
    }

    @Test
    void standsInTheLogsContextWhileAFailureIsLoggedAndNotAfterIt() {
        Object[] seen = new Object[1];

        Trace.logging(ID, () -> seen[0] = MDC.get("traceId"));

        assertThat(seen[0]).isEqualTo(ID);
        assertThat(MDC.get("traceId")).isNull();
    }
}
