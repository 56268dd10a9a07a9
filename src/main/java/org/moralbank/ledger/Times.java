package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Times as they are sealed: RFC 3339 in UTC, always with six decimals, so that a moment has one form. Written and read digit
 * by digit: a formatter took a third of the time of an export.
 */
public final class Times {
    private static final String FORM = "0000-00-00T00:00:00.000000Z";

    private Times() {}

    public static String micros(Instant moment) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(moment.getEpochSecond(), moment.getNano(), ZoneOffset.UTC);
        if (time.getYear() < 0 || time.getYear() > 9999) {
            throw new IllegalArgumentException("a year of other than four digits: " + moment);
        }
        char[] out = FORM.toCharArray();
        digits(time.getYear(), out, 0, 4);
        digits(time.getMonthValue(), out, 5, 2);
        digits(time.getDayOfMonth(), out, 8, 2);
        digits(time.getHour(), out, 11, 2);
        digits(time.getMinute(), out, 14, 2);
        digits(time.getSecond(), out, 17, 2);
        digits(time.getNano() / 1000, out, 20, 6);
        return new String(out);
    }

    private static void digits(int number, char[] out, int from, int length) {
        int rest = number;
        for (int i = from + length - 1; i >= from; i--) {
            out[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
    }

    /** The moment that {@link #micros} wrote. */
    static Instant parse(String text) {
        if (text.length() != FORM.length()) {
            throw new IllegalArgumentException("not a sealed time: " + text);
        }
        for (int i = 0; i < FORM.length(); i++) {
            char form = FORM.charAt(i);
            char c = text.charAt(i);
            if (form == '0' ? c < '0' || c > '9' : c != form) {
                throw new IllegalArgumentException("not a sealed time: " + text);
            }
        }
        return LocalDateTime.of(
                        number(text, 0, 4),
                        number(text, 5, 2),
                        number(text, 8, 2),
                        number(text, 11, 2),
                        number(text, 14, 2),
                        number(text, 17, 2),
                        number(text, 20, 6) * 1000)
                .toInstant(ZoneOffset.UTC);
    }

    private static int number(String text, int from, int length) {
        int number = 0;
        for (int i = from; i < from + length; i++) {
            number = number * 10 + text.charAt(i) - '0';
        }
        return number;
    }
}
