package org.moralbank.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.moralbank.platform.Json;

/** Reads of a book's events, entries and appended ones in the order of their numbers ({@link BookEvents}). */
@ApplicationScoped
public class BookEventStore {
    /**
     * One statement and so one snapshot. The lock of the book orders its commits, and a commit is seen in whole or not at
     * all, after those before it: what a snapshot shows of a book is its beginning, without a hole. Two statements could
     * see an entry of a commit and miss the event appended before it.
     */
    private static final String AFTER = """
            SELECT h.last, h.appended, f.seq, f.canonical, f.event_no, f.type, f.subject, f.at, f.data
            FROM (
                SELECT b.last_seq + coalesce((
                           SELECT event_no - seq_before
                           FROM ledger_event
                           WHERE book_id = $1
                           ORDER BY event_no DESC
                           LIMIT 1), 0) AS last,
                       coalesce((
                           SELECT event_no - seq_before
                           FROM ledger_event
                           WHERE book_id = $1 AND event_no <= $2
                           ORDER BY event_no DESC
                           LIMIT 1), 0) AS appended
                FROM ledger_book b
                WHERE b.book_id = $1) h
            LEFT JOIN LATERAL (
                (SELECT e.seq, e.canonical, NULL::bigint AS event_no, NULL::text AS type, NULL::text AS subject,
                        NULL::timestamptz AS at, NULL::text AS data
                 FROM ledger_entry e
                 WHERE e.book_id = $1 AND e.seq > $2 - h.appended
                 ORDER BY e.seq
                 LIMIT $3)
                UNION ALL
                (SELECT NULL, NULL, v.event_no, v.type, v.subject, v.at, v.data::text
                 FROM ledger_event v
                 WHERE v.book_id = $1 AND v.event_no > $2
                 ORDER BY v.event_no
                 LIMIT $3)) f ON true
            ORDER BY f.seq, f.event_no
            """;

    private static final String LAST = """
            SELECT b.last_seq + coalesce((
                SELECT event_no - seq_before
                FROM ledger_event v
                WHERE v.book_id = b.book_id
                ORDER BY event_no DESC
                LIMIT 1), 0)
            FROM ledger_book b
            WHERE b.book_id = $1
            """;

    private final Pool pool;

    public BookEventStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * A part of a book's events.
     *
     * @param events those that follow the number that was asked for, as many as were asked for or as there are
     * @param last the number of the last event that there was when they were read
     */
    public record Stretch(List<BookEvent> events, long last) {}

    /** The first {@code limit} events after a number; a cost of two index ranges, however long the book is. */
    public Uni<Stretch> after(int book, long after, int limit) {
        return pool.preparedQuery(AFTER)
                .execute(Tuple.of((short) book, after, limit))
                .map(rows -> {
                    long last = 0;
                    long appended = 0;
                    Deque<EntryView> entries = new ArrayDeque<>();
                    Deque<BookEvent> others = new ArrayDeque<>();
                    for (Row row : rows) {
                        last = row.getLong(0);
                        appended = row.getLong(1);
                        if (row.getLong(2) != null) {
                            entries.add(CanonicalEntry.read(
                                    row.getBuffer(3).getDelegate().getBytes()));
                        } else if (row.getLong(4) != null) {
                            others.add(new BookEvent(
                                    row.getLong(4),
                                    row.getString(5),
                                    row.getString(6),
                                    row.getOffsetDateTime(7).toInstant(),
                                    json(row.getString(8))));
                        }
                    }
                    return new Stretch(merged(after, appended, entries, others, limit), last);
                });
    }

    /** The number of the last event of a book. */
    public Uni<Long> last(int book) {
        return pool.preparedQuery(LAST)
                .execute(Tuple.of((short) book))
                .map(rows -> rows.iterator().next().getLong(0));
    }

    /** Gives the entries the numbers that the others leave. */
    private static List<BookEvent> merged(
            long after, long appended, Deque<EntryView> entries, Deque<BookEvent> others, int limit) {
        List<BookEvent> events = new ArrayList<>();
        long number = after + 1;
        long passed = appended;
        while (events.size() < limit) {
            BookEvent other = others.peek();
            if (other != null && other.number() == number) {
                events.add(others.remove());
                passed++;
            } else {
                EntryView entry = entries.poll();
                if (entry == null) {
                    break;
                }
                if (entry.seq() != number - passed) {
                    throw new IllegalStateException("event " + number + " is not entry " + entry.seq());
                }
                events.add(BookEvent.of(number, entry));
            }
            number++;
        }
        return events;
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not the data of an event", e);
        }
    }
}
