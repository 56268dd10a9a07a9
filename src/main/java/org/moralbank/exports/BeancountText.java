package org.moralbank.exports;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.JournalText;
import org.moralbank.ledger.Times;
import org.moralbank.ledger.Unit;

/**
 * The text of a beancount file. Amounts have the book's sign: a credit is positive.
 *
 * <p><b>Names of accounts.</b> beancount wants one of five roots, and components of letters, digits and hyphens that begin
 * with a capital or a digit. The root is that of the code: 1 Assets, 2 Liabilities, 3 Equity. The components are those of the
 * account's id, in which
 *
 * <ul>
 *   <li>{@code .} is written {@code --2E} and {@code _} is written {@code --5F};
 *   <li>a hyphen that no letter or digit follows is written {@code --2D};
 *   <li>{@code X--00} stands before a component that would begin with anything but a capital or a digit;
 *   <li>the colon before a lot is written {@code --3A}: the lot stands beside what is its holder's own, not below it, because
 *       beancount takes what is below an account into the account's balance.
 * </ul>
 *
 * A hyphen that is one is never followed by another, so that {@code --} always begins a code and the id can be had back:
 * {@code 2100:helper_7:MIN} is {@code Liabilities:2100:X--00helper--5F7:MIN}, and its lot {@code
 * 2100:helper_7:MIN:PUBLIC.20251231.R} is {@code Liabilities:2100:X--00helper--5F7:MIN--3APUBLIC--2E20251231--2ER}.
 */
final class BeancountText {
    private static final String FIRST = "X--00";

    private BeancountText() {}

    /** The account of an id. */
    static String account(String path) {
        StringBuilder out = new StringBuilder(path.length() + 16);
        out.append(
                switch (path.charAt(0)) {
                    case '1' -> "Assets";
                    case '2' -> "Liabilities";
                    case '3' -> "Equity";
                    default -> throw new IllegalArgumentException("no such code in the chart: " + path);
                });
        int lot = lot(path);
        for (String component : path.substring(0, lot).split(":", -1)) {
            out.append(':');
            component(component, out);
        }
        encode(path.substring(lot), out);
        return out.toString();
    }

    /** Where the colon before the lot is; the end when there is none, and the unit is last, which no lot is called. */
    private static int lot(String path) {
        int last = path.lastIndexOf(':');
        String end = path.substring(last + 1);
        return end.equals(Unit.MIN.name()) || end.equals(Unit.PTS.name()) ? path.length() : last;
    }

    private static void component(String text, StringBuilder out) {
        if (!isCapital(text.charAt(0)) && !isDigit(text.charAt(0))) {
            out.append(FIRST);
        }
        encode(text, out);
    }

    private static void encode(String text, StringBuilder out) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
            if (isLetterOrDigit(c) || c == '-' && isLetterOrDigit(next)) {
                out.append(c);
            } else {
                out.append("--").append(hex(c >> 4)).append(hex(c & 15));
            }
        }
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }

    /** The id of an account. */
    static String path(String account) {
        StringBuilder out = new StringBuilder(account.length());
        String[] components = account.split(":", -1);
        for (int n = 1; n < components.length; n++) {
            String text = components[n].startsWith(FIRST) ? components[n].substring(FIRST.length()) : components[n];
            out.append(n == 1 ? "" : ":");
            for (int i = 0; i < text.length(); i++) {
                if (text.startsWith("--", i)) {
                    out.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
                    i += 3;
                } else {
                    out.append(text.charAt(i));
                }
            }
        }
        return out.toString();
    }

    private static boolean isLetterOrDigit(char c) {
        return isCapital(c) || isDigit(c) || c >= 'a' && c <= 'z';
    }

    private static boolean isCapital(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** What the file is of. */
    static void preamble(BookHandle book, long lastSeq, boolean asserts, StringBuilder out) {
        out.append("; Book ")
                .append(book.code())
                .append(", entries up to ")
                .append(lastSeq)
                .append(". Days are those of ")
                .append(book.calendar())
                .append("; the date is the day of posting. A credit is positive.\n");
        if (!asserts) {
            out.append("; A part of the book: there are no balance assertions.\n");
        }
        out.append("option \"title\" \"").append(book.code()).append("\"\n\n");
    }

    static void open(LocalDate day, String path, Unit unit, StringBuilder out) {
        out.append(day)
                .append(" open ")
                .append(account(path))
                .append(' ')
                .append(unit)
                .append('\n');
    }

    /** Asserts what an account has at the beginning of a day, to the last minute and hundredth. */
    static void balance(LocalDate day, String path, Unit unit, long balance, StringBuilder out) {
        // Without a tolerance of its own beancount would let a hundredth of a point pass.
        out.append(day)
                .append(" balance ")
                .append(account(path))
                .append("  ")
                .append(JournalText.decimal(unit, balance))
                .append(" ~ 0 ")
                .append(unit)
                .append('\n');
    }

    /** The head of a transaction that is no entry. */
    static void heading(LocalDate day, String said, StringBuilder out) {
        out.append('\n').append(day).append(" * \"").append(said).append("\"\n");
    }

    static void posting(String path, Unit unit, long amount, StringBuilder out) {
        out.append("  ")
                .append(account(path))
                .append("  ")
                .append(JournalText.decimal(unit, amount))
                .append(' ')
                .append(unit)
                .append('\n');
    }

    /** An entry. */
    static void transaction(LocalDate day, EntryView entry, StringBuilder out) {
        heading(day, entry.type().name(), out);
        metadata("seq", entry.seq(), out);
        metadata("occurred-on", entry.occurredOn(), out);
        metadata("posted-at", Times.micros(entry.postedAt()), out);
        metadata("group", entry.group(), out);
        metadata("reverses", entry.reverses(), out);
        metadata("reference", entry.reference(), out);
        for (EntryView.PostingView posting : entry.postings()) {
            posting(posting.account(), entry.unit(), posting.amount(), out);
        }
    }

    private static void metadata(String key, @Nullable Object value, StringBuilder out) {
        if (value != null) {
            out.append("  ")
                    .append(key)
                    .append(": \"")
                    .append(value.toString().replace("\\", "\\\\").replace("\"", "\\\""))
                    .append("\"\n");
        }
    }
}
