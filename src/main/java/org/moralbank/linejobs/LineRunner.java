package org.moralbank.linejobs;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Caller;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Asker;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Work;
import org.moralbank.platform.DatabaseFailure;
import org.moralbank.platform.JobThread;
import org.moralbank.platform.Json;

/**
 * Runs the jobs that are ordered, one at a time, on a thread of its own, from the process's start to its end. Of a job some lines
 * are under way at a time, so that they are in order, and others find room in the commits.
 */
@Singleton
class LineRunner {
    private static final Logger LOG = Logger.getLogger(LineRunner.class);

    /** So often is a job tried that comes no line further; what has killed a process five times will do it again. */
    static final int ATTEMPTS = 5;

    /** After so many parts the next job has its turn. */
    private static final int PARTS_OF_A_TURN = 20;

    /** What an answer of 429 or 503 asks for. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration LOOK_AROUND = Duration.ofSeconds(15);

    /** Longer than the commit lets anybody wait. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final LineRunStore store;
    private final Commits commits;
    private final Map<String, LineKind> kinds;
    private final LineJobsConfig config;
    private final LineJobMetrics metrics;
    private final JobThread thread;
    private long lookedAroundNanos = System.nanoTime() - LOOK_AROUND.toNanos();

    LineRunner(
            LineRunStore store,
            Commits commits,
            @All List<LineKind> kinds,
            LineJobsConfig config,
            MeterRegistry registry) {
        this.store = store;
        this.commits = commits;
        this.kinds = kinds.stream().collect(Collectors.toMap(LineKind::collection, Function.identity()));
        this.config = config;
        this.metrics = new LineJobMetrics(registry);
        this.thread = new JobThread(LOG, "Jobs of lines are not run for now; trying on.", config.poll(), this::next);
    }

    void onStart(@Observes StartupEvent start) {
        if (config.run()) {
            thread.start("line-runner");
        }
    }

    private boolean next() {
        lookAround();
        return runNext();
    }

    private void lookAround() {
        if (System.nanoTime() - lookedAroundNanos >= LOOK_AROUND.toNanos()) {
            lookedAroundNanos = System.nanoTime();
            metrics.open(store.open());
        }
    }

    /** Looks for work now. */
    void wake() {
        thread.wake();
    }

    /** Runs the job that waits longest, for a turn; whether there was one. */
    boolean runNext() {
        LineRunStore.Lease lease = store.claim();
        if (lease == null) {
            return false;
        }
        if (lease.attempts() > ATTEMPTS) {
            stop(lease, LineJob.StopReason.FAULT);
            return true;
        }
        try {
            for (int parts = 0; parts < PARTS_OF_A_TURN && !thread.isStopping(); parts++) {
                LineRunStore.Part part = store.next(lease);
                if (part == null || !runOn(lease, part)) {
                    return true;
                }
            }
            store.giveBack(lease, false, Duration.ZERO);
        } catch (RuntimeException fault) {
            if (DatabaseFailure.passes(fault)) {
                store.giveBack(lease, false, RETRY_AFTER);
            } else if (!thread.isStopping()) {
                again(lease, fault);
            }
        }
        return true;
    }

    /** Does some lines; whether to go on with the next. */
    boolean runOn(LineRunStore.Lease lease, LineRunStore.Part part) {
        LinePart work = work(lease, part);
        Answer answer = submit(lease, asker(lease.job()), work);
        LinePart.Outcome outcome = work.outcome();
        switch (answer.status()) {
            case 200 -> {
                LineJob job = outcome == null ? lease.job() : outcome.job();
                metrics.did(outcome == null ? Set.of() : outcome.results());
                if (!job.isOpen()) {
                    ended(job);
                }
                return job.isOpen();
            }
            case 401 -> stop(lease, LineJob.StopReason.KEY_REVOKED);
            case 429, 503 -> store.giveBack(lease, false, thread.isStopping() ? Duration.ZERO : RETRY_AFTER);
            default -> again(lease, null);
        }
        return false;
    }

    /** Who ordered it: with a key that may have been revoked since. His roles and books never change. */
    private static Caller asker(LineJob job) {
        return new Caller(client(job), job.keyId());
    }

    private static Client client(LineJob job) {
        return new Client(job.clientId(), job.client(), Set.of(), Set.of(), null, null);
    }

    private LinePart work(LineRunStore.Lease lease, LineRunStore.Part part) {
        LineJob job = lease.job();
        LineKind kind = kinds.get(job.collection());
        if (kind == null) {
            throw new IllegalStateException("no lines are " + job.collection());
        }
        Ask ask = ask(lease, asker(job));
        List<Bulk.Item> items = new ArrayList<>();
        for (JsonNode line : read(part.json())) {
            items.add(kind.line(part.first() + items.size(), line, ask, lease.book(), client(job)));
        }
        return new LinePart(
                job.key(), part.first(), items.size(), new Bulk(ask, job.collection(), part.first(), items));
    }

    private static JsonNode read(byte[] json) {
        try {
            return Json.mapper().readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException("written by ourselves", e);
        }
    }

    private static Ask ask(LineRunStore.Lease lease, Asker asker) {
        LineJob job = lease.job();
        return new Ask(
                asker,
                job.book(),
                null,
                new byte[0],
                job.language(),
                job.path(lease.book().path()),
                null);
    }

    private Answer submit(LineRunStore.Lease lease, Asker asker, Work work) {
        return commits.submit(ask(lease, asker), lease.job().book(), work)
                .await()
                .atMost(PATIENCE);
    }

    private void stop(LineRunStore.Lease lease, LineJob.StopReason reason) {
        Answer answer = submit(
                lease,
                new Importer(lease.job().clientId()),
                new LineStop(lease.job().key(), reason));
        if (answer.isProblem()) {
            store.giveBack(lease, reason == LineJob.StopReason.FAULT, RETRY_AFTER);
            return;
        }
        LOG.warnf("Job of lines %s was stopped: %s.", lease.job().id(), reason);
        metrics.ended(LineJob.Status.STOPPED);
    }

    private void ended(LineJob job) {
        if (job.status() == LineJob.Status.DONE) {
            LOG.infof(
                    "Job of lines %s is done: %d created, %d replayed, %d refused.",
                    job.id(), job.created(), job.replayed(), job.refused());
            metrics.ended(job.status());
        }
    }

    private void again(LineRunStore.Lease lease, @Nullable RuntimeException fault) {
        LOG.warnf(
                fault,
                "Job of lines %s came no further at attempt %d.",
                lease.job().id(),
                lease.attempts());
        metrics.retried();
        store.giveBack(lease, true, PAUSE.multipliedBy(lease.attempts()));
    }

    /** Before the pool closes: the lines under way are answered, and the job is given back. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        thread.stop();
    }
}
