package org.moralbank.ledger;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.ledger.Ledger.REVERSALS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Ids;
import org.moralbank.platform.ProtocolRejection;

/**
 * Takes entries back by their mirror.
 *
 * <p>What was made together is taken back together, the last first: an earning from which a shortfall was recovered gives
 * the recovered amount back to the earner and opens the shortfall again before the earning itself is taken, so that its
 * owner stands where he stood before it. Frozen and closed accounts take part.
 */
@ApplicationScoped
public class Reversals {
    private final LedgerStore store;
    private final Commits commits;

    Reversals(LedgerStore store, Commits commits) {
        this.store = store;
        this.commits = commits;
    }

    /** What was posted to take entries back. */
    @Schema(name = "Reversal")
    record Reversal(
            @Schema(description = "The entry that was asked to be reversed", examples = "12")
            long reverses,

            @Schema(description = "The mirror entries, with the balances after; those made together, the last first")
            List<EntryView> entries) {}

    /**
     * Reverses an entry and those made with it. Refuses, in this order: an entry that is not there, a reversal, an entry
     * that another operation takes back, one that was reversed before, and what the kernel refuses.
     */
    public Uni<Answer> reverse(Ask ask, BookHandle book, long seq, Note note) {
        // Entries never change and a group is made in one commit, so that both may be read before this one.
        return store.withItsGroup(book.id(), seq).chain(together -> {
            if (together.isEmpty()) {
                throw new ProtocolRejection.NotFound("entry").refused();
            }
            return commits.submit(ask, book.id(), work(book, seq, together, note));
        });
    }

    static Work work(BookHandle book, long seq, List<Entry> together, Note note) {
        @Nullable UUID group = together.size() == 1 ? null : Ids.next();
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(BOOKS, book.id());
                for (Entry entry : together) {
                    needs.row(REVERSALS, new EntryTable.Key(book.id(), entry.seq()));
                    entry.postings().forEach(posting -> needs.row(HOLDINGS, posting.holder()));
                    Ledger.shortfallsOf(entry).forEach(shortfall -> needs.row(HOLDINGS, shortfall));
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                together.forEach(Reversals::refuseKind);
                for (Entry entry : together) {
                    Long reversedBy = set.find(REVERSALS, new EntryTable.Key(book.id(), entry.seq()));
                    if (reversedBy != null) {
                        throw new ReversalRejection.AlreadyReversed(entry.seq(), reversedBy).refused();
                    }
                }
                String location = "";
                List<EntryView> mirrors = new ArrayList<>();
                for (Entry entry : together) {
                    Entry mirror = Ledger.reverse(
                            set,
                            entry,
                            note.draft(EntryType.REVERSAL, book.id()).group(group));
                    mirrors.add(EntryView.of(mirror));
                    if (entry.seq() == seq) {
                        location = book.path() + "/entries/" + mirror.seq();
                    }
                }
                return Answer.created(location, new Reversal(seq, mirrors));
            }

            @Override
            public int weight() {
                return together.size();
            }
        };
    }

    private static void refuseKind(Entry entry) {
        if (entry.type() == EntryType.REVERSAL) {
            throw new ReversalRejection.ReversalNotReversible(entry.seq()).refused();
        }
        if (!entry.type().isReversible()) {
            throw new ReversalRejection.UseOtherOperation(entry.seq(), entry.type()).refused();
        }
    }
}
