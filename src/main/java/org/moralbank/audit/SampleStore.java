package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Snapshots;

/** Draws entries, and finds what stands behind them. A scan or two of the range, with a few rows in memory. */
@ApplicationScoped
class SampleStore {
    private static final String BOOK =
            "SELECT last_seq, service_earns_time, points_per_hour FROM ledger_book WHERE book_id = $1";

    private static final String RANGE = """
            FROM ledger_entry e
            WHERE e.book_id = $1 AND e.seq BETWEEN $2 AND $3
            AND ($4::text IS NULL OR e.type = $4) AND ($5::text IS NULL OR e.unit = $5)
            """;

    private static final String STRATA = "SELECT e.type, e.unit, count(*) " + RANGE + """
            GROUP BY e.type, e.unit
            ORDER BY e.type, e.unit
            """;

    /** The smallest lots: the sort keeps no more than are drawn. */
    private static final String BY_LOT = """
            ORDER BY sha256(convert_to($6 || ':' || e.seq, 'UTF8'))
            """;

    private static final String RANDOM = "SELECT e.seq, 1::bigint " + RANGE + BY_LOT + "LIMIT $7";

    private static final String STRATIFIED =
            """
            SELECT d.seq, 1::bigint
            FROM unnest($7::text[], $8::text[], $9::int[]) AS s (type, unit, drawn)
            CROSS JOIN LATERAL (
                SELECT e.seq
            """ + RANGE + "AND e.type = s.type AND e.unit = s.unit\n" + BY_LOT + "LIMIT s.drawn) d";

    private static final String AMOUNTS = """
            SELECT e.seq, (
                SELECT coalesce(sum(p.amount), 0)
                FROM ledger_posting p
                WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq AND p.amount > 0) AS amount
            """ + RANGE;

    private static final String TOTAL = "SELECT coalesce(sum(amount), 0) FROM (" + AMOUNTS + ") a";

    /**
     * Point k of n lies at (k × total + start) / n of the running total. How many lie in an entry's part of it, from
     * {@code behind - amount} to {@code behind}, is counted in whole numbers, so that nothing is rounded.
     */
    private static final String MONETARY_UNIT = """
            SELECT seq, hits::bigint
            FROM (
                SELECT seq,
                       div(behind * $6 - $7 + $8 - 1, $8) - div((behind - amount) * $6 - $7 + $8 - 1, $8) AS hits
                FROM (
                    SELECT seq, amount, sum(amount) OVER (ORDER BY seq) AS behind
                    FROM (
            """ + AMOUNTS + """
                    ) a) running) points
            WHERE hits > 0
            ORDER BY seq
            """;

    private static final String RECORDS = """
            SELECT k.seq, r.record_id, r.volunteer, r.team, r.recipient, r.activity, r.occurred_on, r.minutes, r.payer, r.organiser, r.leader,
                   r.rating, r.client, r.actor, r.on_behalf_of, r.recorded_at
            FROM service_record r
            CROSS JOIN LATERAL (VALUES (r.time_seq), (r.points_seq)) AS k (seq)
            WHERE r.book_id = $1 AND (r.time_seq = ANY ($2) OR r.points_seq = ANY ($2)) AND k.seq = ANY ($2)
            """;

    private static final String REDEMPTIONS = """
            SELECT k.seq, r.redemption_id, r.mode, r.status, r.member, r.merchant, r.terminal, r.terminal_transaction, r.approved,
                   r.captured, r.refunded, r.voucher IS NOT NULL, o.happened_at, r.created_at
            FROM (
                SELECT seq, redemption_id FROM redemption WHERE book_id = $1 AND seq = ANY ($2)
                UNION ALL
                SELECT seq, redemption_id FROM redemption_refund WHERE book_id = $1 AND seq = ANY ($2)) k
            JOIN redemption r ON r.book_id = $1 AND r.redemption_id = k.redemption_id
            LEFT JOIN redemption_offline o ON o.book_id = $1 AND o.redemption_id = k.redemption_id
            """;

