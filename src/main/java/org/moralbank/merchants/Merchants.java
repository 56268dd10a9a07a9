package org.moralbank.merchants;

import static org.moralbank.merchants.MerchantTable.MERCHANTS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.EditRejection;

/** Registers merchants and edits them; and what other features ask of a merchant in their works. */
@ApplicationScoped
public class Merchants {
    private final Commits commits;

    Merchants(Commits commits) {
        this.commits = commits;
    }

    /** What a merchant is to be; without a status, a new one is active and another stays as it is. */
    public record Edit(String id, String name, Merchant.Kind kind, Merchant.@Nullable Status status) {}

    /**
     * Registers a merchant, or edits the one that is there.
     *
     * @param ifMatch the version that is edited; not needed for a new merchant or one that is so already
     */
    public Uni<Answer> put(Ask ask, BookHandle book, Edit edit, @Nullable String ifMatch) {
        return commits.submit(ask, book.id(), work(book, edit, ifMatch));
    }

    /** Names a merchant as needed by a work. */
    public static void need(Needs needs, int book, String merchant) {
        needs.row(MERCHANTS, new Merchant.Key(book, merchant));
    }

    /** The merchant that sells; refuses an unknown one, then a suspended or closed one. */
    public static Merchant seller(WorkingSet set, int book, String id) {
        Merchant merchant = set.find(MERCHANTS, new Merchant.Key(book, id));
        if (merchant == null) {
            throw new MerchantRejection.UnknownMerchant(id).refused();
        }
        switch (merchant.status()) {
            case SUSPENDED -> throw new MerchantRejection.MerchantSuspended(id).refused();
            case CLOSED -> throw new MerchantRejection.MerchantClosed(id).refused();
            case ACTIVE -> {}
        }
        return merchant;
    }

    static Work work(BookHandle book, Edit edit, @Nullable String ifMatch) {
        Merchant.Key key = new Merchant.Key(book.id(), edit.id());
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(MERCHANTS, key);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Merchant before = set.find(MERCHANTS, key);
                return before == null ? register(set) : edit(set, before);
            }

            private Answer register(WorkingSet set) {
                EditRejection.check(ifMatch, 0);
                Merchant merchant = new Merchant(
                        book.id(),
                        edit.id(),
                        edit.name(),
                        edit.kind(),
                        Objects.requireNonNullElse(edit.status(), Merchant.Status.ACTIVE),
                        1,
                        set.now().truncatedTo(ChronoUnit.MICROS));
                set.put(MERCHANTS, key, merchant);
                return Answer.created(book.path() + "/merchants/" + merchant.id(), MerchantView.of(merchant))
                        .withEtag(EditRejection.etag(merchant.version()));
            }

            private Answer edit(WorkingSet set, Merchant before) {
                Merchant after = before.edited(
                        edit.name(), edit.kind(), Objects.requireNonNullElse(edit.status(), before.status()));
                if (after.name().equals(before.name())
                        && after.kind() == before.kind()
                        && after.status() == before.status()) {
                    return shown(before);
                }
                EditRejection.check(ifMatch, before.version());
                set.put(MERCHANTS, key, after);
                return shown(after);
            }

            private static Answer shown(Merchant merchant) {
                return Answer.ok(MerchantView.of(merchant)).withEtag(EditRejection.etag(merchant.version()));
            }
        };
    }
}
