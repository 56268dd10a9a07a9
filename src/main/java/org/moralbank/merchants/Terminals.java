package org.moralbank.merchants;

import static org.moralbank.merchants.StatusHistoryTable.HISTORIES;
import static org.moralbank.merchants.StoreTable.STORES;
import static org.moralbank.merchants.TerminalTable.TERMINALS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Clients;
import org.moralbank.access.TerminalKeys;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.ProtocolRejection;

/**
 * Registers the terminals of merchants, edits, suspends, resumes and closes them, and makes their keys; and what other
 * features ask of a terminal in their works.
 */
@ApplicationScoped
public class Terminals {
    private final Commits commits;

    Terminals(Commits commits) {
        this.commits = commits;
    }

    /** What a terminal is to be. */
    public record Edit(String id, @Nullable String store, boolean partialApproval, boolean showsPointsLeft) {}

    // ---- what works of other features ask ----------------------------------------------------------------------

    /** Names a terminal as needed by a work. */
    public static void need(Needs needs, int book, String merchant, String terminal) {
        needs.row(TERMINALS, new Terminal.Key(book, merchant, terminal));
    }

    /** Names a terminal as needed by a work, as {@link #active} looks at it. */
    public static void needActive(Needs needs, int book, String merchant, String terminal) {
        need(needs, book, merchant, terminal);
        StoppedStores.need(needs, book, merchant);
    }

    /**
     * The terminal that sells; refuses an unknown one ({@code terminal-unknown}), then a suspended one
     * ({@code terminal-suspended}) and one that is closed ({@code terminal-closed}), then one in a store that is suspended or
     * closed ({@code terminal-suspended}: the terminal is not at its end, and sells again in another store).
     *
     * <p>To be asked after {@link Merchants#seller}. What undoes (a reversal, a void, a refund) need not ask it: a till that
     * was suspended in the middle of a sale may take the sale back.
     */
    public static Terminal active(WorkingSet set, int book, String merchant, String terminal) {
        Terminal found = known(set, book, merchant, terminal);
        return switch (found.status()) {
            case ACTIVE -> inActiveStore(set, found);
            case SUSPENDED -> throw new TerminalRejection.TerminalSuspended(terminal, null).refused();
            case CLOSED -> throw new TerminalRejection.TerminalClosed(terminal).refused();
        };
    }

    private static Terminal inActiveStore(WorkingSet set, Terminal terminal) {
        String store = terminal.store();
        if (store != null
                && StoppedStores.of(set, terminal.book(), terminal.merchant())
                        .ids()
                        .contains(store)) {
            throw new TerminalRejection.TerminalSuspended(terminal.id(), store).refused();
        }
        return terminal;
    }

    /** Names a terminal as needed by a work, as {@link #activeAt} looks at it. */
    public static void needHistory(Needs needs, int book, String merchant, String terminal) {
        needActive(needs, book, merchant, terminal);
        needs.row(HISTORIES, StatusChange.Of.terminal(book, merchant, terminal));
    }

    /**
     * The terminal that sells, or that sold at that moment and was suspended or closed, or its store, only after it: for a
     * sale that is told late. Refuses as {@link #active} does; to be asked after {@link Merchants#sellerAt}.
     */
    public static Terminal activeAt(WorkingSet set, int book, String merchant, String terminal, Instant moment) {
        Terminal found = known(set, book, merchant, terminal);
        return StatusHistory.isStopped(set, StatusChange.Of.terminal(book, merchant, terminal), moment)
                ? active(set, book, merchant, terminal)
                : found;
    }

    /** Whether the merchant has a terminal of that id, whatever its status. */
    public static boolean isKnown(WorkingSet set, int book, String merchant, String terminal) {
        return set.find(TERMINALS, new Terminal.Key(book, merchant, terminal)) != null;
    }

    /** The terminal, whatever its status, for what takes goods back or closes its books; refuses an unknown one. */
    public static Terminal known(WorkingSet set, int book, String merchant, String terminal) {
        Terminal found = set.find(TERMINALS, new Terminal.Key(book, merchant, terminal));
        if (found == null) {
            throw new TerminalRejection.TerminalUnknown(terminal).refused();
        }
        return found;
    }

    // ---- registering -------------------------------------------------------------------------------------------

