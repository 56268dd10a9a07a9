package org.moralbank.redemptions;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Importer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.platform.Language;
import org.moralbank.platform.Settings;

/**
 * Releases authorizations whose time is over, within five seconds of it.
 *
 * <p>Every process looks once a second; the one that has the lease releases, batch after batch with a rest between them, so
 * that sales go on beside it. The lease only saves double work: a batch is a work that looks at each hold under the lock, and
 * two processes that release the same are right too. When the process that has it ends, another takes over after
 * {@link #LEASE}. One whose works are all refused gives it up, and lets the others go first.
 *
 * <p>Books are released beside one another, so that one whose lock is held elsewhere keeps none waiting. The round does wait for
 * it, two seconds at the first time; after that its lane knows that it is busy, and says so at once. Rounds that went on without
 * it were tried, and spared one such wait. A hold that cannot be released is passed over for a while: all others go.
 */
@Singleton
class Expiry {
    private static final Logger LOG = Logger.getLogger(Expiry.class);
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** Books that are released at a time. */
    private static final int BOOKS_AT_ONCE = 8;

    /** For so many rounds a process that has given the lease up does not ask for it; still within the five seconds. */
    private static final int ROUNDS_LEFT_OUT = 3;

    /** How long one that could not be released is passed over, and how many of them at most. */
    private static final Duration PASSED_OVER = Duration.ofMinutes(1);

    private static final int MOST_PASSED_OVER = 1_000;

    private static final int FAULT = 500;

    private final RedemptionsConfig settings;
    private final RedemptionsConfig.Expiry config;
    private final Commits commits;
    private final ExpiryStore store;
    private final RedemptionMetrics metrics;
    private final Vertx vertx;
    private final UUID process = UUID.randomUUID();
    private final Cache<UUID, Seen> passedOver = Caffeine.newBuilder()
            .expireAfterWrite(PASSED_OVER)
            .maximumSize(MOST_PASSED_OVER)
            .build();
    private volatile boolean stopping;

    Expiry(RedemptionsConfig config, Commits commits, ExpiryStore store, RedemptionMetrics metrics, Vertx vertx) {
        this.settings = config;
        this.config = config.expiry();
        this.commits = commits;
        this.store = store;
        this.metrics = metrics;
        this.vertx = vertx;
    }

    void onStart(@Observes StartupEvent event) {
        Settings.refuse(settings.fault());
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
                    Math.max(1, pause.toMillis()),
                    ignored -> round().subscribe().with(this::next, failure -> {
                        LOG.warn("Expired authorizations were not released; it is tried again.", failure);
                        next(config.every());
                    }));
        }
    }

    /** Releases a batch, and says how long to wait for the next. */
    private Uni<Duration> round() {
        long begunNanos = System.nanoTime();
        return store.due(config.batch(), passedOver.asMap().keySet()).chain(due -> {
            if (due.isEmpty()) {
                return Uni.createFrom().item(config.every());
            }
            return store.lease(process, LEASE)
                    .chain(mine ->
                            mine ? release(due, begunNanos) : Uni.createFrom().item(config.every()));
        });
    }

    private Uni<Duration> release(List<Seen> due, long begunNanos) {
        Map<Integer, List<Seen>> byBook =
                due.stream().collect(Collectors.groupingBy(seen -> seen.key().book()));
        return Multi.createFrom()
                .iterable(byBook.entrySet())
                .onItem()
                .transformToUni(book -> release(book.getKey(), book.getValue()))
                .merge(BOOKS_AT_ONCE)
                .collect()
                .asList()
                .chain(done -> {
                    if (!done.contains(true)) {
                        return store.giveUp(process).replaceWith(config.every().multipliedBy(ROUNDS_LEFT_OUT));
                    }
                    Duration took = Duration.ofNanos(System.nanoTime() - begunNanos);
                    return Uni.createFrom()
                            .item(due.size() < config.batch() ? config.every() : rest(config.batchEvery(), took));
                });
    }

    /**
     * From the end of a batch to the next one. It keeps to a rate, so that sales pay no more for it where a batch is done sooner,
     * and leaves them half of the time where one takes long.
     */
    static Duration rest(Duration batchEvery, Duration took) {
        Duration rest = batchEvery.minus(took);
        return rest.compareTo(took) > 0 ? rest : took;
    }

    /** Releases some of a book; whether this process could. */
    private Uni<Boolean> release(int book, List<Seen> due) {
        Expiring work = new Expiring(book, due);
        Ask ask = new Ask(new Importer(0), book, null, new byte[0], Language.EN, "/", null);
        return commits.submit(ask, book, work).chain(answer -> {
            if (answer.status() == FAULT) {
                return afterFault(book, due);
            }
            if (!answer.isProblem()) {
                work.ages().forEach(age -> metrics.held("expiry", age));
                work.stuck().forEach(one -> passOver(one.seen(), one.cause()));
            }
            return Uni.createFrom().item(!answer.isProblem());
        });
    }

    /** What the database refuses of one is a fault of all: each is then released alone. */
    private Uni<Boolean> afterFault(int book, List<Seen> due) {
        if (due.size() == 1) {
            passOver(due.getFirst(), null);
            return Uni.createFrom().item(false);
        }
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUniAndConcatenate(one -> release(book, List.of(one)))
                .collect()
                .asList()
                .map(done -> done.contains(true));
    }

    private void passOver(Seen one, @Nullable RuntimeException cause) {
        passedOver.put(one.key().id(), one);
        metrics.stuck();
        LOG.errorf(
                cause,
                "Authorization %s of book %d could not be released; it is tried again in %d s.",
                one.key().id(),
                one.key().book(),
                PASSED_OVER.toSeconds());
    }
}
