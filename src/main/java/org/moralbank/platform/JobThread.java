package org.moralbank.platform;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A thread of its own that does one job after the other, from the process's start to its end.
 */
public final class JobThread {
    private static final Duration LONGEST_STOP = Duration.ofSeconds(5);

    private final Logger log;
    private final String trouble;
    private final Duration poll;
    private final BooleanSupplier next;
    private volatile boolean stopping;
    private volatile @Nullable Thread thread;

    /**
     * @param trouble what is logged when jobs begin to fail as such
     * @param poll how long it waits when there is nothing to do
     * @param next does a job; whether there was one
     */
    public JobThread(Logger log, String trouble, Duration poll, BooleanSupplier next) {
        this.log = log;
        this.trouble = trouble;
        this.poll = poll;
        this.next = next;
    }

    public void start(String name) {
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private void run() {
        boolean well = true;
        while (!stopping) {
            boolean worked = false;
            try {
                worked = next.getAsBoolean();
                well = true;
            } catch (RuntimeException | Error fault) {
                // Also what is no exception: a job that makes it is given up after some attempts, and the others go on.
                if (well && !stopping) {
                    log.warn(trouble, fault);
                }
                well = false;
            }
            if (!worked) {
                LockSupport.parkNanos(poll.toNanos());
            }
        }
    }

    /** Has it look for work now. */
    public void wake() {
        Thread waiting = thread;
        if (waiting != null) {
            LockSupport.unpark(waiting);
        }
    }

    public boolean isStopping() {
        return stopping;
    }

    /** Ends it, and waits for what it is doing. */
    public void stop() throws InterruptedException {
        stopping = true;
        Thread running = thread;
        if (running != null) {
            LockSupport.unpark(running);
            running.join(LONGEST_STOP);
        }
    }
}
