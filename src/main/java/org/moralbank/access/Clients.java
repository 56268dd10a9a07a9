package org.moralbank.access;

import static org.moralbank.access.ClientTable.CLIENTS;
import static org.moralbank.access.ClientTable.LastId.LAST_ID;
import static org.moralbank.access.KeyTable.KEYS;
import static org.moralbank.access.KeyTable.Live.LIVE;
import static org.moralbank.access.KeyTable.Offered.OFFERED;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Language;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;

/** Makes API clients and their keys, and revokes keys. */
@ApplicationScoped
public class Clients {
    /** The book of what belongs to no book. */
    public static final int NO_BOOK = 0;

    /** The client that runs an installation from its first start. */
    static final String OPERATOR = "operator";

    private final Commits commits;
    private final ClientStore store;
    private final Callers callers;

    Clients(Commits commits, ClientStore store, Callers callers) {
        this.commits = commits;
        this.store = store;
        this.callers = callers;
    }

    /** What a client is to be. */
    public record NewClient(
            String name,
            Set<Role> roles,
            Set<String> books,
            @Nullable String merchant,
            @Nullable String terminal) {}

    /**
     * Makes a client, who has no key yet. Refuses an operator who would give more books than he has, and a name that is
     * taken.
     */
    public Uni<Answer> make(Ask ask, Client operator, NewClient said) {
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(CLIENTS, said.name()).row(LAST_ID, ClientTable.LastId.KEY);
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (!operator.covers(said.books())) {
                    throw new AccessRejection.NotHisToGive().refused();
                }
                if (set.find(CLIENTS, said.name()) != null) {
                    throw new ClientRejection.ClientExists(said.name()).refused();
                }
                ClientTable.Registered made = put(set, said);
                return Answer.created("/v1/clients/" + said.name(), ClientView.of(made, null));
            }
        });
    }

    /**
     * Makes a key. The answer shows it; what is kept of the answer does not. Refuses a third key of a till while two of its
     * keys work.
     */
    public Uni<Answer> makeKey(Ask ask, Client operator, String client) {
        UUID id = Ids.next();
        String text = ApiKey.generate();
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(CLIENTS, client).row(LIVE, client);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Client owner = known(set, operator, client);
                return key(set, owner, id, text, "/v1/clients/" + client + "/keys/" + id);
            }
        });
    }

    /**
     * Revokes a key: once it is answered, no commit uses the key, in any process. A key that is revoked already is left as
     * it is.
     *
     * <p>Commits read the key under the locks of their books, which this does not take: it waits for those under way when the
     * key is revoked, and a book that an import has for an hour keeps nobody from revoking.
     */
    public Uni<Answer> revoke(Ask ask, Client operator, String client, UUID keyId) {
        return commits.submit(ask, NO_BOOK, new Revocation(operator, client, keyId))
                .invoke(answer -> callers.forget(keyId))
                .call(answer -> answer.isProblem()
                        ? Uni.createFrom().voidItem()
                        : store.booksOf(client).chain(commits::underWayAreOver));
    }

    private record Revocation(Client operator, String client, UUID keyId) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(CLIENTS, client).row(KEYS, keyId).row(LIVE, client);
        }

        @Override
        public Answer decide(WorkingSet set) {
            Client owner = known(set, operator, client);
            KeyTable.Key key = set.find(KEYS, keyId);
            if (key == null || key.client() != owner.id()) {
                throw new ProtocolRejection.NotFound("key").refused();
            }
            if (key.revokedAt() != null) {
                return Answer.ok(KeyView.of(key, null));
            }
            KeyTable.Key revoked = key.revoked(moment(set));
            set.put(KEYS, keyId, revoked);
            Set<UUID> live = new HashSet<>(KeyTable.Live.of(set, client));
            live.remove(keyId);
            set.put(LIVE, client, live);
            return Answer.ok(KeyView.of(revoked, null));
        }
    }

    /** What became of a key that a start offers. */
    enum Offer {
        /** The client {@code operator} was made with it. */
        MADE_THE_OPERATOR,
        /** It is a new key of the client {@code operator}: no operator of every book had one that works. */
        LETS_IN_AGAIN,
        /** It works, or did; an operator of every book has one that works. */
        IS_SOMEBODYS,
        /** Nobody has it, and nobody needs it. */
        NOT_USED,
        /** No operator of every book has a key that works, and this one is another's or was revoked. */
        LETS_NOBODY_IN
    }

    /**
     * Makes the client {@code operator}, with every book and this key, when there is none of that name; and when no operator
     * of every book has a key that works, makes it a key of that client. Two processes that start at once do it once. What was
     * revoked stays so.
     */
    Uni<Offer> offer(String key) {
        NewClient said = new NewClient(OPERATOR, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null);
        UUID keyId = Ids.next();
        String hash = HexFormat.of().formatHex(ApiKey.hash(key));
        AtomicReference<Offer> became = new AtomicReference<>(Offer.NOT_USED);
        return commits.submit(BOOTSTRAP, NO_BOOK, new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(CLIENTS, said.name())
                                .row(LAST_ID, ClientTable.LastId.KEY)
                                .row(OFFERED, hash);
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        KeyTable.Offered.Seen seen = set.get(OFFERED, hash);
                        ClientTable.Registered there = set.find(CLIENTS, said.name());
                        became.set(offered(seen, there));
                        Client owner = there == null ? null : there.client();
                        if (became.get() == Offer.MADE_THE_OPERATOR) {
                            owner = put(set, said).client();
                        } else if (became.get() != Offer.LETS_IN_AGAIN) {
                            return Answer.ok(Set.of());
                        }
                        int id = Objects.requireNonNull(owner).id();
                        set.put(KEYS, keyId, new KeyTable.Key(keyId, id, ApiKey.hash(key), moment(set), null));
                        return Answer.created("/v1/clients/" + said.name(), Set.of());
                    }
                })
                .map(answer -> {
                    if (answer.isProblem()) {
                        throw new IllegalStateException("the operator was not made: status " + answer.status());
                    }
                    return became.get();
                });
    }

    private static Offer offered(KeyTable.Offered.Seen seen, ClientTable.@Nullable Registered operator) {
        if (seen.isSomebodys()) {
            return seen.isNeeded() ? Offer.LETS_NOBODY_IN : Offer.IS_SOMEBODYS;
        }
        if (operator == null) {
            return Offer.MADE_THE_OPERATOR;
        }
        if (!seen.isNeeded()) {
            return Offer.NOT_USED;
        }
        Client client = operator.client();
        boolean mayAll = client.roles().contains(Role.OPERATOR) && client.mayUse(Client.EVERY_BOOK);
        return mayAll ? Offer.LETS_IN_AGAIN : Offer.LETS_NOBODY_IN;
    }

    /** Whether there is a client of that name. */
    public Uni<Boolean> isThere(String name) {
        return store.find(name).map(Optional::isPresent);
    }

    /** A client that the service itself wants, and whether it was made just now. */
    public record Ensured(Client client, boolean made) {}

    /** The client of that name; when there is none it is made, with this key. The service asks it of itself. */
    public Uni<Ensured> ensure(NewClient said, String key) {
        UUID keyId = Ids.next();
        AtomicReference<@Nullable Ensured> ensured = new AtomicReference<>();
        return commits.submit(BOOTSTRAP, NO_BOOK, new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(CLIENTS, said.name()).row(LAST_ID, ClientTable.LastId.KEY);
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        ClientTable.Registered there = set.find(CLIENTS, said.name());
                        if (there != null) {
                            ensured.set(new Ensured(there.client(), false));
                            return Answer.ok(Set.of());
                        }
                        Client made = put(set, said).client();
                        set.put(KEYS, keyId, new KeyTable.Key(keyId, made.id(), ApiKey.hash(key), moment(set), null));
                        ensured.set(new Ensured(made, true));
                        return Answer.created("/v1/clients/" + said.name(), Set.of());
                    }
                })
                .map(answer -> {
                    if (answer.isProblem()) {
                        throw new IllegalStateException(said.name() + " was not made: status " + answer.status());
                    }
                    return Objects.requireNonNull(ensured.get());
                });
    }

    /** At the first start nobody asks: there is no client yet. */
    private static final Ask BOOTSTRAP = new Ask(new Importer(0), NO_BOOK, null, new byte[0], Language.EN, "/", null);

    /** Makes a key of a client, who is there; the work named {@link KeyTable.Live} of him. */
    static Answer key(WorkingSet set, Client owner, UUID id, String text, String location) {
        Set<UUID> live = new HashSet<>(KeyTable.Live.of(set, owner.name()));
        if (owner.terminal() != null && live.size() >= TerminalKeys.MOST_LIVE) {
            throw new ClientRejection.TwoKeysLive(owner.name()).refused();
        }
        KeyTable.Key key = new KeyTable.Key(id, owner.id(), ApiKey.hash(text), moment(set), null);
        live.add(id);
        set.put(KEYS, id, key);
        set.put(LIVE, owner.name(), live);
        return Answer.createdWithSecret(location, KeyView.of(key, text), KeyView.of(key, null));
    }

    static ClientTable.Registered put(WorkingSet set, NewClient said) {
        int id = set.get(LAST_ID, ClientTable.LastId.KEY) + 1;
        ClientTable.Registered made = new ClientTable.Registered(
                new Client(id, said.name(), said.roles(), said.books(), said.merchant(), said.terminal()), moment(set));
        set.put(LAST_ID, ClientTable.LastId.KEY, id);
        set.put(CLIENTS, said.name(), made);
        return made;
    }

    /** A client whose books are all the operator's own; another is not there for him. */
    private static Client known(WorkingSet set, Client operator, String name) {
        ClientTable.Registered found = set.find(CLIENTS, name);
        if (found == null || !operator.covers(found.client().books())) {
            throw new ProtocolRejection.NotFound("client").refused();
        }
        return found.client();
    }

    private static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }
}
