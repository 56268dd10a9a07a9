package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.moralbank.platform.EmbeddedDatabase.Whose;
import org.postgresql.ds.PGSimpleDataSource;

class EmbeddedDatabaseTest {
    private static final Path BINARIES = Path.of("target");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** One folder for all tests: making one takes seconds, and each test leaves it in order or a later one fails. */
    @TempDir
    static Path temp;

    @Test
    void keepsTheDataOverARestart() throws SQLException {
        try (var database = start()) {
            write(database, "kept");
        }

        try (var database = start()) {
            assertThat(read(database)).isEqualTo("kept");
        }
    }

    @Test
    void isDurableChecksumedAndTheSameOnEveryMachine() throws SQLException {
        try (var database = start();
                var owner = connect(
                        database,
                        DatabaseCredentials.OWNER,
                        database.credentials().owner())) {
            for (var setting : List.of("fsync", "synchronous_commit", "full_page_writes", "data_checksums")) {
                assertThat(query(owner, "SHOW " + setting)).as(setting).isEqualTo("on");
            }
            assertThat(query(owner, "SHOW server_encoding")).isEqualTo("UTF8");
            assertThat(
                            query(
                                    owner,
                                    "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database WHERE datname = 'moralbank'"))
                    .isEqualTo("b C.UTF-8");
        }
    }

