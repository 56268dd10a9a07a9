package org.moralbank.events;

import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Ids;

/**
 * What {@code webhook-id} is: the book and the number of the event, so that it is the same whenever, by whomever and how
 * often it is sent.
 */
record MessageId(String book, long number) {
    @Override
    public String toString() {
        return book + "-" + number;
    }

    /** Null when it is none. */
    static @Nullable MessageId parse(String text) {
        int dash = text.lastIndexOf('-');
        long number = Ids.number(text.substring(dash + 1));
        return dash > 0 && number > 0 ? new MessageId(text.substring(0, dash), number) : null;
    }
}
