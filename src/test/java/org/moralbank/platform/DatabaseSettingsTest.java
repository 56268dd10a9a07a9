package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DatabaseSettingsTest {
    @Test
    void isTheEmbeddedOneWhenNoneIsNamed() {
        assertThat(settings(Map.of(), Map.of()))
                .isEqualTo(new DatabaseSettings.Embedded(Path.of(System.getProperty("user.home"), ".moral-bank"), 0));
    }

    @Test
    void isTheEmbeddedOneWhenTheUrlIsLeftEmpty() {
        assertThat(settings(Map.of("DATABASE_URL", ""), Map.of())).isInstanceOf(DatabaseSettings.Embedded.class);
    }

    @Test
    void takesTheFolderAndThePortOfTheEmbeddedOneAsVariablesOrProperties() {
        var embedded = new DatabaseSettings.Embedded(Path.of("/srv/bank"), 5433);

        assertThat(settings(Map.of("MORALBANK_DATA", "/srv/bank", "MORALBANK_DATABASE_PORT", "5433"), Map.of()))
                .isEqualTo(embedded);
        assertThat(settings(Map.of(), Map.of("moralbank.data", "/srv/bank", "moralbank.database.port", "5433")))
                .isEqualTo(embedded);
    }

    @Test
    void givesFlywayTheOwnerAndTheServiceItsOwnRole() {
        var environment = Map.of(
                "DATABASE_URL", "postgresql://db:5433/bank?sslmode=require",
                "DATABASE_USER", "service",
                "DATABASE_PASSWORD", "s",
                "DATABASE_OWNER_USER", "owner",
                "DATABASE_OWNER_PASSWORD", "o");

        assertThat(given(environment, Map.of()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "quarkus.datasource.jdbc.url", "jdbc:postgresql://db:5433/bank?sslmode=require",
                        "quarkus.datasource.reactive.url", "postgresql://db:5433/bank?sslmode=require",
                        "quarkus.datasource.username", "service",
                        "quarkus.datasource.password", "s",
                        "quarkus.flyway.jdbc-url", "jdbc:postgresql://db:5433/bank?sslmode=require",
                        "quarkus.flyway.username", "owner",
                        "quarkus.flyway.password", "o",
                        "quarkus.flyway.placeholders.appRole", "service"));
    }

    @Test
    void takesTheSignInOutOfTheUrl() {
        assertThat(given(Map.of("DATABASE_URL", "jdbc:postgresql://service:s@db/bank"), Map.of()))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "quarkus.datasource.jdbc.url", "jdbc:postgresql://db/bank",
                        "quarkus.datasource.reactive.url", "postgresql://db/bank",
                        "quarkus.datasource.username", "service",
                        "quarkus.datasource.password", "s",
                        "quarkus.flyway.placeholders.appRole", "service"));
    }

    @Test
    void addsOnlyWhatTheSettingsOfQuarkusLeaveOut() {
        var environment = Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://db/bank");
        var properties = Map.of("quarkus.datasource.username", "service", "quarkus.datasource.password", "s");

        assertThat(given(environment, properties))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "quarkus.datasource.reactive.url", "postgresql://db/bank",
                        "quarkus.flyway.placeholders.appRole", "service"));
    }

    @Test
    void refusesAUrlOfAnotherKindWithoutRepeatingIt() {
        var environment = Map.of("DATABASE_URL", "mysql://someone:secret@db/bank");

        assertThatThrownBy(() -> settings(environment, Map.of()))
                .hasMessage("The database's URL must look like postgresql://host:5432/database.");
    }

    private static Map<String, String> given(Map<String, String> environment, Map<String, String> properties) {
        return ((DatabaseSettings.Given) settings(environment, properties)).quarkusProperties();
    }

    private static DatabaseSettings settings(Map<String, String> environment, Map<String, String> properties) {
        return DatabaseSettings.of(environment::get, properties::get);
    }
}
