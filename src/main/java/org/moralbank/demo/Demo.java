package org.moralbank.demo;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Role;
import org.moralbank.ledger.Books;
import org.moralbank.platform.SecretBox;
import org.moralbank.redemptions.SandboxConfig;

/**
 * At start: has the street's half year played into a database that is new, and makes the demo's keys. A play that was cut
 * off goes on; a database that has books of its own gets neither. Without a key for secrets, which the play needs half-way, the
 * start is refused.
 */
@ApplicationScoped
class Demo {
    private static final Logger LOG = Logger.getLogger(Demo.class);

    /** After the migration and the first operator. */
    private static final int LATE = 3000;

    /** Of what is played; all that happens by itself later, happens on a day after it. */
    static final LocalDate LAST_DAY = LocalDate.of(2025, 7, 31);

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final DemoConfig config;
    private final SandboxConfig sandbox;
    private final Clients clients;
    private final Books books;
    private final StreetPlay play;
    private final SecretBox box;
    private final int port;

    Demo(
            DemoConfig config,
            SandboxConfig sandbox,
            Clients clients,
            Books books,
            StreetPlay play,
            SecretBox box,
            @ConfigProperty(name = "quarkus.http.port") int port) {
        this.config = config;
        this.sandbox = sandbox;
        this.clients = clients;
        this.books = books;
        this.play = play;
        this.box = box;
        this.port = port;
    }

    void onStart(@Observes @Priority(LATE) StartupEvent event) throws IOException {
        if (!config.enabled()) {
            return;
        }
        if (hasOwnBooks() && !hasBegun()) {
            LOG.info("The database has books of its own: nothing of the demo was added to it.");
            return;
        }
        if (!box.hasKey()) {
            throw new ConfigurationException(
                    "moralbank.demo.enabled is true, and the street's till sold offline, which needs the key that secrets are"
                            + " sealed with: set MORALBANK_SECRETS_KEY to 32 random bytes in Base64 (openssl rand -base64 32), or"
                            + " MORALBANK_SECRETS_KEY_FILE to a file that has them.");
        }
        Clients.Ensured street = ensure(Street.NAME, Role.OPERATOR, ApiKey.generate());
        int played = play.play(street.client());
        if (played > 0) {
            LOG.infof("A street's half year was played: %d requests.", played);
        }
        if (config.keysFile().isPresent()) {
            Path keys = config.keysFile().get();
            if (!Files.exists(keys)) {
                writeKeys(keys);
            }
            LOG.infof("""
                    The street's half year is there.
                      API                 http://localhost:%1$d/v1
                      OpenAPI, Swagger UI http://localhost:%1$d/q/openapi, http://localhost:%1$d/q/swagger-ui
                      keys of the demo    %2$s
                      its figures         are of %3$s: ask with on=%3$s, because granted time has expired since""", port, keys, LAST_DAY);
        }
    }

    /** The sandbox is made at start too, before this or after it. No code of a book is empty. */
    private boolean hasOwnBooks() {
        return books.anyBut(sandbox.book().orElse("")).await().atMost(LONGEST_WAIT);
    }

    /** The street's own client is made before its first book, and so looked for after it. */
    private boolean hasBegun() {
        return clients.isThere(Street.NAME).await().atMost(LONGEST_WAIT);
    }

    private Clients.Ensured ensure(String name, Role role, String key) {
        String merchant = role == Role.TERMINAL ? "MER-LS-01" : null;
        Set<String> books = role == Role.TERMINAL ? Set.of("LS") : Set.of(Client.EVERY_BOOK);
        return clients.ensure(new Clients.NewClient(name, Set.of(role), books, merchant, null), key)
                .await()
                .atMost(LONGEST_WAIT);
    }

    /**
     * A client a role, and its key in a file that a shell can read in. The file appears only when every key in it works:
     * a start that was cut off before makes keys of new clients.
     */
    private void writeKeys(Path file) throws IOException {
        Map<Role, String> keys = new LinkedHashMap<>();
        for (Role role : Role.values()) {
            String key = ApiKey.generate();
            for (int n = 1;
                    !ensure("demo-" + role.name().toLowerCase(Locale.ROOT) + suffix(n), role, key)
                            .made();
                    n++) {
                LOG.debugf("The demo's client %d of role %s is there without its key.", n, role);
            }
            keys.put(role, key);
        }
        StringBuilder text =
                new StringBuilder("# API keys of the demo's clients, one a role. Whoever has them can do all.\n");
        keys.forEach((role, key) -> text.append(role).append("='").append(key).append("'\n"));
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String suffix(int n) {
        return n == 1 ? "" : "-" + n;
    }
}
