package org.moralbank.ledger;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Entries as a journal of plain text accounting that both hledger ({@code hledger check accounts commodities ordereddates
 * assertions}) and ledger ({@code ledger --pedantic}) accept: the posting day is the date, seq the code, and each posting
 * asserts its account's balance, of that account alone.
 */
public final class JournalText {
    private JournalText() {}

    /** What the journal is of, and its units. */
    public static void preamble(BookHandle book, long lastSeq, boolean asserts, StringBuilder out) {
        out.append("; Book ")
                .append(book.code())
                .append(", entries up to ")
                .append(lastSeq)
                .append(". Days are those of ")
                .append(book.calendar())
                .append("; the date is the day of posting.\n");
        if (!asserts) {
            out.append("; A part of the book: its postings carry no balance assertions.\n");
        }
        out.append("\ncommodity MIN\n    format MIN 1000.\ncommodity PTS\n    format PTS 1000.00\n\n");
    }

    /** Declares an account. */
    public static void account(String path, StringBuilder out) {
        out.append("account ").append(path).append('\n');
    }

    /** The head of a transaction that is no entry. */
    public static void heading(LocalDate day, String said, StringBuilder out) {
        out.append('\n').append(day).append(' ').append(said).append('\n');
    }

    /** An entry. */
    public static void transaction(BookHandle book, EntryView entry, boolean asserts, StringBuilder out) {
        out.append('\n')
                .append(book.dayOf(entry.postedAt()))
                .append(" (")
                .append(entry.seq())
                .append(") ");
        out.append(entry.type()).append("  ; occurred-on:").append(entry.occurredOn());
        out.append(", posted-at:").append(Times.micros(entry.postedAt()));
        tag("group", entry.group(), out);
        tag("reverses", entry.reverses(), out);
        tag("reference", entry.reference(), out);
        out.append('\n');
        for (EntryView.PostingView posting : entry.postings()) {
            posting(
                    posting.account(),
                    entry.unit(),
                    posting.amount(),
                    asserts ? (Long) posting.balanceAfter() : null,
                    out);
        }
    }

    /** A posting, with the balance that it asserts, if it does. */
    public static void posting(String account, Unit unit, long amount, @Nullable Long balance, StringBuilder out) {
        out.append("    ").append(account).append("  ");
        amount(unit, amount, out);
        if (balance != null) {
            out.append(" = ");
            amount(unit, balance, out);
        }
        out.append('\n');
    }

    private static void amount(Unit unit, long minor, StringBuilder out) {
        out.append(unit).append(' ').append(decimal(unit, minor));
    }

    /** An amount in whole units: {@code 20.05} points, {@code 60} minutes. */
    public static String decimal(Unit unit, long minor) {
        return switch (unit) {
            case MIN -> Long.toString(minor);
            case PTS -> BigDecimal.valueOf(minor, 2).toPlainString();
        };
    }

    /** A tag; what could end its value or begin another is written as in a URI, by its hexadecimal code. */
    private static void tag(String name, @Nullable Object value, StringBuilder out) {
        if (value == null) {
            return;
        }
        out.append(", ").append(name).append(':');
        value.toString().chars().forEach(c -> {
            if (c == ',' || c == '%' || c == '[' || c == ']') {
                out.append('%').append(Integer.toHexString(c).toUpperCase(Locale.ROOT));
            } else {
                out.append((char) c);
            }
        });
    }
}
