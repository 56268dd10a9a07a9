package org.moralbank.redemptions;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.ledger.Attribution;
import org.moralbank.platform.Json;
import org.moralbank.redemptions.DayBook.Key;
import org.moralbank.redemptions.DayBook.Line;
import org.moralbank.redemptions.DayBook.Moment;

/** Terminals' days: read off what was recorded, with the rows of {@code redemption_day_end}, which alone are written here. */
final class DayEndTable implements Table<Key, DayBook> {
    static final DayEndTable DAYS = new DayEndTable();

    static final String COLUMNS =
            "d.merchant, d.terminal, d.day, d.closed_at, d.content, d.report, d.client_id, d.client, d.actor, d.reason";

    /** What this terminal had refunded of a redemption before it was reversed, and whether anybody else had. */
    private static final String GIVEN_BACK = """
            LEFT JOIN LATERAL (
                SELECT array_agg(b.occurred_on ORDER BY b.seq) FILTER (WHERE b.terminal = $3) AS given_back_on,
                       array_agg(b.created_at ORDER BY b.seq) FILTER (WHERE b.terminal = $3) AS given_back_at,
                       bool_or(b.terminal IS DISTINCT FROM $3) AS given_back_elsewhere
                FROM redemption_refund b
                WHERE r.status = 'REVERSED' AND b.book_id = r.book_id AND b.redemption_id = r.redemption_id
                AND b.kind = 'REFUND'
                ) g ON true
            """;

