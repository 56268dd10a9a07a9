package org.moralbank.services;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Json;

/** Rows of {@code service_record}, as works write them: added only. */
final class ServiceRecordTable implements Table<ServiceRecord.Key, ServiceRecord> {
    private static final String INSERT = """
            INSERT INTO service_record (book_id, record_id, volunteer, team, recipient, activity, content, occurred_on,
                                        started_at, minutes, place, organiser, leader, rating, payer, reference, reason, metadata,
                                        client, actor, on_behalf_of, recorded_at, time_seq, points_seq)
            SELECT r.book_id, r.record_id, r.volunteer, r.team, r.recipient, r.activity, r.content, r.occurred_on,
                   r.started_at, r.minutes, r.place, r.organiser, r.leader, r.rating, r.payer, r.reference, r.reason,
                   r.metadata::jsonb, r.client, r.actor, r.on_behalf_of, r.recorded_at, r.time_seq, r.points_seq
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::date[], $9::time[], $10::int[], $11::text[], $12::text[], $13::text[], $14::smallint[],
                        $15::text[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
                        $22::timestamptz[], $23::bigint[], $24::bigint[])
                AS r (book_id, record_id, volunteer, team, recipient, activity, content, occurred_on, started_at, minutes,
                      place, organiser, leader, rating, payer, reference, reason, metadata, client, actor, on_behalf_of,
                      recorded_at, time_seq, points_seq)
            """;

    @Override
    public Future<Map<ServiceRecord.Key, ServiceRecord>> load(SqlConnection connection, List<ServiceRecord.Key> keys) {
        throw new IllegalStateException("no work looks at a record that was made before");
    }

    @Override
    public void write(Writing writing, List<Change<ServiceRecord.Key, ServiceRecord>> changes) {
        int n = changes.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        @Nullable String[] volunteers = new @Nullable String[n];
        @Nullable String[] teams = new @Nullable String[n];
        @Nullable String[] recipients = new @Nullable String[n];
        String[] activities = new String[n];
        @Nullable String[] contents = new @Nullable String[n];
        LocalDate[] occurredOn = new LocalDate[n];
        @Nullable LocalTime[] startedAt = new @Nullable LocalTime[n];
        Integer[] minutes = new Integer[n];
        String[] places = new String[n];
        String[] organisers = new String[n];
        String[] leaders = new String[n];
        @Nullable Short[] ratings = new @Nullable Short[n];
        String[] payers = new String[n];
        @Nullable String[] references = new @Nullable String[n];
        @Nullable String[] reasons = new @Nullable String[n];
        @Nullable String[] metadata = new @Nullable String[n];
        String[] clients = new String[n];
        @Nullable String[] actors = new @Nullable String[n];
        @Nullable String[] onBehalfOf = new @Nullable String[n];
        OffsetDateTime[] recordedAt = new OffsetDateTime[n];
        @Nullable Long[] timeSeqs = new @Nullable Long[n];
        @Nullable Long[] pointsSeqs = new @Nullable Long[n];
        for (int i = 0; i < n; i++) {
            ServiceRecord record = changes.get(i).after();
            ServiceGiven given = record.given();
            books[i] = (short) record.book();
            ids[i] = record.id();
            volunteers[i] = given.volunteer();
            teams[i] = given.team();
            recipients[i] = given.recipient();
            activities[i] = given.activity();
            contents[i] = given.content();
            occurredOn[i] = given.note().occurredOn();
            startedAt[i] = given.startedAt();
            minutes[i] = given.minutes();
            places[i] = given.place();
            organisers[i] = given.organiser();
            leaders[i] = given.leader();
            ratings[i] = given.rating() == null ? null : given.rating().shortValue();
            payers[i] = given.payer().name();
            references[i] = given.note().reference();
            reasons[i] = given.note().reason();
            metadata[i] = given.note().metadata() == null
                    ? null
                    : new String(Json.bytes(given.note().metadata()), StandardCharsets.UTF_8);
            clients[i] = given.note().by().client();
            actors[i] = given.note().by().actor();
            onBehalfOf[i] = given.note().by().onBehalfOf();
            recordedAt[i] = record.recordedAt().atOffset(ZoneOffset.UTC);
            timeSeqs[i] = record.timeSeq();
            pointsSeqs[i] = record.pointsSeq();
        }
        writing.execute(INSERT, Tuple.from(new Object[] {
            books,
            ids,
            volunteers,
            teams,
            recipients,
            activities,
            contents,
            occurredOn,
            startedAt,
            minutes,
            places,
            organisers,
            leaders,
            ratings,
            payers,
            references,
            reasons,
            metadata,
            clients,
            actors,
            onBehalfOf,
            recordedAt,
            timeSeqs,
            pointsSeqs
        }));
    }
}
