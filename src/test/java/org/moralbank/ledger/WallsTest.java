package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.moralbank.commits.TestCommits;
import org.moralbank.platform.TestDatabase;

/** What the database refuses by itself, whatever the code does. */
class WallsTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String RESTRICT_VIOLATION = "23001";

    /** Copies of what the books say. */
    private static final List<String> ITS_OWN_TO_DELETE =
            List.of("export_job", "export_file", "export_chunk", "line_job_part");

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = TestCommits.aDatabase(1);
    }

    static Stream<String> changesOfWhatIsRecorded() {
        return Stream.of(
                        "commit_answer",
                        "ledger_entry",
                        "ledger_posting",
                        "ledger_event",
                        "log_hash",
                        "log_checkpoint",
                        "log_key",
                        "audit_finding",
                        "imported_book",
                        "line_job_result")
                .flatMap(table -> Stream.of(
                        "UPDATE " + table + " SET book_id = book_id", "DELETE FROM " + table, "TRUNCATE " + table));
    }

    @ParameterizedTest
    @MethodSource("changesOfWhatIsRecorded")
    void theApplicationMayNotChangeWhatIsRecorded(String change) throws SQLException {
        try (Connection app = database.connectAsApp()) {
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, change));
        }
    }

    @ParameterizedTest
    @MethodSource("changesOfWhatIsRecorded")
    void theTriggersStopTheOwnerToo(String change) throws SQLException {
        try (Connection owner = database.connectAsOwner()) {
            refuses(RESTRICT_VIOLATION, () -> execute(owner, change));
        }
    }

    @Test
    void theApplicationMayNotChangeABudgetThatWasSet() throws SQLException {
        try (Connection app = database.connectAsApp()) {
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "UPDATE ledger_budget SET amount = amount + 1"));
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "UPDATE ledger_budget SET reason = NULL"));
        }
    }

    @Test
    void ofABudgetTheOwnerErasesTheTextAndNothingElse() throws SQLException {
        try (Connection owner = database.connectAsOwner()) {
            for (String column : columns(owner, "ledger_budget")) {
                String change = "UPDATE ledger_budget SET %s = %<s".formatted(column);
                if (column.equals("reason")) {
                    execute(owner, change);
                } else {
                    refuses(RESTRICT_VIOLATION, () -> execute(owner, change));
                }
            }
            refuses(RESTRICT_VIOLATION, () -> execute(owner, "DELETE FROM ledger_budget"));
            refuses(RESTRICT_VIOLATION, () -> execute(owner, "TRUNCATE ledger_budget"));
        }
    }

    @Test
    void theApplicationMayNotTakeBackThatACodeWasTaken() throws SQLException {
        try (Connection app = database.connectAsApp()) {
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "UPDATE pay_device_step SET step = step + 1"));
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "DELETE FROM pay_device_step"));
        }
    }

    @Test
    void theApplicationDeletesNothingButExportsAndLinesThatAreDone() throws SQLException {
        try (Connection owner = database.connectAsOwner();
                Connection app = database.connectAsApp()) {
            for (String table : tables(owner)) {
                if (ITS_OWN_TO_DELETE.contains(table)) {
                    execute(app, "DELETE FROM " + table);
                } else {
                    refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "DELETE FROM " + table));
                }
                refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "TRUNCATE " + table));
                refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, "DROP TABLE " + table));
                execute(app, "SELECT FROM " + table);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("waysAroundTheTriggers")
    void theApplicationMayNotTakeTheWallsDown(String change) throws SQLException {
        try (Connection app = database.connectAsApp()) {
            refuses(INSUFFICIENT_PRIVILEGE, () -> execute(app, change));
        }
    }

    static Stream<String> waysAroundTheTriggers() {
        return Stream.of(
                "UPDATE export_file SET bytes = 0",
                "UPDATE export_chunk SET chunk_no = 1",
                "UPDATE line_job_part SET first_line = 1",
                "SET session_replication_role = replica",
                "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
                "DROP TRIGGER append_only ON ledger_entry",
                "CREATE OR REPLACE FUNCTION moralbank_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
                "CREATE TABLE another (id int)",
                "INSERT INTO flyway_schema_history DEFAULT VALUES");
    }

    @Test
    void theAuditorReadsTheLedgerAndNeitherKeysNorSecretsNorAnswers() throws SQLException {
        try (Connection owner = database.connectAsOwner();
                Connection auditor = database.connectAsAuditor()) {
            for (String table : tables(owner)) {
                if (List.of("access_key", "commit_answer", "event_webhook", "line_job_part")
                        .contains(table)) {
                    refuses(INSUFFICIENT_PRIVILEGE, () -> execute(auditor, "SELECT * FROM " + table));
                } else {
                    execute(auditor, "SELECT * FROM " + table);
                }
                refuses(INSUFFICIENT_PRIVILEGE, () -> execute(auditor, "INSERT INTO " + table + " DEFAULT VALUES"));
                refuses(INSUFFICIENT_PRIVILEGE, () -> execute(auditor, "DELETE FROM " + table));
            }
        }
    }

    private static void refuses(String sqlState, ThrowingCallable statement) {
        assertThatThrownBy(statement)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refused -> assertThat(refused.getSQLState())
                                .as(refused.getMessage())
                                .isEqualTo(sqlState));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> columns(Connection owner, String table) throws SQLException {
        List<String> names = new ArrayList<>();
        try (var rows = owner.getMetaData().getColumns(null, "public", table, null)) {
            while (rows.next()) {
                names.add(rows.getString("COLUMN_NAME"));
            }
        }
        assertThat(names).isNotEmpty();
        return names;
    }

    private static List<String> tables(Connection owner) throws SQLException {
        List<String> names = new ArrayList<>();
        try (var statement = owner.createStatement();
                var rows = statement.executeQuery("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        assertThat(names).contains("ledger_entry", "ledger_hold", "member");
        return names;
    }
}
