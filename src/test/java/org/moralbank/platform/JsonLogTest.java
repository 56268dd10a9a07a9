package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;

/** What production writes into its log. */
@QuarkusTest
@TestProfile(JsonLogTest.AsInProduction.class)
@QuarkusTestResource(TestDatabase.class)
class JsonLogTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @Inject
    TestBank bank;

    /** With the form of the log that production has. */
    public static final class AsInProduction implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("quarkus.log.console.json.enabled", "true");
        }
    }

    @Test
    void aFaultIsALineWithItsTraceAndWithoutWhatPersonsWroteAndWhoTheyAre() throws Exception {
        var book = bank.aBook();
        var anna = book.aMember();
        String key = book.keyOf(Role.OPERATOR);
        List<String> lines;
        asOwner("REVOKE INSERT ON ledger_entry_text FROM moralbank_app");
        try (Log log = new Log()) {
            book.request(key)
                    .header("Idempotency-Key", "k-1")
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .body("{\"member\":\"%s\",\"amount\":60,\"unit\":\"MIN\",\"reason\":\"王奶奶住院\\n请假\"}"
                            .formatted(anna.id()))
                    .post(book.path() + "/openings")
                    .then()
                    .statusCode(500)
                    .header("Trace-Id", TRACE)
                    .body("code", equalTo("internal-error"));
            lines = List.copyOf(log.lines);
        } finally {
            asOwner("GRANT INSERT ON ledger_entry_text TO moralbank_app");
        }

        ObjectMapper json = new ObjectMapper();
        boolean told = false;
        for (String line : lines) {
            assertThat(line.strip()).doesNotContain("\n").doesNotContain("\r");
            JsonNode fields = json.readTree(line);
            assertThat(fields.path("level").asText()).isNotEmpty();
            told |= fields.path("level").asText().equals("ERROR")
                    && fields.path("traceId").asText().equals(TRACE)
                    && line.contains("permission denied");
            assertThat(line).doesNotContain("王奶奶", anna.id(), key, "\\u738b");
        }
        assertThat(told).as("%s", lines).isTrue();
    }

    private static void asOwner(String sql) throws SQLException {
        try (Connection owner = TestDatabase.shared().connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    /** All that is logged, as the console has it. */
    private static final class Log extends Handler implements AutoCloseable {
        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final Formatter console = Arrays.stream(InitialConfigurator.DELAYED_HANDLER.getHandlers())
                .filter(ConsoleHandler.class::isInstance)
                .findFirst()
                .orElseThrow()
                .getFormatter();

        Log() {
            Logger.getLogger("").addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            lines.add(console.format(record));
        }

        @Override
        public void flush() {
            // Nothing waits.
        }

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(this);
        }
    }
}