    @Test
    void letsNobodyInWithoutThePasswordOrFromAnotherMachine() throws SQLException {
        try (var database = start()) {
            for (var role :
                    List.of(DatabaseCredentials.SUPERUSER, DatabaseCredentials.OWNER, DatabaseCredentials.APP)) {
                assertThatThrownBy(() -> connect(database, role, "guessed"))
                        .hasMessageContaining("password authentication failed for user \"" + role + "\"");
            }
            try (var superuser = database.connectAsSuperuser("postgres")) {
                assertThat(query(superuser, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
                assertThat(query(superuser, "SHOW unix_socket_directories")).isEmpty();
                assertThat(query(superuser, "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules"))
                        .isEqualTo("scram-sha-256");
            }
        }
    }

    @Test
    void eachRoleOfEachFolderHasAPasswordOfItsOwn(@TempDir Path one, @TempDir Path other) {
        var all = Stream.of(one, other)
                .map(folder -> DatabaseCredentials.in(folder.resolve("credentials")))
                .flatMap(made -> Stream.of(made.superuser(), made.owner(), made.app(), made.auditor()))
                .toList();

        assertThat(all).hasSize(8).doesNotHaveDuplicates().allMatch(password -> password.length() == 32);
    }

    @Test
    void letsOnlyTheOwnerMakeTables() throws SQLException {
        try (var database = start();
                var app = connect(
                        database,
                        DatabaseCredentials.APP,
                        database.credentials().app());
                var auditor = connect(
                        database,
                        DatabaseCredentials.AUDITOR,
                        database.credentials().auditor())) {
            for (var reader : List.of(app, auditor)) {
                assertThatThrownBy(() -> execute(reader, "CREATE TABLE intruder (id int)"))
                        .hasMessageContaining("permission denied for schema public");
            }
            write(database, "made");
        }
    }

    @Test
    void keepsItsFilesFromOtherUsers() throws IOException {
        try (var database = start()) {
            assertThat(permissions(database.folder())).isEqualTo("rwx------");
            assertThat(permissions(database.folder().resolve("credentials"))).isEqualTo("rw-------");
            assertThat(permissions(database.folder().resolve("postgres-18"))).isEqualTo("rwx------");
        }
    }

    @Test
    void refusesASecondOneOnTheFolder() throws SQLException {
        try (var database = start()) {
            assertThatThrownBy(EmbeddedDatabaseTest::start)
                    .isInstanceOf(DatabaseStartException.class)
                    .hasMessage("The data folder " + temp.resolve("bank")
                            + " is in use by another Moral Bank; stop that one, or"
                            + " start this one with another folder (MORALBANK_DATA).");

            write(database, "unharmed");
        }
    }

    @Test
    void startsTheServerAgainOnTheSamePortWhenAllOfItIsKilled() throws SQLException {
        try (var database = start()) {
            write(database, "kept");

            var server = server(database);
            var all = server.children().toList();
            server.destroyForcibly();
            all.forEach(ProcessHandle::destroyForcibly);

            assertThat(readPatiently(database)).isEqualTo("kept");
        }
    }

    @Test
    void startsTheServerAgainWhenOnlyItsFirstProcessIsKilled() throws SQLException {
        try (var database = start()) {
            write(database, "kept");

            server(database).destroyForcibly();

            assertThat(readPatiently(database)).isEqualTo("kept");
        }
    }

    @Test
    void stopsTheServerThatAKilledProcessLeftBehind() throws Exception {
        var killed = left(temp.resolve("bank"));
        var orphan = ProcessHandle.of(Long.parseLong(killed.inputReader().readLine()))
                .orElseThrow();
        killed.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).isTrue();

        try (var database = start()) {
            assertThat(server(database).pid()).isNotEqualTo(orphan.pid());
            assertThat(read(database)).isEqualTo("left");
        }
    }

    private static Process left(Path folder) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Left.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** A process that starts the database, tells the server's number, and waits to be killed. */
    static final class Left {
        public static void main(String... folder) throws Exception {
            var database = EmbeddedDatabase.start(Path.of(folder[0]), BINARIES, 0);
            write(database, "left");
            System.out.println(server(database).pid());
            System.in.read();
        }
    }

    @Test
    void startsWhenThePidFileNamesSomeOtherProgram() throws Exception {
        start().close();
        Files.writeString(pidFile(), ProcessHandle.current().pid() + "\n");

        try (var database = start()) {
            write(database, "made");
        }
    }

    @Test
    void startsBesideAnotherServerThatHasTheNumberOfItsOwn() throws Exception {
        start().close();
        try (var other = EmbeddedDatabase.start(temp.resolve("other"), BINARIES, 0)) {
            write(other, "unharmed");
            var others = server(other);
            Files.writeString(pidFile(), others.pid() + "\n");

            try (var database = start()) {
                write(database, "made");
                assertThat(others.isAlive()).isTrue();
            }
            assertThat(server(other)).isEqualTo(others);
            assertThat(read(other)).isEqualTo("unharmed");
        }
    }

    @Test
    void stopsNoServerButItsOwnWhenItIsClosed() throws Exception {
        try (var other = EmbeddedDatabase.start(temp.resolve("other"), BINARIES, 0)) {
            write(other, "unharmed");
            var others = server(other);
            var database = start();
            var own = Files.readString(pidFile());
            Files.writeString(pidFile(), others.pid() + "\n");

            database.close();
            Files.writeString(pidFile(), own);

            assertThat(server(other)).isEqualTo(others);
            assertThat(read(other)).isEqualTo("unharmed");
            start().close();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void leavesAloneWhatMayBeItsServerAndTellsThePerson() throws Exception {
        start().close();
        var program = Files.createDirectories(temp.resolve("untold/bin")).resolve("postgres");
        Files.createSymbolicLink(program, Path.of("/bin/sh"));
        var longerThanAPage = "x".repeat(5_000);
        var untold = new ProcessBuilder(program.toString(), "-c", "read line", longerThanAPage).start();
        Files.writeString(pidFile(), untold.pid() + "\n");

        try {
            assertThatThrownBy(EmbeddedDatabaseTest::start)
                    .isInstanceOf(DatabaseStartException.class)
                    .hasMessage(
                            "Process " + untold.pid() + ", the last server of the embedded database by " + pidFile()
                                    + ", does not tell whether it still is; stop it if it is, or delete that file if it is not.");
            assertThat(untold.isAlive()).isTrue();
        } finally {
            Files.delete(pidFile());
            untold.destroy();
        }
    }

    @Test
    void aServerIsOursWhenItRunsOnOurFolder() throws IOException {
        var data = Files.createDirectories(temp.resolve("whose/postgres-18"));
        var ours = data.toString();
        var byAnotherName = data.resolve("../postgres-18").toString();
        var others = Files.createDirectories(temp.resolve("whose/other")).toString();

        assertThat(whose("me", "/x/bin/postgres", "-D", ours, "-p", "1")).isEqualTo(Whose.OURS);
        assertThat(whose("me", "/x/bin/postgres", "-D", byAnotherName)).isEqualTo(Whose.OURS);
        assertThat(whose("me", "/x/bin/postgres", "-D", others)).isEqualTo(Whose.ANOTHERS);
        assertThat(whose("me", "/x/bin/postgres", "-D", "/nowhere")).isEqualTo(Whose.ANOTHERS);
        assertThat(whose("me", "/x/bin/postgres", "-D")).isEqualTo(Whose.ANOTHERS);
        assertThat(whose("me", "/x/bin/postgres:", "checkpointer")).isEqualTo(Whose.ANOTHERS);
        assertThat(whose("me", "/bin/tar", "-D", ours)).isEqualTo(Whose.ANOTHERS);
    }

    @Test
    void aServerWithoutACommandLineIsAnothersOnlyWhenItsUserIs() {
        assertThat(whose("me")).isEqualTo(Whose.UNTOLD);
        assertThat(whose("root")).isEqualTo(Whose.ANOTHERS);
        assertThat(whose(null)).isEqualTo(Whose.UNTOLD);
    }

    private static Whose whose(@Nullable String user, String... command) {
        return EmbeddedDatabase.whose(
                new Told(Optional.ofNullable(user), List.of(command)),
                Optional.of("me"),
                temp.resolve("whose/postgres-18"));
    }

    /** What the system tells of a process. */
    private record Told(Optional<String> user, List<String> words) implements ProcessHandle.Info {
        @Override
        public Optional<String> command() {
            return words.stream().findFirst();
        }

        @Override
        public Optional<String> commandLine() {
            return words.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", words));
        }

        @Override
        public Optional<String[]> arguments() {
            return words.isEmpty()
                    ? Optional.empty()
                    : Optional.of(words.subList(1, words.size()).toArray(String[]::new));
        }

        @Override
        public Optional<Instant> startInstant() {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> totalCpuDuration() {
            return Optional.empty();
        }
    }

    @Test
    void deletesWhatAKilledStartLeftUnfinishedAndNothingElse() throws Exception {
        var folder = temp.resolve("half-made");
        for (var unfinished : List.of("postgres-18.new/base", "postgres-18.new-1/base", "unpacking-1/bin")) {
            Files.createDirectories(folder.resolve(unfinished));
        }
        for (var unfinished :
                List.of("password-1", "who-1", "postgres-18.new-1/PG_VERSION", "unpacking-1/bin/initdb")) {
            Files.createFile(folder.resolve(unfinished));
        }
        Files.createFile(folder.resolve("password-of-a-person"));

        try (var database = EmbeddedDatabase.start(folder, BINARIES, 0)) {
            write(database, "made");

            assertThat(names(folder))
                    .containsExactlyInAnyOrder(
                            "credentials",
                            "secrets-key",
                            "lock",
                            "postgres-18",
                            "postgres.log",
                            "password-of-a-person");
        }
    }

    /** It writes on while the next start makes the data, whose folder it must neither fill nor break. */
    @Test
    void startsWhileTheInitdbOfAKilledStartGoesOn() throws Exception {
        var folder = temp.resolve("killed");
        var killed = left(folder);
        var initdb = await(() -> killed.toHandle()
                .descendants()
                .filter(process -> process.info().commandLine().orElse("").contains("/bin/initdb"))
                .filter(process -> names(folder).stream().anyMatch(name -> name.startsWith("postgres-18.new")))
                .findFirst());
        killed.destroyForcibly().waitFor();
        assertThat(initdb.isAlive()).isTrue();

        try (var database = EmbeddedDatabase.start(folder, BINARIES, 0)) {
            write(database, "made");
        }
        assertThat(initdb.onExit()).succeedsWithin(PATIENCE);

        try (var database = EmbeddedDatabase.start(folder, BINARIES, 0)) {
            assertThat(read(database)).isEqualTo("made");
            assertThat(names(folder))
                    .containsExactlyInAnyOrder("credentials", "secrets-key", "lock", "postgres-18", "postgres.log");
        }
    }

    @Test
    void saysInASentenceThatTheFolderCannotBeWritten() throws IOException {
        start().close();
        var settings = temp.resolve("bank/postgres-18/postgresql.conf");
        Files.delete(settings);
        Files.createDirectory(settings);

        try {
            assertThatThrownBy(EmbeddedDatabaseTest::start)
                    .isInstanceOf(DatabaseStartException.class)
                    .hasMessageStartingWith("The data folder " + temp.resolve("bank") + " cannot be used: ")
                    .hasMessageContaining(settings.toString());
        } finally {
            Files.delete(settings);
        }
    }

    @Test
    void stopsTheServerWhenItIsClosed() {
        var database = start();
        var server = server(database);

        database.close();
        database.close();

        assertThat(server.onExit()).succeedsWithin(PATIENCE);
    }

    private static EmbeddedDatabase start() {
        return EmbeddedDatabase.start(temp.resolve("bank"), BINARIES, 0);
    }

    private static Path pidFile() {
        return temp.resolve("bank/postgres-18/postmaster.pid");
    }

    private static ProcessHandle server(EmbeddedDatabase database) {
        try (var lines = Files.lines(database.folder().resolve("postgres-18/postmaster.pid"))) {
            return ProcessHandle.of(Long.parseLong(lines.findFirst().orElseThrow()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(EmbeddedDatabase database, String text) throws SQLException {
        try (var owner = connect(
                database, DatabaseCredentials.OWNER, database.credentials().owner())) {
            execute(owner, "DROP TABLE IF EXISTS note");
            execute(owner, "CREATE TABLE note AS SELECT '" + text + "'::text AS text");
        }
    }

    private static String read(EmbeddedDatabase database) throws SQLException {
        try (var owner = connect(
                database, DatabaseCredentials.OWNER, database.credentials().owner())) {
            return query(owner, "SELECT text FROM note");
        }
    }

    /** Asks again while the server is away, as the service's own pool does. */
    private static String readPatiently(EmbeddedDatabase database) throws SQLException {
        var deadline = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                return read(database);
            } catch (SQLException away) {
                if (Instant.now().isAfter(deadline)) {
                    throw away;
                }
            }
        }
    }

    private static <T> T await(Supplier<Optional<T>> thing) {
        var deadline = Instant.now().plus(PATIENCE);
        while (true) {
            var there = thing.get();
            if (there.isPresent()) {
                return there.get();
            }
            assertThat(Instant.now()).isBefore(deadline);
        }
    }

    private static List<String> names(Path folder) {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Connection connect(EmbeddedDatabase database, String role, String password) throws SQLException {
        var source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + database.port() + "/moralbank");
        source.setUser(role);
        source.setPassword(password);
        return source.getConnection();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
