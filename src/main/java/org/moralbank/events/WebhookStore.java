package org.moralbank.events;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Page;

/** Reads of webhooks and of how far they are. */
@ApplicationScoped
class WebhookStore {
    /** Whether a webhook {@code w} is one of a client who has a key; else it is sent nothing. */
    static final String CLIENT_HAS_KEY =
            "EXISTS (SELECT FROM access_key k WHERE k.client_id = w.client_id AND k.revoked_at IS NULL)";

    private static final String SEEN = "SELECT " + WebhookTable.COLUMNS + ", " + CLIENT_HAS_KEY;

    private static final String FIND = SEEN + " FROM event_webhook w WHERE w.webhook_id = $1";

    /** Of a client's own, or of all whose books an operator or auditor may use. */
    private static final String LIST = SEEN + """
             FROM event_webhook w
            WHERE ($1::uuid IS NULL OR w.webhook_id > $1)
            AND (w.client_id = $2 OR $3 AND ($4 OR w.books <@ $5))
            AND ($6::text IS NULL OR $6 = ANY (w.books) OR '*' = ANY (w.books))
            AND ($7::text IS NULL OR w.status = $7)
            ORDER BY w.webhook_id
            LIMIT $8
            """;

    private static final String BEGINNINGS = """
            SELECT b.code, b.book_id, b.last_seq + coalesce((
                SELECT event_no - seq_before
                FROM ledger_event v
                WHERE v.book_id = b.book_id
                ORDER BY event_no DESC
                LIMIT 1), 0)
            FROM ledger_book b
            WHERE b.code = ANY ($1) OR '*' = ANY ($1)
            """;

    private static final String DELIVERIES = """
            SELECT b.code, d.position, b.last_seq + coalesce((
                       SELECT event_no - seq_before
                       FROM ledger_event v
                       WHERE v.book_id = b.book_id
                       ORDER BY event_no DESC
                       LIMIT 1), 0),
                   d.attempts, (
                       SELECT count(*)
                       FROM event_aside a
                       WHERE a.webhook_id = d.webhook_id AND a.book_id = d.book_id AND a.state = 'PARKED'),
                   d.last_attempt_at, d.delivered_at, d.next_attempt_at, d.last_error,
                   d.stopped_at IS NOT NULL AND d.resumed = w.resumed, w.status, %s
            FROM event_webhook w
            JOIN event_stream d USING (webhook_id)
            JOIN ledger_book b USING (book_id)
            WHERE w.webhook_id = $1 AND b.code > $2
            ORDER BY b.code
            LIMIT $3
            """.formatted(CLIENT_HAS_KEY);

    private static final String ASIDE = """
            SELECT b.code, a.event_no, a.state, a.since, a.attempts, a.last_error
            FROM event_aside a
            JOIN ledger_book b USING (book_id)
            WHERE a.webhook_id = $1 AND (b.code, a.event_no) > ($2, $3) AND ($4::text IS NULL OR a.state = $4)
            ORDER BY b.code, a.event_no
            LIMIT $5
            """;

    private static final String POSITION = """
            SELECT d.book_id, d.position
            FROM event_stream d
            JOIN ledger_book b USING (book_id)
            WHERE d.webhook_id = $1 AND b.code = $2
            """;

    private static final String ANY = "SELECT EXISTS (SELECT FROM event_webhook WHERE status <> 'CLOSED')";

    private final Pool pool;

    WebhookStore(Pool pool) {
        this.pool = pool;
    }

    /** A webhook, and whether its client has a key. */
    record Seen(Webhook webhook, boolean clientHasKey) {
        static Seen of(Row row) {
            return new Seen(WebhookTable.webhook(row.getDelegate()), row.getBoolean(13));
        }
    }

