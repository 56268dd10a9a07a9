package org.moralbank.events;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookEvent;
import org.moralbank.ledger.BookEventStore;
import org.moralbank.platform.Json;
import org.moralbank.platform.SecretBox;

/**
 * The deliverer of one process: looks for streams that have something to send, takes their leases and sends, each stream on
 * a thread of its own. Not a virtual one: those of JDK 25 were seen to stand still for good, all of them runnable, after
 * waits with a limit and locks of class loaders.
 *
 * <p>It shares nothing with the lanes but the pool of connections, of which it holds one for the length of a statement and
 * none while a receiver is waited for.
 */
final class Deliveries implements AutoCloseable {
    /** So many events in a row that a receiver did not take in three days: it is gone, and the stream stops. */
    static final int PARKED_IN_ROW = 20;

    private static final Logger LOG = Logger.getLogger(Deliveries.class);

    /** How many events are read at a time. */
    private static final int READ = 100;

    /** How many replays a stream does before its new events. */
    private static final int REPLAYS = 20;

    /** How long a stream may go on while others of its webhook wait. */
    private static final Duration SLICE = Duration.ofSeconds(10);

    private static final Duration LOOK_AROUND = Duration.ofSeconds(5);

    /** A receiver that answers sooner is quick; one that nothing was sent to yet is not known to be. */
    private static final Duration QUICK = Duration.ofSeconds(1);

    /** One part of so many of all places is kept for quick receivers, however many others hang. */
    private static final int KEPT_PART = 4;

