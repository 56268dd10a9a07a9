package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads or processes do. */
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** So that what is waited for has the cores. */
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Eventually() {}

    /** What is looked at again and again. */
    @FunctionalInterface
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    /** Waits until the condition holds; half a minute at most. */
    public static <E extends Exception> void holds(Condition<E> condition) throws E {
        holds(PATIENCE, condition);
    }

    /** The same, where it must hold within a time. */
    public static <E extends Exception> void holds(Duration within, Condition<E> condition) throws E {
        long until = System.nanoTime() + within.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("it holds within %s", within).isLessThan(until);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
