package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Reads terminals' days: closed ones, and an open one as it stands. */
@ApplicationScoped
class DayEndStore {
    /** A page ends behind the report that comes to so many bytes: each tells all that differs, however much that is. */
    private static final long REPORT_BYTES = 4 << 20;

    /** The reports that are left to the next page are not read: how long they are is known without. */
    private static final String LIST =
            "SELECT " + DayEndTable.COLUMNS.replace("d.report", "CASE WHEN d.before < $13 THEN d.report END") + """

            FROM (
                SELECT d.*, sum(octet_length(d.report)) OVER (ORDER BY d.day, d.merchant, d.terminal)
                            - octet_length(d.report) AS before
                FROM (
                    SELECT *
                    FROM redemption_day_end d
                    WHERE d.book_id = $1
                    AND ($2::text IS NULL OR d.merchant = $2)
                    AND ($3::text IS NULL OR d.terminal = $3)
                    AND ($4::text IS NULL OR d.merchant = $4)
                    AND ($5::text IS NULL OR d.terminal = $5)
                    AND ($6::date IS NULL OR d.day >= $6)
                    AND ($7::date IS NULL OR d.day <= $7)
                    AND ($8::boolean IS NULL OR d.agrees = $8)
                    AND ($9::date IS NULL OR (d.day, d.merchant, d.terminal) > ($9, $10, $11))
                    ORDER BY d.day, d.merchant, d.terminal
                    LIMIT $12) d) d
            ORDER BY d.day, d.merchant, d.terminal
            """;

    /** Nothing happens after the day on which it is recorded, and ids begin with the time of that: older ones are not read. */
    private static final String NUMBERS = """
            SELECT r.terminal_transaction
            FROM redemption r
            WHERE r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.occurred_on BETWEEN $4 AND $5
            AND r.redemption_id >= $6
            UNION ALL
            SELECT t.terminal_transaction
            FROM redemption_tombstone t
            JOIN ledger_book b ON b.book_id = t.book_id
            WHERE t.book_id = $1 AND t.merchant = $2 AND t.terminal = $3
            AND (t.reversed_at AT TIME ZONE b.calendar)::date BETWEEN $4 AND $5
            """;

    private final Pool pool;

    DayEndStore(Pool pool) {
        this.pool = pool;
    }

    /** What a list is narrowed to; null narrows nothing. The days are included. */
    record Filter(
            @Nullable String merchant,
            @Nullable String terminal,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable Boolean agrees) {}

    Uni<Optional<DayEnd>> find(DayBook.Key key) {
        return pool.preparedQuery(DayEndTable.FIND)
                .execute(Tuple.newInstance(DayEndTable.arguments(key)))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(DayEndTable.end(key.book(), row.getDelegate()));
                    }
                    return Optional.empty();
                });
    }

    /** A day as it stands now, which is open. */
    Uni<DayBook> open(DayBook.Key key) {
        return pool.preparedQuery(DayEndTable.LOAD)
                .execute(Tuple.newInstance(DayEndTable.arguments(key)))
                .map(rows -> {
                    List<io.vertx.sqlclient.Row> bare = new ArrayList<>(rows.size());
                    rows.forEach(row -> bare.add(row.getDelegate()));
                    return DayEndTable.book(key, bare, null);
                });
    }

    /** In the order of days, merchants and terminals. */
    Uni<Page<DayEndView>> list(BookHandle book, Sight sight, Filter filter, Page.Request page) {
        String[] last = page.after() == null ? new String[3] : page.after().split(" ", -1);
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(sight.merchant())
                .addString(sight.terminal())
                .addString(filter.merchant())
                .addString(filter.terminal())
                .addLocalDate(filter.from())
                .addLocalDate(filter.to())
                .addBoolean(filter.agrees())
                .addLocalDate(last.length == 3 ? day(last[0]) : cursorFault())
                .addString(last[1])
                .addString(last[2])
                .addInteger(page.rows())
                .addLong(REPORT_BYTES);
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Row> all = new ArrayList<>(rows.size());
            rows.forEach(all::add);
            int told =
                    (int) all.stream().filter(row -> row.getString(5) != null).count();
            Page<Row> part = Page.of(
                    new Page.Request(Math.min(told, page.limit()), page.after()),
                    all,
                    row -> row.getLocalDate(2) + " " + row.getString(0) + " " + row.getString(1));
            return new Page<>(
                    part.items().stream()
                            .map(row -> DayEndView.of(DayEndTable.end(book.id(), row.getDelegate())))
                            .toList(),
                    part.next());
        });
    }

    private static @Nullable LocalDate day(@Nullable String text) {
        try {
            return text == null ? null : LocalDate.parse(text);
        } catch (DateTimeException malformed) {
            return cursorFault();
        }
    }

    private static LocalDate cursorFault() {
        throw ProtocolRejection.Invalid.field("after", "cursor").refused();
    }

    /** The terminal's own numbers of some days, those of reversed transactions too. */
    Uni<List<String>> numbers(BookHandle book, String merchant, String terminal, LocalDate from, LocalDate to) {
        UUID first = RedemptionStore.first(book, from);
        return pool.preparedQuery(NUMBERS)
                .execute(Tuple.from(List.of((short) book.id(), merchant, terminal, from, to, first)))
                .map(DayEndStore::texts);
    }

    private static List<String> texts(RowSet<Row> rows) {
        List<String> texts = new ArrayList<>(rows.size());
        rows.forEach(row -> texts.add(row.getString(0)));
        return texts;
    }
}