    private static final String SETTLEMENTS = """
            SELECT k.seq, s.settlement_id, s.merchant, s.status, s.amount, s.maker, s.checker, s.bank_reference
            FROM settlement s
            CROSS JOIN LATERAL (VALUES (s.close_entry), (s.end_entry)) AS k (seq)
            WHERE s.book_id = $1 AND k.seq = ANY ($2)
            """;

    private final Snapshots snapshots;
    private final Duration longestStatement;

    SampleStore(Snapshots snapshots, AuditConfig config) {
        this.snapshots = snapshots;
        this.longestStatement = config.readTimeout();
    }

    /** How far a book has come, and what a service earns in it. */
    record Book(long lastSeq, Unit serviceEarns, long pointsPerHour) {}

    Uni<Book> book(BookHandle book) {
        return read(connection -> connection.preparedQuery(BOOK).execute(Tuple.of((short) book.id())))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Book(row.getLong(0), row.getBoolean(1) ? Unit.MIN : Unit.PTS, row.getLong(2));
                });
    }

    /** What was drawn: how many of each kind there are and were drawn, the whole amount where it goes by that, the entries. */
    record Drawn(List<Sample.Stratum> strata, BigInteger total, List<Sample.Hit> hits) {}

    /** Draws entries in one snapshot. */
    Uni<Drawn> draw(BookHandle book, Sample.Method method, Sample.Range range, String seed, int size) {
        return read(connection -> connection
                .preparedQuery(STRATA)
                .execute(tuple(book, range))
                .map(SampleStore::strata)
                .chain(strata -> strata.isEmpty()
                        ? Uni.createFrom().item(new Drawn(strata, BigInteger.ZERO, List.of()))
                        : switch (method) {
                            case RANDOM ->
                                connection
                                        .preparedQuery(RANDOM)
                                        .execute(tuple(book, range)
                                                .addString(seed)
                                                .addLong((long) size))
                                        .map(rows -> drawn(strata, BigInteger.ZERO, rows));
                            case STRATIFIED -> stratified(connection, book, range, seed, Sample.allotted(strata, size));
                            case MONETARY_UNIT -> byAmount(connection, book, range, seed, size, strata);
                        }));
    }

    private static Uni<Drawn> stratified(
            SqlConnection connection, BookHandle book, Sample.Range range, String seed, List<Sample.Stratum> strata) {
        return connection
                .preparedQuery(STRATIFIED)
                .execute(tuple(book, range)
                        .addString(seed)
                        .addArrayOfString(strata.stream()
                                .map(stratum -> stratum.type().name())
                                .toArray(String[]::new))
                        .addArrayOfString(strata.stream()
                                .map(stratum -> stratum.unit().name())
                                .toArray(String[]::new))
                        .addArrayOfInteger(
                                strata.stream().map(Sample.Stratum::drawn).toArray(Integer[]::new)))
                .map(rows -> drawn(strata, BigInteger.ZERO, rows));
    }

    private static Uni<Drawn> byAmount(
            SqlConnection connection,
            BookHandle book,
            Sample.Range range,
            String seed,
            int size,
            List<Sample.Stratum> strata) {
        return connection
                .preparedQuery(TOTAL)
                .execute(tuple(book, range))
                .map(rows -> rows.iterator().next().getBigDecimal(0).toBigInteger())
                .chain(total -> total.signum() == 0
                        ? Uni.createFrom().item(new Drawn(strata, total, List.of()))
                        : connection
                                .preparedQuery(MONETARY_UNIT)
                                .execute(tuple(book, range)
                                        .addBigDecimal(BigDecimal.valueOf(size))
                                        .addBigDecimal(new BigDecimal(Sample.start(seed, total)))
                                        .addBigDecimal(new BigDecimal(total)))
                                .map(rows -> drawn(strata, total, rows)));
    }

    private static Tuple tuple(BookHandle book, Sample.Range range) {
        return Tuple.tuple()
                .addShort((short) book.id())
                .addLong(range.first())
                .addLong(range.last())
                .addString(range.type() == null ? null : range.type().name())
                .addString(range.unit() == null ? null : range.unit().name());
    }

    private static List<Sample.Stratum> strata(RowSet<Row> rows) {
        List<Sample.Stratum> strata = new ArrayList<>();
        for (Row row : rows) {
            strata.add(new Sample.Stratum(
                    EntryType.valueOf(row.getString(0)), Unit.valueOf(row.getString(1)), row.getLong(2), 0));
        }
        return strata;
    }

    private static Drawn drawn(List<Sample.Stratum> strata, BigInteger total, RowSet<Row> rows) {
        List<Sample.Hit> hits = new ArrayList<>();
        for (Row row : rows) {
            hits.add(new Sample.Hit(row.getLong(0), row.getLong(1)));
        }
        hits.sort(java.util.Comparator.comparingLong(Sample.Hit::seq));
        return new Drawn(strata, total, hits);
    }

    // ---- evidence ------------------------------------------------------------------------------------------------

    /** What stands behind entries, by their numbers. */
    record Evidence(
            Map<Long, SampleView.RecordEvidence> records,
            Map<Long, SampleView.RedemptionEvidence> redemptions,
            Map<Long, SampleView.SettlementEvidence> settlements) {}

    Uni<Evidence> evidence(BookHandle book, List<Sample.Hit> hits) {
        Long[] seqs = hits.stream().map(Sample.Hit::seq).toArray(Long[]::new);
        Tuple of = Tuple.tuple().addShort((short) book.id()).addArrayOfLong(seqs);
        return read(connection -> connection
                .preparedQuery(RECORDS)
                .execute(of)
                .chain(records -> connection
                        .preparedQuery(REDEMPTIONS)
                        .execute(of)
                        .chain(redemptions -> connection
                                .preparedQuery(SETTLEMENTS)
                                .execute(of)
                                .map(settlements -> evidence(book, records, redemptions, settlements)))));
    }

    private static Evidence evidence(
            BookHandle book, RowSet<Row> records, RowSet<Row> redemptions, RowSet<Row> settlements) {
        Evidence evidence = new Evidence(new HashMap<>(), new HashMap<>(), new HashMap<>());
        for (Row row : records) {
            Short rating = row.getShort(11);
            evidence.records.put(
                    row.getLong(0),
                    new SampleView.RecordEvidence(
                            book.path() + "/service-records/" + row.getUUID(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getLocalDate(6),
                            row.getInteger(7),
                            row.getString(8),
                            row.getString(9),
                            row.getString(10),
                            rating == null ? null : rating.intValue(),
                            row.getString(12),
                            row.getString(13),
                            row.getString(14),
                            row.getOffsetDateTime(15).toInstant()));
        }
        for (Row row : redemptions) {
            evidence.redemptions.put(
                    row.getLong(0),
                    new SampleView.RedemptionEvidence(
                            book.path() + "/redemptions/" + row.getUUID(1),
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getString(6),
                            row.getString(7),
                            row.getLong(8),
                            row.getLong(9),
                            row.getLong(10),
                            row.getBoolean(11),
                            Moments.instant(row.getOffsetDateTime(12)),
                            row.getOffsetDateTime(13).toInstant()));
        }
        for (Row row : settlements) {
            evidence.settlements.put(
                    row.getLong(0),
                    new SampleView.SettlementEvidence(
                            book.path() + "/settlements/" + row.getUUID(1),
                            row.getString(2),
                            row.getString(3),
                            row.getLong(4),
                            row.getString(5),
                            row.getString(6),
                            row.getString(7)));
        }
        return evidence;
    }

    private <T> Uni<T> read(java.util.function.Function<SqlConnection, Uni<T>> reading) {
        return snapshots.answer(longestStatement, reading);
    }
}
