package org.moralbank.audit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a check looks at: all books, or of one book the entries and accounts of a range.
 *
 * @param book null for all books, in whole
 * @param after entries behind this number are looked at …
 * @param through … up to this one
 * @param accountsAfter accounts behind this number …
 * @param accountsThrough … up to this one
 */
public record Scope(@Nullable Integer book, long after, long through, int accountsAfter, int accountsThrough) {
    /** Every book, from its first entry to its last. */
    public static final Scope EVERYTHING = new Scope(null, 0, Long.MAX_VALUE, 0, Integer.MAX_VALUE);

    private static final Pattern PLACE = Pattern.compile(":(book|entries|accounts|path)\\((\\w+)\\)");

    /** All accounts of a book, and its entries behind {@code after} up to {@code through}. */
    public static Scope of(int book, long after, long through) {
        return new Scope(book, after, through, 0, Integer.MAX_VALUE);
    }

    /** The same accounts, and these entries. */
    public Scope entries(long first, long last) {
        return new Scope(book, first, last, accountsAfter, accountsThrough);
    }

    /** The same entries, and these accounts. */
    public Scope accounts(int first, int last) {
        return new Scope(book, after, through, first, last);
    }

    /**
     * A query with its places filled: {@code :book(x)}, {@code :entries(x)} and {@code :accounts(x)} are conditions on the
     * rows {@code x}, {@code :path(a)} is the id of an account, {@code :after} and {@code :through} are numbers. Numbers
     * alone are put in, and the planner sees them.
     */
    String in(String sql) {
        Matcher places = PLACE.matcher(sql);
        return places.replaceAll(place -> Matcher.quoteReplacement(filled(place.group(1), place.group(2))))
                .replace(":after", Long.toString(after))
                .replace(":through", Long.toString(through));
    }

    private String filled(String what, String rows) {
        if (what.equals("path")) {
            return "concat_ws(':', %1$s.code, nullif(%1$s.owner, ''), %1$s.unit, nullif(%1$s.lot, ''))".formatted(rows);
        }
        if (book == null) {
            return "true";
        }
        String ofBook = rows + ".book_id = " + book;
        return switch (what) {
            case "entries" -> "%s AND %s.seq > %d AND %s.seq <= %d".formatted(ofBook, rows, after, rows, through);
            case "accounts" ->
                "%s AND %s.account_id > %d AND %s.account_id <= %d"
                        .formatted(ofBook, rows, accountsAfter, rows, accountsThrough);
            default -> ofBook;
        };
    }
}
