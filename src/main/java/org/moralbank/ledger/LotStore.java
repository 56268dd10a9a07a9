package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.ledger.LotSources.Grant;
import org.moralbank.ledger.LotSources.Source;

/** Reads of lots. */
@ApplicationScoped
public class LotStore {
    /**
     * A lot tells its fund's name, not the period of the budget; the postings of its grants tell both. What was taken back does
     * not count: its reversal does not touch a lot that was spent by then. One entry may empty several lots of a fund when a
     * member leaves, and his own to the pool: no more went from one than was in it.
     */
    private static final String SOURCES = """
            SELECT a.version, s.code, s.owner, s.amount, a.lot, a.expires_on, a.restricted
            FROM ledger_account a
            LEFT JOIN LATERAL (
                SELECT f.code, f.owner,
                       -sum(CASE WHEN e.reverses IS NOT NULL OR EXISTS (
                                     SELECT FROM ledger_entry r WHERE r.book_id = e.book_id AND r.reverses = e.seq) THEN 0
                                 WHEN e.type = 'ACCOUNT_CLOSE' THEN least(fp.amount, -p.amount)
                                 ELSE fp.amount END)::bigint
                           AS amount,
                       max(p.seq) AS last_seq
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                JOIN ledger_posting fp ON fp.book_id = e.book_id AND fp.account_id = ANY (e.accounts) AND fp.seq = e.seq
                JOIN ledger_account f ON f.book_id = fp.book_id AND f.account_id = fp.account_id
                     AND (f.code = '3110' OR f.code = '2400' AND a.lot LIKE 'POOL.%')
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id
                GROUP BY f.code, f.owner
            ) s ON true
            WHERE a.book_id = $1 AND a.code = $2 AND a.owner = $3 AND a.unit = $4 AND a.restricted
            ORDER BY a.account_id, s.last_seq DESC NULLS LAST
            """;

    /** The entry names its accounts, and so its postings are found by their primary key. */
    private static final String SPENT = """
            SELECT a.code, a.lot, a.expires_on, a.restricted, -p.amount
            FROM ledger_entry e
            JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
            JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
            WHERE e.book_id = $1 AND e.seq = $2 AND p.amount < 0
            """;

    /** By the index of lots that expire, one page behind the other: no lot is looked at twice in a round. */
    private static final String EXPIRED = """
            SELECT a.book_id, a.expires_on, a.account_id, a.code, a.owner, a.unit
            FROM ledger_account a
            JOIN ledger_book b USING (book_id)
            WHERE (a.book_id, a.expires_on, a.account_id) > ($1, $2, $3)
            AND a.expires_on < (now() AT TIME ZONE b.calendar)::date AND a.posted > a.held AND a.status <> 'CLOSED'
            ORDER BY a.book_id, a.expires_on, a.account_id
            LIMIT $4
            """;

    private final Pool pool;

    LotStore(Pool pool) {
        this.pool = pool;
    }

    /** A lot that has expired and has something in it that is not held; pages are in the order of these. */
    record Expired(int book, LocalDate expiresOn, int account, Holder holder) {
        /** Before all others. */
        static final Expired NONE = new Expired(0, LocalDate.EPOCH, 0, Holder.of(0, Chart.TIME_POOL));
    }

    /** The next lots that have expired by the days of their books. */
    Uni<List<Expired>> expired(Expired after, int most) {
        Tuple arguments = Tuple.from(List.of((short) after.book(), after.expiresOn(), after.account(), most));
        return pool.preparedQuery(EXPIRED).execute(arguments).map(rows -> {
            List<Expired> found = new ArrayList<>(rows.size());
            for (Row row : rows) {
                int book = row.getShort(0);
                Holder holder =
                        new Holder(book, Chart.of(row.getString(3)), row.getString(4), Unit.valueOf(row.getString(5)));
                found.add(new Expired(book, row.getLocalDate(1), row.getInteger(2), holder));
            }
            return found;
        });
    }

    /** The sources of a holder's restricted lots. */
    public Uni<LotSources> sourcesOf(Holder holder) {
        Tuple arguments = Tuple.from(List.of(
                (short) holder.book(),
                holder.chart().code(),
                holder.owner(),
                holder.unit().name()));
        return pool.preparedQuery(SOURCES).execute(arguments).map(rows -> {
            Map<Lot, Source> byLot = new LinkedHashMap<>();
            for (Row row : rows) {
                Source source = byLot.computeIfAbsent(
                        Lot.of(row.getString(4), row.getLocalDate(5), row.getBoolean(6)),
                        ignored -> new Source(row.getLong(0), new ArrayList<>()));
                if (row.getString(1) != null) {
                    Holder fund = Holder.of(holder.book(), Chart.of(row.getString(1)), row.getString(2));
                    source.grants().add(new Grant(fund, row.getLong(3)));
                }
            }
            return new LotSources(byLot);
        });
    }

    /** How an entry was paid. */
    public Uni<Spent> spentBy(int book, long seq) {
        return pool.preparedQuery(SPENT)
                .execute(Tuple.from(List.of((short) book, seq)))
                .map(rows -> {
                    List<Spent.Part> parts = new ArrayList<>();
                    long shortfall = 0;
                    for (Row row : rows) {
                        switch (Chart.of(row.getString(0))) {
                            case SHORTFALL_POINTS, SHORTFALL_TIME -> shortfall += row.getLong(4);
                            default ->
                                parts.add(new Spent.Part(
                                        Lot.of(row.getString(1), row.getLocalDate(2), row.getBoolean(3)),
                                        row.getLong(4)));
                        }
                    }
                    return Spent.of(seq, parts, shortfall);
                });
    }
}
