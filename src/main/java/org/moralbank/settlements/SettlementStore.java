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

    /** Bounded by what waits; the partial index has nothing else. */
    private static final String WAITING = """
            SELECT count(*), coalesce(sum(amount), 0)::bigint,
                   coalesce(extract(epoch FROM clock_timestamp() - min(closed_at)), 0)::bigint
            FROM settlement
            WHERE status = 'CLOSED'
            """;

    private final Pool pool;

    SettlementStore(Pool pool) {
        this.pool = pool;
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
     * What waits for its payment, in all books.
     *
     * @param points in hundredths
     */
    record Waiting(long count, long points, long oldestSeconds) {}

    Uni<Waiting> waiting() {
        return pool.preparedQuery(WAITING).execute().map(rows -> {
            Row row = rows.iterator().next();
            return new Waiting(row.getLong(0), row.getLong(1), row.getLong(2));
        });
    }
}