    private final DeliveryStore store;
    private final BookEventStore events;
    private final SecretBox box;
    private final Sender sender;
    private final EventsConfig config;
    private final DeliveryMetrics metrics;
    private final Random random = new Random();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("webhook-", 1).factory());
    private final Map<UUID, Receiving> receiving = new ConcurrentHashMap<>();
    private final AtomicInteger running = new AtomicInteger();

    /** Of these, those of webhooks that were not known as quick. */
    private final AtomicInteger runningSlow = new AtomicInteger();

    private volatile long aheadMillis;
    private volatile boolean stopping;
    private long lookedAroundNanos = System.nanoTime() - LOOK_AROUND.toNanos();

    Deliveries(
            DeliveryStore store,
            BookEventStore events,
            SecretBox box,
            Sender sender,
            EventsConfig config,
            MeterRegistry registry) {
        this.store = store;
        this.events = events;
        this.box = box;
        this.sender = sender;
        this.config = config;
        this.metrics = new DeliveryMetrics(registry);
    }

    /** What is known of who receives. */
    private static final class Receiving {
        final AtomicInteger running = new AtomicInteger();
        volatile boolean quick;
    }

    /** Lets a test live later than the database's clock, rather than wait. */
    void ahead(Duration by) {
        aheadMillis = by.toMillis();
    }

    /**
     * Begins to deliver what is due and not under way yet. Completes when what it began has ended: everything is
     * delivered, or failed, or has used up its slice.
     */
    CompletableFuture<Void> round() {
        if (System.nanoTime() - lookedAroundNanos >= LOOK_AROUND.toNanos()) {
            lookedAroundNanos = System.nanoTime();
            lookAround();
        }
        int free = config.concurrency() - running.get();
        List<CompletableFuture<Void>> begun = new ArrayList<>();
        if (free > 0) {
            int freeForSlow = config.concurrency() - config.concurrency() / KEPT_PART - runningSlow.get();
            for (DeliveryStore.Due due :
                    store.due(aheadMillis, config.concurrencyPerWebhook(), free, Math.max(0, freeForSlow), known())) {
                begun.add(begin(due));
            }
        }
        return CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> begin(DeliveryStore.Due due) {
        Receiving webhook = receiving.computeIfAbsent(due.stream().webhook(), first -> new Receiving());
        List<AtomicInteger> counts =
                due.quick() ? List.of(webhook.running, running) : List.of(webhook.running, running, runningSlow);
        counts.forEach(AtomicInteger::incrementAndGet);
        try {
            return CompletableFuture.runAsync(
                    () -> {
                        try {
                            deliver(due.stream());
                        } finally {
                            counts.forEach(AtomicInteger::decrementAndGet);
                        }
                    },
                    threads);
        } catch (RuntimeException | Error noThread) {
            counts.forEach(AtomicInteger::decrementAndGet);
            throw noThread;
        }
    }

    private List<DeliveryStore.Known> known() {
        List<DeliveryStore.Known> known = new ArrayList<>();
        receiving.forEach(
                (id, webhook) -> known.add(new DeliveryStore.Known(id, webhook.running.get(), webhook.quick)));
        return known;
    }

    private void lookAround() {
        store.addStreams();
        DeliveryStore.Standing now = store.standing();
        now.withoutKey().stream()
                .filter(webhook -> !metrics.standing().withoutKey().contains(webhook))
                .forEach(webhook -> LOG.warnf(
                        "Webhook %s is sent nothing: its client has no key that works. It goes on when he has one.",
                        webhook));
        metrics.standing(now);
    }

    /** Sends what a stream has. A fault leaves the lease to run out, and the next deliverer goes on from the position. */
    private void deliver(DeliveryStore.Stream stream) {
        try {
            DeliveryStore.Lease lease = store.claim(aheadMillis, stream);
            if (lease == null) {
                return;
            }
            Target target = new Target(lease);
            if (replay(target) && lease.mayGoOn()) {
                follow(target);
            }
            store.release(aheadMillis, lease);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException fault) {
            if (!stopping) {
                LOG.warnf(fault, "Webhook %s was not delivered to; it is tried again.", stream.webhook());
            }
        }
    }

    /** A lease with what is needed to send. */
    private final class Target {
        final DeliveryStore.Lease lease;
        final URI url;
        final List<byte[]> secrets;
        final long begunNanos = System.nanoTime();

        Target(DeliveryStore.Lease lease) {
            this.lease = lease;
            this.url = URI.create(lease.url());
            this.secrets = lease.secrets().stream()
                    .map(secret -> box.open(secret, Webhook.owner(lease.stream().webhook())))
                    .toList();
        }

        boolean wants(BookEvent event) {
            return lease.types().isEmpty() || lease.types().stream().anyMatch(type -> CloudEvent.isOf(event, type));
        }

        Instant now() {
            return lease.now().plusNanos(System.nanoTime() - begunNanos);
        }

        boolean hasTime() {
            return !stopping && System.nanoTime() - begunNanos < SLICE.toNanos();
        }

        Sender.Outcome send(BookEvent event) throws InterruptedException {
            String id = new MessageId(lease.book(), event.number()).toString();
            byte[] body = Json.bytes(CloudEvent.of(lease.book(), event));
            long timestamp = Instant.now().getEpochSecond();
            long sentNanos = System.nanoTime();
            Sender.Outcome outcome = sender.post(
                    url,
                    Map.of(
                            "Content-Type",
                            CloudEvent.MEDIA_TYPE,
                            "User-Agent",
                            "moral-bank",
                            "webhook-id",
                            id,
                            "webhook-timestamp",
                            Long.toString(timestamp),
                            "webhook-signature",
                            Signature.header(secrets, id, timestamp, body)),
                    body);
            Objects.requireNonNull(receiving.get(lease.stream().webhook())).quick =
                    System.nanoTime() - sentNanos < QUICK.toNanos();
            return outcome;
        }
    }

    // ---- in order ----------------------------------------------------------------------------------------------

    private void follow(Target target) throws InterruptedException {
        long position = target.lease.position();
        int attempts = target.lease.attempts();
        while (target.hasTime()) {
            List<BookEvent> read = events.after(target.lease.stream().book(), position, READ)
                    .await()
                    .atMost(Duration.ofSeconds(10))
                    .events();
            if (read.isEmpty()) {
                return;
            }
            // Looked up after the events were read, so that an import which was committed in between is known.
            DeliveryStore.Imported imported =
                    store.imported(target.lease.stream().book());
            for (BookEvent event : read) {
                if (target.wants(event) && !imported.covers(event.number())) {
                    if (!target.hasTime() || !sendNext(target, event, attempts)) {
                        return;
                    }
                    attempts = 0;
                }
            }
            position = read.getLast().number();
            boolean isOfAnImport = imported.covers(position);
            if (isOfAnImport) {
                position = imported.last();
            }
            if ((isOfAnImport || !target.wants(read.getLast())) && !store.passed(aheadMillis, target.lease, position)) {
                return;
            }
        }
    }

    /** Sends the next event of a stream. Whether the stream goes on now. */
    private boolean sendNext(Target target, BookEvent event, int attemptsBefore) throws InterruptedException {
        Sender.Outcome outcome = target.send(event);
        String error = outcome.error();
        if (error == null) {
            metrics.delivered();
            return store.delivered(aheadMillis, target.lease, event.number());
        }
        int attempts = attemptsBefore + 1;
        Instant since = later(event.at(), target.lease.activeSince());
        if (!Backoff.isOver(since, target.now())) {
            metrics.failed();
            store.failed(aheadMillis, target.lease, Backoff.pauseAfter(attempts, random), error);
            return false;
        }
        metrics.parked();
        LOG.warnf(
                "Event %d of book %s was parked for webhook %s: %s after %d attempts.",
                event.number(), target.lease.book(), target.lease.stream().webhook(), error, attempts);
        return store.parked(aheadMillis, target.lease, event.number(), error, attempts, PARKED_IN_ROW);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    // ---- replays -----------------------------------------------------------------------------------------------

    /** Sends again what was asked for, up to the first that fails. Whether the lease still holds. */
    private boolean replay(Target target) throws InterruptedException {
        for (DeliveryStore.Replay replay : store.replays(aheadMillis, target.lease.stream(), REPLAYS)) {
            BookEvent event = event(target.lease.stream().book(), replay.event());
            if (event == null || !target.hasTime()) {
                return true;
            }
            Sender.Outcome outcome = target.send(event);
            int attempts = replay.attempts() + (outcome.isDelivered() ? 0 : 1);
            if (outcome.isDelivered()) {
                metrics.delivered();
                if (!store.replayed(
                        aheadMillis, target.lease, replay, ParkedView.State.DELIVERED, attempts, Duration.ZERO, null)) {
                    return false;
                }
            } else {
                boolean over = Backoff.isOver(replay.since(), target.now());
                if (over) {
                    metrics.parked();
                } else {
                    metrics.failed();
                }
                return store.replayed(
                        aheadMillis,
                        target.lease,
                        replay,
                        over ? ParkedView.State.PARKED : ParkedView.State.REPLAYING,
                        attempts,
                        Backoff.pauseAfter(attempts, random),
                        outcome.error());
            }
        }
        return true;
    }

    private @Nullable BookEvent event(int book, long number) {
        List<BookEvent> one = events.after(book, number - 1, 1)
                .await()
                .atMost(Duration.ofSeconds(10))
                .events();
        return one.isEmpty() ? null : one.getFirst();
    }

    /** Waits a little for what is under way; a stream whose answer is not in by then is sent again by the next deliverer. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(3, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
