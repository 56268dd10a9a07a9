package org.moralbank.demo;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.jboss.logging.Logger;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.Book;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.BookRegister;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.NewBook;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Members;
import org.moralbank.merchants.Merchant;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Language;
import org.moralbank.platform.Sha256;
import org.moralbank.redemptions.Sandbox;
import org.moralbank.redemptions.SandboxConfig;
import org.moralbank.transfers.Openings;

/**
 * At start: makes the book that the setting names as the sandbox, with a merchant SHOP, its terminals T1 and T716, and members: the one
 * whose points the sandbox's codes spend, RICH who has points, and POOR who has none. A start that finds them changes nothing.
 *
 * <p>A book that is there and was not made by this is refused: its members' points are real.
 */
@ApplicationScoped
class SandboxAtStart {
    private static final Logger LOG = Logger.getLogger(SandboxAtStart.class);
    private static final String NAME = "sandbox";
    private static final String MERCHANT = "SHOP";

    /** As the demo: after the migration and the first operator. */
    private static final int LATE = 3000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final long SOME = 100_000;

    private final SandboxConfig config;
    private final Clients clients;
    private final BookRegister register;
    private final Books books;
    private final Members members;
    private final Merchants merchants;
    private final Terminals terminals;
    private final Openings openings;

    SandboxAtStart(
            SandboxConfig config,
            Clients clients,
            BookRegister register,
            Books books,
            Members members,
            Merchants merchants,
            Terminals terminals,
            Openings openings) {
        this.config = config;
        this.clients = clients;
        this.register = register;
        this.books = books;
        this.members = members;
        this.merchants = merchants;
        this.terminals = terminals;
        this.openings = openings;
    }

    void onStart(@Observes @Priority(LATE) StartupEvent event) {
        config.book().ifPresent(code -> {
            Client client = clients.ensure(
                            new Clients.NewClient(NAME, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                            ApiKey.generate())
                    .await()
                    .atMost(LONGEST_WAIT)
                    .client();
            new Making(client, code).make();
            LOG.infof("Tills can be tried in book %s, merchant %s, terminal T1.", code, MERCHANT);
        });
    }

    private final class Making {
        private final Client client;
        private final Attribution by;
        private final String code;

        Making(Client client, String code) {
            this.client = client;
            this.by = new Attribution(client.id(), client.name(), null, null, null);
            this.code = code;
        }

        void make() {
            Answer opened = register.open(
                            ask(0, "book"),
                            new NewBook(code, "沙箱", Book.Kind.COMMUNITY, ZoneId.of("Asia/Shanghai"), false, 200, false))
                    .await()
                    .atMost(LONGEST_WAIT);
            if (opened.isProblem()) {
                throw new ConfigurationException(
                        "moralbank.sandbox.book is " + code + ", a book that is there and is no sandbox: name another");
            }
            BookHandle book = books.find(code).await().atMost(LONGEST_WAIT).orElseThrow();
            done(merchants.put(
                    ask(book.id(), "merchant"),
                    book,
                    new Merchants.Edit(MERCHANT, "沙箱商店", Merchant.Kind.COMMUNITY_STORE, null, null, null),
                    null));
            terminal(book, "terminal", "T1");
            terminal(book, "terminal:" + Sandbox.BAD_LINE, Sandbox.BAD_LINE);
            member(book, Sandbox.MEMBER, Sandbox.PLENTY);
            member(book, "RICH", SOME);
            member(book, "POOR", 0);
        }

        private void terminal(BookHandle book, String name, String id) {
            done(terminals.put(ask(book.id(), name), book, MERCHANT, new Terminals.Edit(id, null, true, false), null));
        }

        private void member(BookHandle book, String id, long points) {
            done(members.register(
                    ask(book.id(), "member:" + id),
                    book,
                    id,
                    new Members.Registration(null, null, null, false, false),
                    null));
            if (points > 0) {
                Note note = new Note(book.dayOf(Instant.now()), by, null, null, null, false);
                done(openings.open(
                        ask(book.id(), "points:" + id), book, new Openings.Opening(id, points, Unit.PTS, note)));
            }
        }

        /** One key a thing that is made: a start that was cut off goes on, and a later one repeats. */
        private Ask ask(int book, String name) {
            String whole = NAME + ":" + code + ":" + name;
            return new Ask(
                    new Importer(client.id()),
                    book,
                    new IdempotencyKey(whole),
                    Sha256.of(whole),
                    Language.ZH,
                    "/" + NAME + "/" + name,
                    null);
        }

        private void done(Uni<Answer> work) {
            Answer answer = work.await().atMost(LONGEST_WAIT);
            if (answer.isProblem()) {
                throw new IllegalStateException(
                        "the sandbox was refused: " + new String(answer.body(), StandardCharsets.UTF_8));
            }
        }
    }
}
