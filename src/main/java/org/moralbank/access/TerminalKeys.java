package org.moralbank.access;

import static org.moralbank.access.ClientTable.CLIENTS;
import static org.moralbank.access.ClientTable.LastId.LAST_ID;
import static org.moralbank.access.KeyTable.Live.LIVE;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;

/**
 * The keys of tills that are registered as terminals of a merchant. Each such till is a client of its own, made with its
 * first key.
 */
@ApplicationScoped
public class TerminalKeys {
    /** One works while the next is brought to the till. */
    static final int MOST_LIVE = 2;

    private final Clients clients;
    private final ClientStore store;

    TerminalKeys(Clients clients, ClientStore store) {
        this.clients = clients;
        this.store = store;
    }

    /** The name of a till's client. An {@code @} stands in no name that an operator can give. */
    private static String client(String book, String merchant, String terminal) {
        return book + '@' + merchant + '@' + terminal;
    }

    /** A key that is to be made: its text is known before the work that makes it, which may be decided twice. */
    public static final class Minting {
        private final UUID id = Ids.next();
        private final String text = ApiKey.generate();
        private final Clients.NewClient till;

        /** Of the terminal of a merchant of the book of that code. */
        public Minting(String book, String merchant, String terminal) {
            this.till = new Clients.NewClient(
                    client(book, merchant, terminal), Set.of(Role.TERMINAL), Set.of(book), merchant, terminal);
        }

        /** What {@link #make} looks at, in a work that locks {@link Clients#NO_BOOK} too. */
        public void needs(Needs needs) {
            needs.row(CLIENTS, till.name()).row(LAST_ID, ClientTable.LastId.KEY).row(LIVE, till.name());
        }

        /**
         * Makes the key, and the till's client when it is his first. The answer shows the key; what is kept of the answer
         * does not. Refuses a third key while two work.
         *
         * @param path under which the terminal's keys are
         */
        public Answer make(WorkingSet set, String path) {
            ClientTable.Registered there = set.find(CLIENTS, till.name());
            Client owner = there == null ? Clients.put(set, till).client() : there.client();
            return Clients.key(set, owner, id, text, path + '/' + id);
        }
    }

    /** Revokes a key of a terminal, as {@link Clients#revoke} does. */
    public Uni<Answer> revoke(Ask ask, Client operator, String book, String merchant, String terminal, UUID keyId) {
        return clients.revoke(ask, operator, client(book, merchant, terminal), keyId);
    }

    /** A key of a terminal, revoked or not; refuses an id that is of none. */
    public Uni<KeyView> find(String book, String merchant, String terminal, @Nullable UUID keyId) {
        return store.keyOf(client(book, merchant, terminal), keyId);
    }

    /** A page of the keys of a terminal, revoked ones too, in the order of their making. */
    public Uni<Page<KeyView>> list(String book, String merchant, String terminal, Page.Request page) {
        return store.keysOf(client(book, merchant, terminal), page);
    }
}