    /**
     * All of a day in one statement: what happened on it, what was recorded on it or on the day before (which may have been
     * closed by then), the closings, the numbers, and the last ones before, twice as many as an upload may have. What was captured on a day was authorized seven days before it at most;
     * a day more is for clocks that differ.
     */
    static final String LOAD = """
            WITH book AS (SELECT calendar FROM ledger_book WHERE book_id = $1),
            span AS (
                SELECT ($4::date - 9)::timestamp AT TIME ZONE calendar AS made_from,
                       ($4::date - 1)::timestamp AT TIME ZONE calendar AS recorded_from,
                       ($4::date + 1)::timestamp AT TIME ZONE calendar AS recorded_until,
                       $4::date::timestamp AT TIME ZONE calendar AS day_from,
                       calendar
                FROM book
            )
            SELECT 'BOOK' AS kind, calendar AS text, null::uuid AS redemption_id, null::bigint AS seq, null::bigint AS amount,
                   null::date AS happened_on, null::timestamptz AS recorded_at, null::date AS sold_on,
                   null::timestamptz AS sold_at, null::date AS reversed_on, null::timestamptz AS reversed_at,
                   null::date[] AS given_back_on, null::timestamptz[] AS given_back_at, null::boolean AS given_back_elsewhere
            FROM book
            UNION ALL
            SELECT 'CLOSED', null, null, null, null, day, closed_at, null, null, null, null, null, null, null
            FROM redemption_day_end
            WHERE book_id = $1 AND merchant = $2 AND terminal = $3
            UNION ALL
            SELECT CASE WHEN o.redemption_id IS NOT NULL THEN 'OFFLINE' WHEN r.mode = 'SALE' THEN 'SALE' ELSE 'CAPTURE' END,
                   r.terminal_transaction, r.redemption_id, r.seq, r.captured, e.occurred_on, r.captured_at,
                   e.occurred_on, r.captured_at,
                   CASE WHEN r.status = 'REVERSED'
                        THEN coalesce(f.occurred_on, (r.ended_at AT TIME ZONE span.calendar)::date) END,
                   CASE WHEN r.status = 'REVERSED' THEN r.ended_at END, g.given_back_on, g.given_back_at,
                   g.given_back_elsewhere
            FROM span
            JOIN redemption r ON r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.created_at >= span.made_from
            JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.seq
            LEFT JOIN redemption_offline o ON o.book_id = r.book_id AND o.redemption_id = r.redemption_id
            LEFT JOIN redemption_refund f
                ON f.book_id = r.book_id AND f.redemption_id = r.redemption_id AND f.kind = 'REVERSAL'
            """ + GIVEN_BACK + """
            WHERE e.occurred_on = $4
                OR r.captured_at >= span.recorded_from AND r.captured_at < span.recorded_until
            UNION ALL
            SELECT 'REFUND', r.terminal_transaction, r.redemption_id, f.seq, f.amount, f.occurred_on, f.created_at,
                   CASE WHEN r.terminal = $3 THEN e.occurred_on END, CASE WHEN r.terminal = $3 THEN r.captured_at END,
                   CASE WHEN r.status = 'REVERSED'
                        THEN coalesce(v.occurred_on, (r.ended_at AT TIME ZONE span.calendar)::date) END,
                   CASE WHEN r.status = 'REVERSED' THEN r.ended_at END, g.given_back_on, g.given_back_at,
                   g.given_back_elsewhere
            FROM span
            JOIN redemption_refund f ON f.book_id = $1 AND f.terminal = $3 AND f.created_at >= span.recorded_from
            JOIN redemption r ON r.book_id = f.book_id AND r.redemption_id = f.redemption_id AND r.merchant = $2
            JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.seq
            LEFT JOIN redemption_refund v
                ON v.book_id = r.book_id AND v.redemption_id = r.redemption_id AND v.kind = 'REVERSAL'
            """ + GIVEN_BACK + """
            WHERE f.occurred_on = $4 OR f.created_at < span.recorded_until
            UNION ALL
            SELECT 'VOID', r.terminal_transaction, r.redemption_id, null, r.approved,
                   (r.ended_at AT TIME ZONE span.calendar)::date, r.ended_at, null, null, null, null, null, null, null
            FROM span
            JOIN redemption r ON r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.created_at >= span.made_from
            WHERE r.status = 'VOIDED' AND r.ended_at >= span.recorded_from AND r.ended_at < span.recorded_until
            UNION ALL
            SELECT 'SEEN', r.terminal_transaction, null, null, null, null, null, null, null, null, null, null, null, null
            FROM span
            JOIN redemption r ON r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.created_at >= span.made_from
            WHERE r.occurred_on = $4
            UNION ALL
            SELECT 'SEEN', t.terminal_transaction, null, null, null, null, null, null, null, null, null, null, null, null
            FROM span
            JOIN redemption_tombstone t ON t.book_id = $1 AND t.merchant = $2 AND t.terminal = $3
            WHERE t.reversed_at >= span.day_from AND t.reversed_at < span.recorded_until
            UNION ALL
            SELECT 'BEFORE', b.terminal_transaction, null, null, null, null, null, null, null, null, null, null, null, null
            FROM (
                SELECT r.terminal_transaction, r.occurred_on AS day, r.created_at AS at
                FROM span
                JOIN redemption r ON r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.created_at >= span.made_from
                WHERE r.occurred_on < $4
                UNION ALL
                SELECT t.terminal_transaction, (t.reversed_at AT TIME ZONE span.calendar)::date, t.reversed_at
                FROM span
                JOIN redemption_tombstone t ON t.book_id = $1 AND t.merchant = $2 AND t.terminal = $3
                WHERE t.reversed_at >= span.made_from AND t.reversed_at < span.day_from
                ORDER BY day DESC, at DESC
                LIMIT 2000
                ) b
            """;

    static final String FIND = "SELECT " + COLUMNS + """

            FROM redemption_day_end d
            WHERE d.book_id = $1 AND d.merchant = $2 AND d.terminal = $3 AND d.day = $4
            """;

    private static final String INSERT = """
            INSERT INTO redemption_day_end (book_id, merchant, terminal, day, closed_at, content, report, agrees, client_id,
                                            client, actor, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """;

    private DayEndTable() {}

    @Override
    public Future<Map<Key, DayBook>> load(SqlConnection connection, List<Key> keys) {
        Future<Map<Key, DayBook>> loaded = Future.succeededFuture(new HashMap<>());
        for (Key key : keys) {
            loaded = loaded.compose(found -> load(connection, key).map(book -> {
                found.put(key, book);
                return found;
            }));
        }
        return loaded;
    }

