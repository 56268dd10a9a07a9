package org.moralbank.redemptions;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.platform.Language;

/**
 * Releases authorizations whose time is over, within five seconds of it.
 *
 * <p>Every process looks once a second; the one that has the lease releases, batch after batch with a pause between them, so
 * that sales go on beside it. The lease only saves double work: a batch is a work that looks at each hold under the lock, and
 * two processes that release the same are right too. When the process that has it ends, another takes over after
 * {@link #LEASE}.
 */
@Singleton
class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final RedemptionsConfig.Expiry config;
    private final Commits commits;
    private final ExpiryStore store;
    private final RedemptionMetrics metrics;
    private final Vertx vertx;
    private final UUID process = UUID.randomUUID();
    private volatile boolean stopping;

    Expiry(RedemptionsConfig config, Commits commits, ExpiryStore store, RedemptionMetrics metrics, Vertx vertx) {
        this.config = config.expiry();
        this.commits = commits;
        this.store = store;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    void onStart(@Observes StartupEvent event) {
        if (config.enabled()) {
            begin();
        }
    }

    void onStop(@Observes @Priority(1) ShutdownEvent event) {
        end();
    }

    void begin() {
        next(config.every());
    }

    void end() {
        stopping = true;
    }

    private void next(Duration pause) {
        if (!stopping) {
            vertx.setTimer(
                    pause.toMillis(),
                    ignored -> round().subscribe().with(this::next, failure -> {
                        LOG.warn("Expired authorizations were not released; it is tried again.", failure);
                        next(config.every());
                    }));
        }
    }

    /** Releases a batch, and says how long to wait for the next. */
    private Uni<Duration> round() {
        return store.due(config.batch()).chain(due -> {
            if (due.isEmpty()) {
                return Uni.createFrom().item(config.every());
            }
            return store.lease(process, LEASE)
                    .chain(mine -> mine ? release(due) : Uni.createFrom().item(config.every()));
        });
    }

    private Uni<Duration> release(List<Seen> due) {
        Map<Integer, List<Seen>> byBook =
                due.stream().collect(Collectors.groupingBy(seen -> seen.key().book()));
        return Multi.createFrom()
                .iterable(byBook.entrySet())
                .onItem()
                .transformToUniAndConcatenate(book -> release(book.getKey(), book.getValue()))
                .collect()
                .asList()
                .map(done -> due.size() < config.batch() ? config.every() : config.pause());
    }

    private Uni<Answer> release(int book, List<Seen> due) {
        Expiring work = new Expiring(book, due);
        Ask ask = new Ask(new Importer(0), book, null, new byte[0], Language.EN, "/", null);
        return commits.submit(ask, book, work).invoke(answer -> {
            if (!answer.isProblem()) {
                work.ages().forEach(age -> metrics.held("expiry", age));
            }
        });
    }
}