    /**
     * Registers a terminal, or edits the one that is there. Refuses a merchant that is not there or closed, a terminal that
     * is closed, a store that the merchant has not, one that is closed unless the terminal stands in it already, and as every
     * edit does.
     */
    public Uni<Answer> put(Ask ask, BookHandle book, String merchant, Edit edit, @Nullable String ifMatch) {
        Terminal.Key key = new Terminal.Key(book.id(), merchant, edit.id());
        String store = edit.store();
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Merchants.need(needs, book.id(), merchant);
                needs.row(TERMINALS, key);
                if (store != null) {
                    needs.row(STORES, new Store.Key(book.id(), merchant, store));
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant owner = Merchants.ofPath(set, book, merchant);
                Terminal before = set.find(TERMINALS, key);
                if (before != null && before.isSo(store, edit.partialApproval(), edit.showsPointsLeft())) {
                    return shown(before);
                }
                Merchants.refuseClosed(owner);
                if (before != null) {
                    refuseClosed(before);
                }
                EditRejection.check(ifMatch, before == null ? 0 : before.version());
                if (store != null && (before == null || !store.equals(before.store()))) {
                    Stores.refuseClosed(known(set, store));
                }
                Terminal after = before == null
                        ? new Terminal(
                                book.id(),
                                merchant,
                                edit.id(),
                                store,
                                Terminal.Status.ACTIVE,
                                edit.partialApproval(),
                                edit.showsPointsLeft(),
                                1,
                                Merchants.moment(set))
                        : before.edited(store, edit.partialApproval(), edit.showsPointsLeft());
                set.put(TERMINALS, key, after);
                return before == null
                        ? Answer.created(path(book, merchant, after.id()), TerminalView.of(after))
                                .withEtag(EditRejection.etag(after.version()))
                        : shown(after);
            }

            private Store known(WorkingSet set, String store) {
                Store found = set.find(STORES, new Store.Key(book.id(), merchant, store));
                if (found == null) {
                    throw new StoreRejection.UnknownStore(store).refused();
                }
                return found;
            }
        });
    }

    // ---- suspending and closing --------------------------------------------------------------------------------

    /** Suspends a terminal: once it is answered, it sells nothing. Refuses one that is closed or suspended already. */
    Uni<Answer> suspend(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Terminal.Status.SUSPENDED);
    }

    /** Ends a suspension. Refuses one that is closed or not suspended. */
    Uni<Answer> resume(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Terminal.Status.ACTIVE);
    }

    /** Closes a terminal, for good. Its keys are left: a till may have to take a sale back. Refuses a closed one. */
    Uni<Answer> close(Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order) {
        return change(ask, book, merchant, id, order, Terminal.Status.CLOSED);
    }

    private Uni<Answer> change(
            Ask ask, BookHandle book, String merchant, String id, StatusChange.Order order, Terminal.Status to) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Merchants.need(needs, book.id(), merchant);
                need(needs, book.id(), merchant, id);
                StatusChange.need(needs, book.id());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchants.ofPath(set, book, merchant);
                Terminal before = ofPath(set, book, merchant, id);
                refuseClosed(before);
                if (before.status() == to) {
                    throw to == Terminal.Status.SUSPENDED
                            ? new StatusRejection.TerminalAlreadySuspended(id).refused()
                            : new StatusRejection.TerminalNotSuspended(id).refused();
                }
                Terminal after = before.with(to);
                set.put(TERMINALS, after.key(), after);
                order.of(after, Merchants.moment(set)).put(set);
                return shown(after);
            }
        });
    }

    // ---- keys --------------------------------------------------------------------------------------------------

    /**
     * Makes a key of a terminal; the answer shows it, this once. Refuses a terminal that is closed, and a third key while
     * two work.
     */
    Uni<Answer> makeKey(Ask ask, BookHandle book, String merchant, String id) {
        TerminalKeys.Minting minting = new TerminalKeys.Minting(book.code(), merchant, id);
        // Clients are numbered under the lock of book 0.
        return commits.submit(ask, List.of(Clients.NO_BOOK, book.id()), new Work() {
            @Override
            public void needs(Needs needs) {
                need(needs, book.id(), merchant, id);
                minting.needs(needs);
            }

            @Override
            public Answer decide(WorkingSet set) {
                refuseClosed(ofPath(set, book, merchant, id));
                return minting.make(set, path(book, merchant, id) + "/keys");
            }
        });
    }

    // ---- shared ------------------------------------------------------------------------------------------------

    private static Terminal ofPath(WorkingSet set, BookHandle book, String merchant, String id) {
        Terminal terminal = set.find(TERMINALS, new Terminal.Key(book.id(), merchant, id));
        if (terminal == null) {
            throw new ProtocolRejection.NotFound("terminal").refused();
        }
        return terminal;
    }

    private static void refuseClosed(Terminal terminal) {
        if (terminal.status() == Terminal.Status.CLOSED) {
            throw new StatusRejection.TerminalAlreadyClosed(terminal.id()).refused();
        }
    }

    private static String path(BookHandle book, String merchant, String terminal) {
        return Merchants.path(book, merchant) + "/terminals/" + terminal;
    }

    private static Answer shown(Terminal terminal) {
        return Answer.ok(TerminalView.of(terminal)).withEtag(EditRejection.etag(terminal.version()));
    }
}
