package org.moralbank.demo;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.moralbank.TestBank;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.ExpiringLots;
import org.moralbank.ledger.Invariants;
import org.moralbank.platform.SecretBox;
import org.moralbank.platform.SecretsConfig;
import org.moralbank.platform.TestDatabase;
import org.moralbank.redemptions.SandboxConfig;

/** Which databases a start plays the street into. All is on a database of its own, and what is played stays. */
@QuarkusTest
@TestProfile(DemoTest.OnANewDatabase.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DemoTest {
    private static final String SANDBOX = "SANDBOX";

    @Inject
    Clients clients;

    @Inject
    Books books;

    @Inject
    StreetPlay play;

    @Inject
    TestBank bank;

    @Inject
    ExpiringLots lots;

    @Inject
    SecretBox box;

    @Inject
    DataSource database;

    /** A database that has the sandbox, and of which no start has made anything else. */
    public static final class OnANewDatabase implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("moralbank.sandbox.book", SANDBOX);
        }

        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(NewDatabase.class));
        }

        /** The database that other tests share is one. */
        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    /** Nobody else's. */
    public static final class NewDatabase implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            return TestDatabase.fresh().quarkusProperties();
        }

        @Override
        public void stop() {
            // It goes with the server of the run.
        }
    }

    private record Settings(Optional<Path> keysFile) implements DemoConfig {
        @Override
        public boolean enabled() {
            return true;
        }
    }

    private record Sandbox(Optional<String> book) implements SandboxConfig {
        @Override
        public Duration silence() {
            return Duration.ZERO;
        }
    }

    private record NoKey() implements SecretsConfig {
        @Override
        public Optional<String> key() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> keyFile() {
            return Optional.empty();
        }
    }

    /** InvariantsExtension looks at the database that classes share. */
    @AfterEach
    void theInvariantsHold() throws SQLException {
        try (Connection connection = database.getConnection()) {
            Invariants.check(connection);
        }
    }

    @Test
    @Order(1)
    void addsNothingToADatabaseThatHasBooksOfItsOwnAndSaysSo(@TempDir Path folder) throws IOException {
        Path keys = folder.resolve("demo-keys");

        List<String> said = start(Optional.empty(), keys); // no sandbox: its book is one like others

        assertThat(said).containsExactly("The database has books of its own: nothing of the demo was added to it.");
        assertThat(codes()).containsExactly(SANDBOX);
        assertThat(clients.isThere(Street.NAME).await().indefinitely()).isFalse();
        assertThat(clients.isThere("demo-operator").await().indefinitely()).isFalse();
        assertThat(keys).doesNotExist();
    }

    @Test
    @Order(2)
    void refusesToStartWithoutTheKeyOfSecretsAndAddsNothing(@TempDir Path folder) {
        Path keys = folder.resolve("demo-keys");

        assertThatThrownBy(() -> start(Optional.of(SANDBOX), keys, new SecretBox(new NoKey())))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("set MORALBANK_SECRETS_KEY to 32 random bytes");

        assertThat(codes()).containsExactly(SANDBOX);
        assertThat(clients.isThere(Street.NAME).await().indefinitely()).isFalse();
        assertThat(keys).doesNotExist();
    }

    @Test
    @Order(3)
    void playsTheStreetIntoADatabaseThatHasTheSandboxAloneAndWritesKeysThatOnlyTheirOwnerReads(@TempDir Path folder)
            throws IOException {
        Path keys = folder.resolve("demo-keys");

        List<String> said = start(Optional.of(SANDBOX), keys);

        assertThat(said).first().asString().startsWith("A street's half year was played");
        assertThat(codes()).contains("BHL", "LS", SANDBOX);
        assertThat(Files.getPosixFilePermissions(keys)).containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);
        assertThat(Files.readString(keys)).contains("OPERATOR='", "TERMINAL='");
    }

    @Test
    @Order(4)
    void makesTheKeysOfEachFolderAtRandom(@TempDir Path one, @TempDir Path other) throws IOException {
        List<String> keys = new ArrayList<>();
        for (Path folder : List.of(one, other)) {
            Path file = folder.resolve("demo-keys");
            start(Optional.of(SANDBOX), file);
            Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.replaceFirst("^[A-Z]+='(.*)'$", "$1"))
                    .forEach(keys::add);
        }

        assertThat(keys).hasSize(2 * Role.values().length).doesNotHaveDuplicates();
        assertThat(keys).allMatch(key -> key.matches("mb_[A-Za-z0-9_-]{43}"));
        // Neither end of one tells anything of another.
        assertThat(keys).extracting(key -> key.substring(3, 13)).doesNotHaveDuplicates();
        assertThat(keys).extracting(key -> key.substring(36)).doesNotHaveDuplicates();
    }

    /** Whatever other books there are by then. */
    @Test
    @Order(5)
    void goesOnWhereItHasBegun(@TempDir Path folder) throws IOException {
        bank.aBook();
        clients.ensure(
                        new Clients.NewClient(
                                Street.NAME, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely();
        Path keys = folder.resolve("demo-keys");

        start(Optional.of(SANDBOX), keys);

        assertThat(codes()).contains("BHL", "LS");
        assertThat(keys).exists();
    }

    /** Today granted time of the street has expired: its figures are those of the day that a start tells. */
    @Test
    @Order(6)
    void itsFiguresStayThoseOfItsLastDayAlsoWhenItsLotsHaveExpired(@TempDir Path folder) throws IOException {
        assertThat(start(Optional.of(SANDBOX), folder.resolve("demo-keys")))
                .last()
                .asString()
                .contains("ask with on=2025-07-31");
        String on = "on=" + Demo.LAST_DAY;
        assertThat(closings("BHL", on)).containsEntry("2100", 34_469).doesNotContainKey("3130");

        assertThat(lots.expire()).isPositive();

        Map<String, Integer> now = closings("BHL", "fromSeq=1");
        int expired = Objects.requireNonNull(now.get("3130"), "3130");
        assertThat(expired).isPositive();
        assertThat(now).containsEntry("2100", 34_469 - expired);
        assertThat(closings("BHL", on))
                .containsEntry("2100", 34_469)
                .containsEntry("2400", 300)
                .containsEntry("3100", -8_850)
                .containsEntry("3110", -6_720)
                .containsEntry("3300", -19_259)
                .doesNotContainKey("3130");
        assertThat(closings("LS", on))
                .containsEntry("2200", 52_650)
                .containsEntry("2300", 700)
                .containsEntry("3240", 6_950)
                .containsEntry("3250", 200);
        assertThat(closings("QX", on)).containsEntry("3220", -147_400);
        int helpers = 0;
        long minutes = 0;
        for (String book : List.of("BHL", "NH", "QNL")) {
            List<String> members = get(book + "/members?limit=500").path("items.memberId");
            for (String member : members) {
                Integer posted = get(book + "/members/" + member + "/balances?" + on)
                        .path("totals.find { it.unit == 'MIN' }?.posted");
                if (member.startsWith("M-" + book + "-H") && posted != null && posted > 0) {
                    helpers++;
                    minutes += posted;
                }
            }
        }
        assertThat(helpers).isEqualTo(47);
        assertThat(minutes).isEqualTo(72_000);
    }

    /** What each code of the chart that has anything has at the end of a period. */
    private Map<String, Integer> closings(String book, String period) {
        List<Map<String, Object>> codes = get(book + "/trial-balance?" + period).path("codes");
        return codes.stream()
                .filter(code -> !Objects.equals(code.get("closing"), 0))
                .collect(Collectors.toMap(
                        code -> (String) code.get("code"), code -> (Integer) code.get("closing"), Integer::sum));
    }

    private Response get(String path) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + bank.operatorKey())
                .get("/v1/books/" + path)
                .then()
                .statusCode(200)
                .extract()
                .response();
    }

    /** What a start says. */
    private List<String> start(Optional<String> sandbox, Path keys) throws IOException {
        return start(sandbox, keys, box);
    }

    private List<String> start(Optional<String> sandbox, Path keys, SecretBox secrets) throws IOException {
        List<String> said = new ArrayList<>();
        Handler ear = new Handler() {
            @Override
            public void publish(LogRecord record) {
                said.add(
                        record instanceof ExtLogRecord formatted
                                ? formatted.getFormattedMessage()
                                : record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger(Demo.class.getName());
        logger.addHandler(ear);
        try {
            new Demo(new Settings(Optional.of(keys)), new Sandbox(sandbox), clients, books, play, secrets, 8080)
                    .onStart(new StartupEvent());
        } finally {
            logger.removeHandler(ear);
        }
        return said;
    }

    private List<String> codes() {
        return RestAssured.given()
                .header("Authorization", "Bearer " + bank.operatorKey())
                .get("/v1/books?limit=500")
                .then()
                .statusCode(200)
                .extract()
                .path("items.book");
    }
}
