package org.moralbank.audit;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Page;
import org.moralbank.platform.Snapshots;

/**
 * Looks for what is beyond thresholds. Each query gives {@code key, about, day, entry, count, of, value, evidence}, of book
 * $1 and the days $2 to $3; the thresholds are from $4 on.
 */
@ApplicationScoped
class AnomalyStore {
    /** Records of some days that stand. */
    private static final String SOME_DAYS = """
            records AS (
                SELECT r.*, coalesce(r.volunteer, r.team) AS giver
                FROM service_record r
                WHERE r.book_id = $1 AND r.occurred_on BETWEEN $2 AND $3
                AND NOT EXISTS (SELECT FROM ledger_entry b
                                WHERE b.book_id = r.book_id AND b.reverses IS NOT NULL
                                AND (b.reverses = r.time_seq OR b.reverses = r.points_seq)))
            """;

    private static final String RECORDS = "WITH " + SOME_DAYS;

    private static final String SOME_RECORDS = someRecords("");

    /** Twenty of a group, of those that a filter lets pass. */
    private static String someRecords(String filter) {
        return """
                (SELECT array_agg('service-records/' || id)
                 FROM unnest((array_agg(r.record_id ORDER BY r.record_id)%s)[1:20]) id)
                """.formatted(filter);
    }

    private static final String PAIRS = RECORDS + """
            , given AS (
                SELECT giver, count(*) AS n
                FROM records
                WHERE volunteer IS NOT NULL
                GROUP BY giver),
            pairs AS (
                SELECT least(r.volunteer, r.recipient) AS a, greatest(r.volunteer, r.recipient) AS b, count(*) AS n,
                       count(DISTINCT r.volunteer) AS ways,
            """ + SOME_RECORDS + """
                       AS evidence
                FROM records r
                WHERE r.volunteer IS NOT NULL AND r.recipient IS NOT NULL
                GROUP BY 1, 2)
            SELECT p.a || ' ' || p.b AS key, ARRAY[p.a, p.b] AS about, NULL::date AS day, NULL::bigint AS entry, p.n AS count, t.n AS of,
                   NULL::bigint AS value, p.evidence
            FROM pairs p
            CROSS JOIN LATERAL (SELECT sum(g.n)::bigint AS n FROM given g WHERE g.giver IN (p.a, p.b)) t
            WHERE p.ways = 2 AND p.n >= $4::bigint AND p.n * 100 >= $5::bigint * t.n
            """;

    private static final String HOURS_A_DAY = RECORDS + """
            SELECT r.volunteer || ' ' || r.occurred_on AS key, ARRAY[r.volunteer] AS about, r.occurred_on AS day, NULL::bigint AS entry,
                   count(*) AS count, NULL::bigint AS of, sum(r.minutes) AS value,
            """ + SOME_RECORDS + """
                   AS evidence
            FROM records r
            WHERE r.volunteer IS NOT NULL
            GROUP BY r.volunteer, r.occurred_on
            HAVING sum(r.minutes) > $4::bigint
            """;

    /**
     * What a volunteer began before something earlier of his was over, and what is alike where no times tell it apart. Keys
     * have a hash of the activity, which may be of several lines.
     */
    private static final String OVERLAPS = RECORDS + """
            , timed AS (
                SELECT r.*, r.occurred_on + r.started_at AS begun, r.occurred_on + r.started_at + make_interval(mins => r.minutes) AS ended
                FROM records r
                WHERE r.volunteer IS NOT NULL AND r.started_at IS NOT NULL),
            late AS (
                SELECT t.*, max(t.ended) OVER (PARTITION BY t.volunteer ORDER BY t.begun, t.record_id
                                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until
                FROM timed t)
            SELECT concat_ws(' ', l.volunteer, l.begun, l.record_id) AS key, ARRAY[l.volunteer] AS about, l.occurred_on AS day,
                   NULL::bigint AS entry, cardinality(o.evidence)::bigint AS count, NULL::bigint AS of,
                   (extract(epoch FROM least(l.ended, l.busy_until) - l.begun) / 60)::bigint AS value, o.evidence
            FROM late l
            CROSS JOIN LATERAL (
                SELECT array_agg('service-records/' || record_id) AS evidence
                FROM (SELECT t.record_id
                      FROM timed t
                      WHERE t.volunteer = l.volunteer AND t.begun < l.ended AND t.ended > l.begun
                      ORDER BY t.begun, t.record_id
                      LIMIT 20) twenty) o
            WHERE l.busy_until > l.begun
            UNION ALL
            SELECT concat_ws(' ', r.giver, r.recipient, r.occurred_on, r.minutes, encode(sha256(convert_to(r.activity, 'UTF8')), 'hex')) AS key,
                   array_remove(ARRAY[r.giver, r.recipient], NULL) AS about, r.occurred_on AS day, NULL::bigint AS entry,
                   count(*) AS count, NULL::bigint AS of, r.minutes::bigint AS value,
            """ + SOME_RECORDS + """
                   AS evidence
            FROM records r
            GROUP BY r.giver, r.recipient, r.occurred_on, r.minutes, r.activity
            HAVING count(*) > 1 AND bool_or(r.started_at IS NULL)
            """;

