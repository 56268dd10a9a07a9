package org.moralbank.exports;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.JobThread;
import org.moralbank.platform.Settings;
import org.moralbank.reports.TrialBalances;

/** Makes the exports that are asked for, one at a time, on a thread of its own, from the process's start to its end. */
@Singleton
class Exporter {
    private static final Logger LOG = Logger.getLogger(Exporter.class);

    /** So often is a job tried that makes no file; what has killed a process five times will do it again. */
    private static final int ATTEMPTS = 5;

    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration LOOK_AROUND = Duration.ofMinutes(1);

    private final ExportJobStore jobs;
    private final SelectionStore store;
    private final LedgerReads reads;
    private final TrialBalances balances;
    private final LogFiles logFiles;
    private final ExportsConfig config;
    private final ExportMetrics metrics;
    private final JobThread thread;
    private long lookedAroundNanos = System.nanoTime() - LOOK_AROUND.toNanos();

    Exporter(
            ExportJobStore jobs,
            SelectionStore store,
            LedgerReads reads,
            TrialBalances balances,
            LogFiles logFiles,
            ExportsConfig config,
            MeterRegistry registry) {
        this.jobs = jobs;
        this.store = store;
        this.reads = reads;
        this.balances = balances;
        this.logFiles = logFiles;
        this.config = config;
        this.metrics = new ExportMetrics(registry);
        this.thread = new JobThread(LOG, "Exports are not made for now; trying on.", config.poll(), this::next);
    }

    void onStart(@Observes StartupEvent start) {
        Settings.refuse(config.fault());
        if (config.make()) {
            thread.start("exporter");
        }
    }

    private boolean next() {
        lookAround();
        return makeNext();
    }

    private void lookAround() {
        if (System.nanoTime() - lookedAroundNanos >= LOOK_AROUND.toNanos()) {
            lookedAroundNanos = System.nanoTime();
            jobs.deleteExpired();
            metrics.open(jobs.open());
        }
    }

    /** Looks for work now. */
    void wake() {
        thread.wake();
    }

    /** Makes the export that waits longest; whether there was one. */
    boolean makeNext() {
        ExportJobStore.Lease lease = jobs.claim();
        if (lease == null) {
            return false;
        }
        try {
            if (lease.attempts() > ATTEMPTS) {
                fail(lease, "interrupted");
                return true;
            }
            new Making(jobs, store, reads, balances, logFiles, lease, thread::isStopping, metrics).run();
            jobs.done(lease, config.keep());
            metrics.done();
        } catch (ExportJobStore.Lost lost) {
            LOG.infof(
                    "Export %s was deleted or taken over while it was made.",
                    lease.export().id());
        } catch (Making.Stopped stopped) {
            jobs.giveBack(lease, null, Duration.ZERO);
        } catch (ExportJobStore.NoRoom full) {
            LOG.warnf("Export %s was given up: %s.", lease.export().id(), full.getMessage());
            fail(lease, Export.TOO_LARGE);
        } catch (RuntimeException fault) {
            again(lease, fault);
        }
        return true;
    }

    private void again(ExportJobStore.Lease lease, RuntimeException fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        if (cause instanceof ExportJobStore.Lost || thread.isStopping()) {
            return;
        }
        LOG.warnf(fault, "Export %s was not made at attempt %d.", lease.export().id(), lease.attempts());
        String error = cause.getClass().getSimpleName();
        if (lease.attempts() >= ATTEMPTS) {
            fail(lease, error);
        } else {
            metrics.retried();
            jobs.giveBack(lease, error, PAUSE.multipliedBy(lease.attempts()));
        }
    }

    private void fail(ExportJobStore.Lease lease, String error) {
        jobs.fail(lease, error, config.keep());
        metrics.failed();
    }

    /** Before the pool closes. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        thread.stop();
    }
}
