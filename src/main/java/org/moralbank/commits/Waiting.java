package org.moralbank.commits;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The works that wait in a lane. Offered they are from any thread, taken on the lane's context alone.
 *
 * <p>It is bounded: beyond a number, or a wait that the lane's recent pace makes too long, a work is not let in.
 */
final class Waiting {
    /** Whether a work was let in. */
    enum Entry {
        LET_IN,
        FULL,
        CLOSED
    }

    private final CommitsConfig config;
    private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicInteger weight = new AtomicInteger();
    private volatile boolean closed;
    private volatile double nanosPerCommit = 10_000_000;

    Waiting(CommitsConfig config) {
        this.config = config;
    }

    Entry offer(Pending pending) {
        int ahead = count.getAndIncrement();
        int weightAhead = weight.getAndAdd(pending.weight);
        if (closed) {
            left(pending);
            return Entry.CLOSED;
        }
        double commitsAhead = 1 + (double) weightAhead / config.largestCommit();
        // Who finds nobody waiting is always let in: his commit tells the pace anew, however slow the last ones were.
        if (ahead >= config.queueCapacity()
                || ahead > 0
                        && commitsAhead * nanosPerCommit > config.longestWait().toNanos()) {
            left(pending);
            return Entry.FULL;
        }
        queue.add(pending);
        return Entry.LET_IN;
    }

    private void left(Pending pending) {
        count.decrementAndGet();
        weight.addAndGet(-pending.weight);
    }

    /** Those that were taken before, and of the queue as many as have room beside them. */
    List<Pending> take(List<Pending> before) {
        List<Pending> batch = new ArrayList<>(before);
        int taken = before.stream().mapToInt(pending -> pending.weight).sum();
        for (Pending head = queue.peek(); head != null; head = queue.peek()) {
            taken += head.weight;
            if (!batch.isEmpty() && taken > config.largestCommit()) {
                break;
            }
            queue.remove();
            left(head);
            if (!head.isAnswered()) {
                batch.add(head);
            }
        }
        return batch;
    }

    /** Whether those who wait leave no room for others in the next commit. */
    boolean fillsACommit() {
        return weight.get() >= config.largestCommit();
    }

    /** Tells how long a commit took, and with it what those who wait have to expect. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the lane's own thread writes it
    void paced(long nanos) {
        nanosPerCommit += (nanos - nanosPerCommit) / 8;
    }

    /** Lets nobody in from now on. */
    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }

    /** How many wait, those included that are about to be let in or turned away. */
    int size() {
        return count.get();
    }

    /** Whether there is none to take. */
    boolean isEmpty() {
        return queue.isEmpty();
    }

    void forEach(Consumer<Pending> each) {
        queue.forEach(each);
    }
}
