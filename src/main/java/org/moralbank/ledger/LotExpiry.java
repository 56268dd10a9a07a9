package org.moralbank.ledger;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Language;

/**
 * Takes lots out of circulation whose last day is over in the calendar of their book (EXPIRE_TIME, EXPIRE_POINTS), one work
 * for each holder. What is held then goes in a later round, when it was released.
 *
 * <p>It needs no lease: each work looks at its holder again under the book's lock, so that two processes that do it at once,
 * or one that was stopped and woke, expire nothing twice.
 */
@ApplicationScoped
class LotExpiry {
    private static final Logger LOG = Logger.getLogger(LotExpiry.class);

    /**
     * Who does it, as the entries tell: the service itself. No client has a name with a colon, nor a negative id; 0 is that
     * of entries that were imported.
     */
    static final Attribution BY = new Attribution(-1, "service:lot-expiry", null, null, null);

    /** Some commits' worth is found at once, and of it half a commit is under way, so that others find room beside it. */
    private static final int AT_ONCE = 1_000;

    private static final int UNDER_WAY = 128;

    private final Vertx vertx;
    private final LotStore store;
    private final Commits commits;
    private final LotExpiryConfig config;
    private volatile boolean stopping;

    LotExpiry(Vertx vertx, LotStore store, Commits commits, LotExpiryConfig config) {
        this.vertx = vertx;
        this.store = store;
        this.commits = commits;
        this.config = config;
    }

    void onStart(@Observes StartupEvent event) {
        if (config.enabled()) {
            next();
        }
    }

    void onStop(@Observes ShutdownEvent event) {
        stopping = true;
    }

    private void next() {
        if (!stopping) {
            vertx.setTimer(
                    config.every().toMillis(),
                    ignored -> run().onTermination()
                            .invoke(this::next)
                            .subscribe()
                            .with(
                                    entries -> {
                                        if (entries > 0) {
                                            LOG.infof("Lots have expired: %d entries.", entries);
                                        }
                                    },
                                    failure -> LOG.warn(
                                            "Expired lots could not be looked for; it is tried again.", failure)));
        }
    }

    /** Has all expire that is due now; how many entries were posted. */
    Uni<Long> run() {
        AtomicLong entries = new AtomicLong();
        return pages().onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom()
                        .iterable(page.stream()
                                .map(LotStore.Expired::holder)
                                .distinct()
                                .toList())
                        .onItem()
                        .transformToUni(holder -> expire(holder, entries))
                        .merge(UNDER_WAY))
                .onItem()
                .ignoreAsUni()
                .map(ignored -> entries.get());
    }

    private Multi<List<LotStore.Expired>> pages() {
        return Multi.createBy()
                .repeating()
                .uni(
                        Place::new,
                        place -> store.expired(place.last, AT_ONCE).invoke(page -> {
                            if (!page.isEmpty()) {
                                place.last = page.getLast();
                            }
                        }))
                .whilst(page -> page.size() == AT_ONCE && !stopping);
    }

    /** How far a round has come. */
    private static final class Place {
        private LotStore.Expired last = LotStore.Expired.NONE;
    }

    /** One holder; what fails or is refused (429, 503) is found again in the next round and stops no other. */
    private Uni<Answer> expire(Holder holder, AtomicLong entries) {
        Ask ask = new Ask(new Importer(BY.clientId()), holder.book(), null, new byte[0], Language.EN, "/", null);
        Expiring work = new Expiring(holder);
        return commits.submit(ask, holder.book(), work)
                .invoke(answer -> {
                    if (!answer.isProblem()) {
                        entries.addAndGet(work.posted);
                    }
                })
                .onFailure()
                .invoke(failure -> LOG.warn("A holder's lots could not expire; it is tried again.", failure))
                .onFailure()
                .recoverWithNull();
    }

    private static final class Expiring implements Work {
        private final Holder holder;
        private volatile int posted;

        Expiring(Holder holder) {
            this.holder = holder;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, holder.book()).row(HOLDINGS, holder).row(HOLDINGS, Ledger.expiredOf(holder));
        }

        @Override
        public Answer decide(WorkingSet set) {
            posted = Ledger.expire(set, holder, BY, null).size();
            return Answer.ok(Map.of("entries", posted));
        }
    }
}
