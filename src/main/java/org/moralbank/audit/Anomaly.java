package org.moralbank.audit;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.moralbank.platform.Language;

/**
 * What an auditor may want to look at, and why, in {@code anomalies_en.properties} and {@code anomalies_zh.properties}. Each is
 * a question with thresholds; none is a verdict.
 */
enum Anomaly {
    PAIRS(Parameter.AT_LEAST.of(5), Parameter.SHARE.of(80)),
    HOURS_A_DAY(Parameter.MINUTES.of(480)),
    OVERLAPS(),
    NIGHT(Parameter.NIGHT_FROM.of(22), Parameter.NIGHT_TO.of(6)),
    ROUND_NUMBERS(Parameter.MULTIPLE.of(60), Parameter.AT_LEAST.of(10), Parameter.SHARE.of(90)),
    BACK_DATED(Parameter.DAYS.of(10)),
    PROXY_HEAVY(Parameter.AT_LEAST.of(20)),
    TERMINAL_GAPS(Parameter.AT_LEAST.of(1));

    /** A threshold. */
    enum Parameter {
        AT_LEAST("atLeast", 1, 1_000_000),
        SHARE("share", 1, 100),
        MINUTES("minutes", 0, 100_000),
        MULTIPLE("multiple", 2, 1_440),
        NIGHT_FROM("nightFrom", 0, 23),
        NIGHT_TO("nightTo", 0, 23),
        DAYS("days", 0, 100_000);

        final String name;
        final long least;
        final long most;

        Parameter(String name, long least, long most) {
            this.name = name;
            this.least = least;
            this.most = most;
        }

        Usual of(long usual) {
            return new Usual(this, usual);
        }
    }

    /** A threshold with what it is when nothing is said. */
    record Usual(Parameter parameter, long value) {}

    private static final Map<Language, Properties> TEXTS = new EnumMap<>(
            Map.of(Language.EN, texts("anomalies_en.properties"), Language.ZH, texts("anomalies_zh.properties")));

    private final List<Usual> parameters;

    Anomaly(Usual... parameters) {
        this.parameters = List.of(parameters);
    }

    /** Its thresholds, in the order of the query's places. */
    List<Usual> parameters() {
        return parameters;
    }

    /** As paths name it: {@code hours-a-day}. */
    String path() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Anomaly> find(String path) {
        return Arrays.stream(values()).filter(kind -> kind.path().equals(path)).findFirst();
    }

    /** A sentence of it: its title, what it asks, what its numbers are, what it does not know. */
    String text(String part, Language language) {
        return Objects.requireNonNull(TEXTS.get(language)).getProperty(path() + "." + part, "");
    }

    private static Properties texts(String file) {
        Properties texts = new Properties();
        try (Reader reader = new InputStreamReader(
                Objects.requireNonNull(Anomaly.class.getResourceAsStream("/" + file), file), StandardCharsets.UTF_8)) {
            texts.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }
}
