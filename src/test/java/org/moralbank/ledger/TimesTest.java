package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
    @Test
    void writesAndReadsAsTheJdkDoes() {
        DateTimeFormatter jdk =
                DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            Instant moment = Instant.ofEpochSecond(
                    random.nextLong(-62_167_219_200L, 253_402_300_800L), random.nextInt(1_000_000_000));
            String text = Times.micros(moment);

            assertThat(text).as("seed %d", seed).isEqualTo(jdk.format(moment));
            assertThat(Times.parse(text)).as("seed %d", seed).isEqualTo(moment.truncatedTo(ChronoUnit.MICROS));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2025-01-06T08:00:00Z",
                "2025-01-06T08:00:00.000000",
                "2025-01-06T08:00:00.00000az",
                "2025-01-06 08:00:00.000000Z",
                "2025-01-06T08:00:00.000000+",
                "2025-01-06T08:00:00.0000000Z"
            })
    void refusesWhatIsNoSealedTime(String text) {
        assertThatThrownBy(() -> Times.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
