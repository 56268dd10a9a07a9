package org.moralbank.events;

import org.jspecify.annotations.Nullable;

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
        String number = text.substring(dash + 1);
        return dash > 0 && number.matches("[1-9][0-9]{0,17}")
                ? new MessageId(text.substring(0, dash), Long.parseLong(number))
                : null;
    }
}
