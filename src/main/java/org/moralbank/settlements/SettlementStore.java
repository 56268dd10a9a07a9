package org.moralbank.settlements;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.redemptions.SandboxConfig;

/** Reads settlements and what they are paid with. */
@ApplicationScoped
class SettlementStore {
    private static final String FIND = "SELECT " + SettlementTable.COLUMNS + """
            FROM settlement s
            WHERE s.book_id = $1 AND s.settlement_id = $2
            """;

    private static final String LIST = "SELECT " + SettlementTable.COLUMNS + """
            FROM settlement s
            WHERE s.book_id = $1
            AND ($2::uuid IS NULL OR s.settlement_id > $2)
            AND ($3::text IS NULL OR s.merchant = $3)
            AND ($4::text IS NULL OR s.status = $4)
            AND ($5::text IS NULL OR s.reference = $5)
            AND ($6::text IS NULL OR s.bank_reference = $6)
            AND ($7::date IS NULL OR s.last_day >= $7)
            AND ($8::date IS NULL OR s.first_day <= $8)
            ORDER BY s.settlement_id
            LIMIT $9
            """;

    private static final String MERCHANT = "SELECT 1 FROM redemption_merchant WHERE book_id = $1 AND merchant_id = $2";

    private static final String TERMS = TermsTable.SELECT + "WHERE t.book_id = $1";

    /**
     * What merchants are owed: batches that are closed, which a partial index has, and what is in none. How old it is says the
     * first sale of each, found by the key: bounded by the merchants and by what waits, whatever was sold. Nobody pays what
     * was tried in the sandbox.
     */
    private static final String WAITING = """
            WITH unsettled AS (
                SELECT a.book_id, a.account_id, coalesce(p.last_entry, 0) AS behind, a.posted AS amount,
                       NULL::timestamptz AS closed_at
                FROM redemption_merchant m
                JOIN ledger_account a
                    ON a.book_id = m.book_id AND a.code = '2300' AND a.owner = m.merchant_id AND a.unit = 'PTS' AND a.lot = ''
                LEFT JOIN settlement_position p ON p.book_id = m.book_id AND p.merchant = m.merchant_id
                WHERE a.posted > 0
                UNION ALL
                SELECT s.book_id, a.account_id, s.prior_entry, s.amount, s.closed_at
                FROM settlement s
                JOIN ledger_account a
                    ON a.book_id = s.book_id AND a.code = '2300' AND a.owner = s.merchant AND a.unit = 'PTS' AND a.lot = ''
                WHERE s.status = 'CLOSED')
            SELECT count(u.closed_at), coalesce(sum(u.amount), 0)::bigint,
                   coalesce(extract(epoch FROM clock_timestamp() - min(u.closed_at)), 0)::bigint,
                   coalesce(extract(epoch FROM clock_timestamp() - min(first.posted_at)), 0)::bigint
            FROM unsettled u
            JOIN ledger_book b ON b.book_id = u.book_id AND b.code <> $1
            LEFT JOIN LATERAL (
                SELECT e.posted_at
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                WHERE p.book_id = u.book_id AND p.account_id = u.account_id AND p.seq > u.behind AND p.amount > 0
                ORDER BY p.seq
                LIMIT 1) first ON true
            """;

    private final Pool pool;
    private final String sandbox;

    SettlementStore(Pool pool, SandboxConfig sandbox) {
        this.pool = pool;
        this.sandbox = sandbox.book().orElse("");
    }

    /**
     * The number of a book's last entry posted before a moment. Numbers without gaps and posting times that never go back
     * make it a binary search: no index is needed.
     */
    static String seqBefore(String book, String moment) {
        return """
                (WITH RECURSIVE search (low, high) AS (
                    SELECT 0::bigint, b.last_seq
                    FROM ledger_book b
                    WHERE b.book_id = :book
                    UNION ALL
                    SELECT CASE WHEN e.posted_at < :moment THEN e.seq ELSE s.low END,
                           CASE WHEN e.posted_at < :moment THEN s.high ELSE e.seq - 1 END
                    FROM search s
                    JOIN ledger_entry e ON e.book_id = :book AND e.seq = (s.low + s.high + 1) / 2
                    WHERE s.low < s.high)
                 SELECT low
                 FROM search
                 WHERE low = high)
                """.replace(":book", book).replace(":moment", moment);
    }

    /** What a list is narrowed to; null narrows nothing. The days are included: a period that has one of them. */
    record Filter(
            @Nullable String merchant,
            Settlement.@Nullable Status status,
            @Nullable String reference,
            @Nullable String bankReference,
            @Nullable LocalDate from,
            @Nullable LocalDate to) {}

    Uni<Optional<Settlement>> find(BookHandle book, UUID id) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.from(List.of((short) book.id(), id)))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(SettlementTable.settlement(row.getDelegate()));
                    }
                    return Optional.empty();
                });
    }

    /** In the order of closing. */
    Uni<Page<SettlementView>> list(BookHandle book, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addUUID(page.afterId())
                .addString(filter.merchant())
                .addString(filter.status() == null ? null : filter.status().name())
                .addString(filter.reference())
                .addString(filter.bankReference())
                .addLocalDate(filter.from())
                .addLocalDate(filter.to())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<SettlementView> views = new ArrayList<>(rows.size());
            rows.forEach(row -> views.add(SettlementView.of(SettlementTable.settlement(row.getDelegate()))));
            return Page.of(page, views, SettlementView::id);
        });
    }

    /** The merchant of a path; one that is not there is a path that leads nowhere. */
    Uni<String> ofPath(BookHandle book, String merchant) {
        return pool.preparedQuery(MERCHANT)
                .execute(Tuple.of((short) book.id(), merchant))
                .map(rows -> {
                    if (rows.size() == 0) {
                        throw new ProtocolRejection.NotFound("merchant").refused();
                    }
                    return merchant;
                });
    }

    Uni<Terms> terms(BookHandle book) {
        return pool.preparedQuery(TERMS).execute(Tuple.of((short) book.id())).map(rows -> {
            for (Row row : rows) {
                return TermsTable.terms(row.getDelegate());
            }
            return Terms.unsaid(book.id());
        });
    }

    /**
     * What merchants are owed and have not been paid, in all books but the sandbox.
     *
     * @param batches that are closed
     * @param points in hundredths, in batches and in none
     * @param batchSeconds how long the oldest of the batches is closed
     * @param oldestSeconds how long ago the first was sold that is not paid, in a batch or in none; also when it was given back
     *     since, until a batch is closed over it
     */
    record Waiting(long batches, long points, long batchSeconds, long oldestSeconds) {}

    Uni<Waiting> waiting() {
        return pool.preparedQuery(WAITING).execute(Tuple.of(sandbox)).map(rows -> {
            Row row = rows.iterator().next();
            return new Waiting(row.getLong(0), row.getLong(1), row.getLong(2), row.getLong(3));
        });
    }
}