    Uni<Optional<Seen>> find(UUID id) {
        return pool.preparedQuery(FIND).execute(Tuple.of(id)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(Seen.of(row));
            }
            return Optional.empty();
        });
    }

    /** Those that a client registered, and with {@code others} those of other clients whose books are all his. */
    Uni<List<Seen>> list(
            Client client, boolean others, @Nullable String book, Webhook.@Nullable Status status, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addUUID(page.afterId())
                .addInteger(client.id())
                .addBoolean(others)
                .addBoolean(client.mayUse(Client.EVERY_BOOK))
                .addArrayOfString(client.books().toArray(String[]::new))
                .addString(book)
                .addString(status == null ? null : status.name())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Seen> webhooks = new ArrayList<>();
            for (Row row : rows) {
                webhooks.add(Seen.of(row));
            }
            return webhooks;
        });
    }

    /** A book, and the number of its last event. */
    record Beginning(int book, long last) {}

    /** Where a webhook of these books begins: at the last event that there is, by code. Books that are not there are left out. */
    Uni<Map<String, Beginning>> beginnings(Collection<String> books) {
        return pool.preparedQuery(BEGINNINGS)
                .execute(Tuple.tuple().addArrayOfString(books.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Beginning> found = new LinkedHashMap<>();
                    for (Row row : rows) {
                        found.put(row.getString(0), new Beginning(row.getShort(1), row.getLong(2)));
                    }
                    return found;
                });
    }

    Uni<Page<DeliveryView>> deliveries(UUID webhook, Page.Request page) {
        return pool.preparedQuery(DELIVERIES)
                .execute(Tuple.of(webhook, page.after() == null ? "" : page.after(), page.rows()))
                .map(rows -> {
                    List<DeliveryView> deliveries = new ArrayList<>();
                    for (Row row : rows) {
                        deliveries.add(delivery(row));
                    }
                    return Page.of(page, deliveries, DeliveryView::book);
                });
    }

    private static DeliveryView delivery(Row row) {
        DeliveryView.State state;
        if (!row.getString(10).equals(Webhook.Status.ACTIVE.name())) {
            state = DeliveryView.State.IDLE;
        } else if (row.getBoolean(9)) {
            state = DeliveryView.State.STOPPED;
        } else if (!row.getBoolean(11)) {
            state = DeliveryView.State.NO_KEY;
        } else {
            state = row.getInteger(3) > 0 ? DeliveryView.State.RETRYING : DeliveryView.State.RUNNING;
        }
        return new DeliveryView(
                row.getString(0),
                state,
                row.getLong(1),
                Math.max(0, row.getLong(2) - row.getLong(1)),
                row.getInteger(3),
                row.getLong(4),
                Moments.instant(row.getOffsetDateTime(5)),
                Moments.instant(row.getOffsetDateTime(6)),
                state == DeliveryView.State.RETRYING ? Moments.instant(row.getOffsetDateTime(7)) : null,
                row.getString(8));
    }

    /** Events that left the order, by book and number. */
    Uni<Page<ParkedView>> aside(UUID webhook, ParkedView.@Nullable State state, Page.Request page) {
        MessageId after = page.after() == null ? null : MessageId.parse(page.after());
        Tuple arguments = Tuple.tuple()
                .addUUID(webhook)
                .addString(after == null ? "" : after.book())
                .addLong(after == null ? 0L : after.number())
                .addString(state == null ? null : state.name())
                .addInteger(page.rows());
        return pool.preparedQuery(ASIDE).execute(arguments).map(rows -> {
            List<ParkedView> events = new ArrayList<>();
            for (Row row : rows) {
                events.add(new ParkedView(
                        new MessageId(row.getString(0), row.getLong(1)).toString(),
                        row.getString(0),
                        row.getLong(1),
                        ParkedView.State.valueOf(row.getString(2)),
                        row.getOffsetDateTime(3).toInstant(),
                        row.getInteger(4),
                        row.getString(5)));
            }
            return Page.of(page, events, ParkedView::event);
        });
    }

    /** A stream: its book's id and its position, which only grows. */
    record Position(int book, long position) {}

    Uni<Optional<Position>> position(UUID webhook, String book) {
        return pool.preparedQuery(POSITION).execute(Tuple.of(webhook, book)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(new Position(row.getShort(0), row.getLong(1)));
            }
            return Optional.empty();
        });
    }

    /** Whether there are webhooks that have secrets. */
    Uni<Boolean> isAny() {
        return pool.query(ANY).execute().map(rows -> rows.iterator().next().getBoolean(0));
    }
}
