package org.moralbank.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;

/**
 * The passwords of the roles of the embedded database, made at random for each data folder.
 *
 * <p>Each role can do only what it is for: the superuser makes the other roles and nothing else, the owner migrates, the
 * application reads and adds, the auditor reads.
 */
record DatabaseCredentials(String superuser, String owner, String app, String auditor) {
    static final String SUPERUSER = "postgres";
    static final String OWNER = "moralbank_owner";
    static final String APP = "moralbank_app";
    static final String AUDITOR = "moralbank_auditor";

    /** Reads the file, or makes it, readable by its owner only. It is there in whole or not at all. */
    static DatabaseCredentials in(Path file) {
        try {
            if (Files.notExists(file)) {
                write(file, new DatabaseCredentials(random(), random(), random(), random()));
            }
            return read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatabaseCredentials read(Path file) throws IOException {
        var roles = new Properties();
        try (var in = Files.newBufferedReader(file)) {
            roles.load(in);
        }
        return new DatabaseCredentials(
                password(roles, SUPERUSER, file),
                password(roles, OWNER, file),
                password(roles, APP, file),
                password(roles, AUDITOR, file));
    }

    private static String password(Properties roles, String role, Path file) {
        var password = roles.getProperty(role);
        if (password == null) {
            throw new DatabaseStartException("The file " + file + " has no password of the role " + role
                    + "; restore it from a backup of the data folder, or start with another folder.");
        }
        return password;
    }

    private static void write(Path file, DatabaseCredentials made) throws IOException {
        OwnerOnly.write(file, """
                # The roles of the embedded database and their passwords. Lost, the data can no longer be opened.
                %s=%s
                %s=%s
                %s=%s
                %s=%s
                """.formatted(
                        SUPERUSER, made.superuser, OWNER, made.owner, APP, made.app, AUDITOR, made.auditor));
    }

    private static String random() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Keeps passwords out of logs and messages. */
    @Override
    public String toString() {
        return "DatabaseCredentials[…]";
    }
}
