package org.moralbank.services;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Page;

/** Reads service records. */
@ApplicationScoped
class ServiceRecordStore {
    // Said by the entries alone.
    private static final String REVERSED = """
            EXISTS (SELECT
                    FROM ledger_entry e
                    WHERE e.book_id = r.book_id AND e.reverses IN (r.time_seq, r.points_seq))
            """;

    private static final String SELECT = """
            SELECT r.record_id, r.volunteer, r.team, r.recipient, r.activity, r.content, r.occurred_on, r.started_at, r.minutes,
                   r.place, r.organiser, r.leader, r.rating, r.payer, r.reference, r.reason, r.metadata, r.client,
                   r.actor, r.on_behalf_of, r.recorded_at, r.time_seq, r.points_seq,
                   %sAS reversed
            FROM service_record r
            WHERE r.book_id = $1
            """.formatted(REVERSED);

    private static final String FIND = SELECT + "AND r.record_id = $2";

    private static final String LIST = SELECT + """
            AND ($2::uuid IS NULL OR r.record_id > $2)
            AND ($3::text IS NULL OR r.volunteer = $3)
            AND ($4::text IS NULL OR r.recipient = $4)
            AND ($5::text IS NULL OR r.team = $5)
            AND ($6::text IS NULL OR r.activity = $6)
            AND ($7::date IS NULL OR r.occurred_on >= $7)
            AND ($8::date IS NULL OR r.occurred_on <= $8)
            AND ($9::text IS NULL OR r.reference = $9)
            AND ($10::boolean IS NULL OR $10 = %s)
            ORDER BY r.record_id
            LIMIT $11
            """.formatted(REVERSED);

    private final Pool pool;

    ServiceRecordStore(Pool pool) {
        this.pool = pool;
    }

    /** What a list is narrowed to; null narrows nothing. The days are included. */
    record Filter(
            @Nullable String volunteer,
            @Nullable String recipient,
            @Nullable String team,
            @Nullable String activity,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable String reference,
            ServiceRecordView.@Nullable Status status) {}

    Uni<Optional<ServiceRecordView>> find(BookHandle book, UUID id) {
        return pool.preparedQuery(FIND).execute(Tuple.of((short) book.id(), id)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(view(row));
            }
            return Optional.empty();
        });
    }

    /** In the order of recording. */
    Uni<Page<ServiceRecordView>> list(BookHandle book, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addUUID(page.afterId())
                .addString(filter.volunteer())
                .addString(filter.recipient())
                .addString(filter.team())
                .addString(filter.activity())
                .addLocalDate(filter.from())
                .addLocalDate(filter.to())
                .addString(filter.reference())
                .addBoolean(filter.status() == null ? null : filter.status() == ServiceRecordView.Status.REVERSED)
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<ServiceRecordView> views = new ArrayList<>(rows.size());
            rows.forEach(row -> views.add(view(row)));
            return Page.of(page, views, ServiceRecordView::id);
        });
    }

    private static ServiceRecordView view(Row row) {
        Short rating = row.getShort("rating");
        return new ServiceRecordView(
                row.getUUID("record_id").toString(),
                row.getBoolean("reversed") ? ServiceRecordView.Status.REVERSED : ServiceRecordView.Status.CONFIRMED,
                row.getString("volunteer"),
                row.getString("team"),
                row.getString("recipient"),
                row.getString("activity"),
                row.getString("content"),
                row.getLocalDate("occurred_on"),
                ServiceRecordView.written(row.getLocalTime("started_at")),
                row.getInteger("minutes"),
                row.getString("place"),
                row.getString("organiser"),
                row.getString("leader"),
                rating == null ? null : rating.intValue(),
                Payer.valueOf(row.getString("payer")),
                row.getString("reference"),
                row.getString("reason"),
                strings(row.getJsonObject("metadata")),
                row.getString("client"),
                row.getString("actor"),
                row.getString("on_behalf_of"),
                row.getOffsetDateTime("recorded_at").toInstant(),
                row.getLong("time_seq"),
                row.getLong("points_seq"),
                null);
    }

    private static @Nullable Map<String, String> strings(@Nullable JsonObject json) {
        if (json == null) {
            return null;
        }
        Map<String, String> strings = new LinkedHashMap<>();
        json.forEach(member -> strings.put(member.getKey(), (String) member.getValue()));
        return strings;
    }
}