    private static final String ROUND_NUMBERS =
            RECORDS + """
            SELECT r.leader AS key, ARRAY[r.leader] AS about, NULL::date AS day, NULL::bigint AS entry,
                   count(*) FILTER (WHERE r.minutes % $4::bigint = 0) AS count, count(*) AS of, NULL::bigint AS value,
            """ + someRecords(" FILTER (WHERE r.minutes % $4::bigint = 0)") + """
                   AS evidence
            FROM records r
            GROUP BY r.leader
            HAVING count(*) FILTER (WHERE r.minutes % $4::bigint = 0) >= $5::bigint
            AND count(*) FILTER (WHERE r.minutes % $4::bigint = 0) * 100 >= $6::bigint * count(*)
            """;

    /**
     * Entries that were posted on some days of the book's calendar; the first and the last are found by halving. With a bound
     * on both sides the planner looks for them by their numbers, however few of a long book they are. Imported ones are of no
     * client here.
     */
    private static final String ENTRIES = """
            WITH RECURSIVE days AS (
                SELECT b.book_id, b.calendar, b.last_seq, $2::date::timestamp AT TIME ZONE b.calendar AS begin,
                       ($3::date + 1)::timestamp AT TIME ZONE b.calendar AS until
                FROM ledger_book b
                WHERE b.book_id = $1),
            search (moment, low, high) AS (
                SELECT m.moment, 0::bigint, d.last_seq
                FROM days d
                CROSS JOIN LATERAL (SELECT d.begin UNION SELECT d.until) m (moment)
                UNION ALL
                SELECT s.moment,
                       CASE WHEN e.posted_at < s.moment THEN e.seq ELSE s.low END,
                       CASE WHEN e.posted_at < s.moment THEN s.high ELSE e.seq - 1 END
                FROM search s
                JOIN ledger_entry e ON e.book_id = $1 AND e.seq = (s.low + s.high + 1) / 2
                WHERE s.low < s.high),
            entries AS (
                SELECT e.*, e.posted_at AT TIME ZONE d.calendar AS posted_local
                FROM days d
                JOIN ledger_entry e ON e.book_id = d.book_id
                WHERE e.seq > (SELECT s.low FROM search s JOIN days ON s.moment = begin WHERE s.low = s.high)
                AND e.seq <= (SELECT s.low FROM search s JOIN days ON s.moment = until WHERE s.low = s.high))
            """;

    private static final String NIGHT = ENTRIES + ", " + SOME_DAYS + """
            SELECT lpad(e.seq::text, 19, '0') AS key, array_remove(ARRAY[c.client, e.actor, e.on_behalf_of], NULL) AS about,
                   e.posted_local::date AS day, e.seq AS entry, 1::bigint AS count, NULL::bigint AS of,
                   extract(hour FROM e.posted_local)::bigint AS value, ARRAY['entries/' || e.seq] AS evidence
            FROM entries e
            LEFT JOIN access_client c ON c.client_id = e.client_id
            """ + atNight("extract(hour FROM e.posted_local)")
            + """
            UNION ALL
            SELECT concat_ws(' ', 'service', r.occurred_on, r.started_at, r.record_id) AS key,
                   array_remove(ARRAY[r.giver, r.recipient], NULL) AS about, r.occurred_on AS day, NULL::bigint AS entry,
                   1::bigint AS count, NULL::bigint AS of, extract(hour FROM r.started_at)::bigint AS value,
                   ARRAY['service-records/' || r.record_id] AS evidence
            FROM records r
            """ + atNight("extract(hour FROM r.started_at)");

    /** From the hour $4 to the hour $5, past midnight where the one is behind the other. */
    private static String atNight(String hour) {
        return """
                WHERE CASE WHEN $4::bigint <= $5::bigint THEN %1$s >= $4::bigint AND %1$s < $5::bigint
                           ELSE %1$s >= $4::bigint OR %1$s < $5::bigint
                      END
                """.formatted(hour);
    }

    private static final String BACK_DATED = ENTRIES + """
            SELECT lpad(e.seq::text, 19, '0') AS key, array_remove(ARRAY[c.client, e.actor, e.on_behalf_of], NULL) AS about,
                   e.occurred_on AS day, e.seq AS entry, 1::bigint AS count, NULL::bigint AS of,
                   (e.posted_local::date - e.occurred_on)::bigint AS value, ARRAY['entries/' || e.seq] AS evidence
            FROM entries e
            LEFT JOIN access_client c ON c.client_id = e.client_id
            WHERE e.type <> 'OPENING' AND e.posted_local::date - e.occurred_on > $4::bigint
            """;