    private static Future<DayBook> load(SqlConnection connection, Key key) {
        return connection.preparedQuery(FIND).execute(arguments(key)).compose(found -> {
            DayEnd end = null;
            for (Row row : found) {
                end = end(key.book(), row);
            }
            DayEnd there = end;
            return connection.preparedQuery(LOAD).execute(arguments(key)).map(rows -> book(key, rows, there));
        });
    }

    static Tuple arguments(Key key) {
        return Tuple.of((short) key.book(), key.merchant(), key.terminal(), key.day());
    }

    /** From rows of {@link #LOAD}. */
    static DayBook book(Key key, Iterable<Row> rows, @Nullable DayEnd end) {
        ZoneId calendar = ZoneOffset.UTC;
        List<Line> lines = new ArrayList<>();
        Map<LocalDate, Instant> closings = new HashMap<>();
        List<String> seen = new ArrayList<>();
        List<String> seenBefore = new ArrayList<>();
        for (Row row : rows) {
            switch (row.getString(0)) {
                case "BOOK" -> calendar = ZoneId.of(row.getString(1));
                case "CLOSED" ->
                    closings.put(row.getLocalDate(5), row.getOffsetDateTime(6).toInstant());
                case "SEEN" -> seen.add(row.getString(1));
                case "BEFORE" -> seenBefore.add(row.getString(1));
                default -> lines.add(line(row));
            }
        }
        return new DayBook(key, calendar, lines, closings, seen, seenBefore, end);
    }

    private static Line line(Row row) {
        return new Line(
                DayBook.Type.valueOf(row.getString(0)),
                row.getUUID(2),
                row.getString(1),
                row.getLong(3),
                row.getLong(4),
                new Moment(row.getLocalDate(5), row.getOffsetDateTime(6).toInstant()),
                moment(row, 7),
                moment(row, 9),
                moments(row, 11),
                Boolean.TRUE.equals(row.getBoolean(13)));
    }

    private static @Nullable Moment moment(Row row, int column) {
        return row.getLocalDate(column) == null
                ? null
                : new Moment(
                        row.getLocalDate(column),
                        row.getOffsetDateTime(column + 1).toInstant());
    }

    private static List<Moment> moments(Row row, int column) {
        LocalDate[] days = row.getArrayOfLocalDates(column);
        OffsetDateTime[] at = row.getArrayOfOffsetDateTimes(column + 1);
        if (days == null || at == null) {
            return List.of();
        }
        List<Moment> moments = new ArrayList<>(days.length);
        for (int i = 0; i < days.length; i++) {
            moments.add(new Moment(days[i], at[i].toInstant()));
        }
        return moments;
    }

    /** A row of {@link #COLUMNS}. */
    static DayEnd end(int book, Row row) {
        return new DayEnd(
                new Key(book, row.getString(0), row.getString(1), row.getLocalDate(2)),
                row.getOffsetDateTime(3).toInstant(),
                row.getBuffer(4).getBytes(),
                report(row.getString(5)),
                new Attribution(row.getInteger(6), row.getString(7), row.getString(8), null, null),
                row.getString(9));
    }

    private static DayEnd.Report report(String json) {
        try {
            return Json.mapper().readValue(json, DayEnd.Report.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }

    @Override
    public void write(Writing writing, List<Change<Key, DayBook>> changes) {
        for (Change<Key, DayBook> change : changes) {
            DayEnd end = change.after().end();
            if (end != null) {
                writing.execute(
                        INSERT,
                        Tuple.tuple()
                                .addShort((short) end.key().book())
                                .addString(end.key().merchant())
                                .addString(end.key().terminal())
                                .addLocalDate(end.key().day())
                                .addOffsetDateTime(end.closedAt().atOffset(ZoneOffset.UTC))
                                .addBuffer(Buffer.buffer(end.content()))
                                .addString(new String(Json.bytes(end.report()), StandardCharsets.UTF_8))
                                .addBoolean(end.report().differences().isEmpty())
                                .addInteger(end.by().clientId())
                                .addString(end.by().client())
                                .addString(end.by().actor())
                                .addString(end.reason()));
            }
        }
    }
}
