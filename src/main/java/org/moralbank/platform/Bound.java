package org.moralbank.platform;

import java.time.Duration;

/** Bounds of settings: one that the service cannot work with keeps it from starting. */
public final class Bound {
    private Bound() {}

    /** Refuses a setting below the least. */
    public static void atLeast(long least, String setting, long value) {
        if (value < least) {
            throw new IllegalArgumentException(setting + " is " + value + "; the least is " + least);
        }
    }

    /** Refuses a setting above the most. */
    public static void atMost(long most, String setting, long value) {
        if (value > most) {
            throw new IllegalArgumentException(setting + " is " + value + "; the most is " + most);
        }
    }

    /** Refuses a setting that is shorter than a millisecond, which timers and statements take for none. */
    public static void lasting(String setting, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(setting + " is " + value + "; the least is a millisecond");
        }
    }
}