    private static final String PROXY_HEAVY = ENTRIES + """
            SELECT e.actor AS key, ARRAY[e.actor, (array_agg(e.on_behalf_of ORDER BY e.n DESC, e.on_behalf_of))[1]] AS about,
                   NULL::date AS day, NULL::bigint AS entry, sum(e.n)::bigint AS count, count(*) AS of, max(e.n) AS value,
                   ARRAY['entries/' || min(e.first), 'entries/' || max(e.last)] AS evidence
            FROM (
                SELECT actor, on_behalf_of, count(*) AS n, min(seq) AS first, max(seq) AS last
                FROM entries
                WHERE actor IS NOT NULL AND on_behalf_of IS NOT NULL AND actor <> on_behalf_of
                GROUP BY actor, on_behalf_of) e
            GROUP BY e.actor
            HAVING sum(e.n) >= $4::bigint
            """;

    private static final String TERMINAL_GAPS = """
            WITH days AS (
                SELECT $2::date::timestamp AT TIME ZONE b.calendar AS begin, ($3::date + 1)::timestamp AT TIME ZONE b.calendar AS until
                FROM ledger_book b
                WHERE b.book_id = $1),
            numbers AS (
                SELECT r.merchant, r.terminal, r.terminal_transaction AS number
                FROM redemption r
                CROSS JOIN days d
                WHERE r.book_id = $1 AND r.terminal IS NOT NULL AND r.created_at >= d.begin AND r.created_at < d.until
                UNION
                SELECT t.merchant, t.terminal, t.terminal_transaction
                FROM redemption_tombstone t
                CROSS JOIN days d
                WHERE t.book_id = $1 AND t.reversed_at >= d.begin AND t.reversed_at < d.until),
            steps AS (
                SELECT merchant, terminal, n,
                       n - lag(n) OVER (PARTITION BY merchant, terminal, prefix ORDER BY n) - 1 AS missing
                FROM (
                    SELECT merchant, terminal, regexp_replace(number, '[0-9]+$', '') AS prefix,
                           substring(number FROM '[0-9]+$')::numeric AS n
                    FROM numbers
                    WHERE number ~ '[0-9]$') parts)
            SELECT s.merchant || ' ' || s.terminal AS key, ARRAY[s.merchant, s.terminal] AS about, NULL::date AS day,
                   NULL::bigint AS entry, least(sum(s.missing), 9223372036854775807)::bigint AS count,
                   count(*) AS of, NULL::bigint AS value,
                   ARRAY['merchants/' || s.merchant || '/terminals/' || s.terminal || '/gaps'] AS evidence
            FROM steps s
            WHERE s.missing > 0
            GROUP BY s.merchant, s.terminal
            HAVING sum(s.missing) >= $4::bigint
            """;

    private final Snapshots snapshots;
    private final Duration longestStatement;

    AnomalyStore(Snapshots snapshots, AuditConfig config) {
        this.snapshots = snapshots;
        this.longestStatement = config.readTimeout();
    }

    /** What is found, with what a page goes on behind. */
    record Found(String key, AnomalyView.Item item) {}

    /** A page of what is beyond the thresholds, which stand in the order of the kind's parameters. */
    Uni<Page<Found>> find(
            BookHandle book, Anomaly kind, LocalDate from, LocalDate to, List<Long> thresholds, Page.Request page) {
        Tuple arguments =
                Tuple.tuple().addShort((short) book.id()).addLocalDate(from).addLocalDate(to);
        thresholds.forEach(arguments::addLong);
        int next = 4 + thresholds.size();
        String sql = "SELECT * FROM (" + sql(kind) + ") found WHERE key COLLATE \"C\" > $" + next
                + " ORDER BY key COLLATE \"C\" LIMIT $" + (next + 1);
        arguments.addString(page.after() == null ? "" : page.after()).addInteger(page.rows());
        return snapshots
                .answer(
                        longestStatement,
                        connection -> connection.preparedQuery(sql).execute(arguments))
                .map(rows -> {
                    List<Found> found = new ArrayList<>(rows.size());
                    for (Row row : rows) {
                        found.add(new Found(
                                row.getString(0),
                                new AnomalyView.Item(
                                        List.of(row.getArrayOfStrings(1)),
                                        row.getLocalDate(2),
                                        row.getLong(3),
                                        row.getLong(4),
                                        row.getLong(5),
                                        row.getLong(6),
                                        List.of(row.getArrayOfStrings(7)))));
                    }
                    return Page.of(page, found, Found::key);
                });
    }

    private static String sql(Anomaly kind) {
        return switch (kind) {
            case PAIRS -> PAIRS;
            case HOURS_A_DAY -> HOURS_A_DAY;
            case OVERLAPS -> OVERLAPS;
            case NIGHT -> NIGHT;
            case ROUND_NUMBERS -> ROUND_NUMBERS;
            case BACK_DATED -> BACK_DATED;
            case PROXY_HEAVY -> PROXY_HEAVY;
            case TERMINAL_GAPS -> TERMINAL_GAPS;
        };
    }
}
