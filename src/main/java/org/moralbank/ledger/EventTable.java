package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_event}: added, never changed. */
final class EventTable implements Table<EventTable.Key, EventTable.Appended> {
    private static final String INSERT = """
            INSERT INTO ledger_event (book_id, event_no, seq_before, at, type, subject, data)
            SELECT e.book_id, e.event_no, e.seq_before, e.at, e.type, e.subject, e.data::json
            FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
                AS e (book_id, event_no, seq_before, at, type, subject, data)
            """;

    /** An event of a book. */
    record Key(int book, long number) {}

    /** What was recorded of it; the data is JSON. */
    record Appended(long seqBefore, Instant at, String type, String subject, String data) {}

    @Override
    public Future<Map<Key, Appended>> load(SqlConnection connection, List<Key> keys) {
        throw new IllegalStateException("events are only added to");
    }

    @Override
    public void write(Writing writing, List<Change<Key, Appended>> changes) {
        List<Appended> events = changes.stream().map(Change::after).toList();
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        changes.stream()
                                .map(change -> (short) change.key().book())
                                .toArray(Short[]::new),
                        changes.stream().map(change -> change.key().number()).toArray(Long[]::new),
                        events.stream().map(Appended::seqBefore).toArray(Long[]::new),
                        events.stream()
                                .map(event -> event.at().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new),
                        events.stream().map(Appended::type).toArray(String[]::new),
                        events.stream().map(Appended::subject).toArray(String[]::new),
                        events.stream().map(Appended::data).toArray(String[]::new))));
    }
}
