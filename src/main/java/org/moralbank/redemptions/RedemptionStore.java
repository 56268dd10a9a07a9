package org.moralbank.redemptions;

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
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;

/** Reads redemptions: as far as a client sees them, and what works must know before their commit. */
@ApplicationScoped
class RedemptionStore {
    /** An authorization whose time is over has expired, whether or not it was cleared away. */
    private static final String STATUS = """
            CASE WHEN r.status = 'AUTHORIZED' AND r.expires_at <= clock_timestamp() THEN 'EXPIRED' ELSE r.status END
            """;

    private static final String SELECT = "SELECT " + RedemptionTable.COLUMNS + ", m.label, " + STATUS + """
            FROM redemption r
            LEFT JOIN member m ON m.book_id = r.book_id AND m.member_id = r.member
            WHERE r.book_id = $1
            AND ($2::text IS NULL OR r.merchant = $2)
            """;

    private static final String FIND = SELECT + "AND r.redemption_id = $3";

    private static final String LIST = SELECT + """
            AND r.redemption_id > coalesce($3, '00000000-0000-0000-0000-000000000000'::uuid)
            AND ($4::text IS NULL OR r.merchant = $4)
            AND ($5::text IS NULL OR r.member = $5)
            AND ($6::text IS NULL OR r.terminal = $6)
            AND ($7::text IS NULL OR r.terminal_transaction = $7)
            AND ($8::text IS NULL OR r.reference = $8)
            AND ($9::date IS NULL OR r.occurred_on >= $9)
            AND ($10::date IS NULL OR r.occurred_on <= $10)
            AND ($11::text IS NULL OR r.mode = $11)
            AND ($12::text IS NULL OR $12 =
            """ + STATUS + """
            )
            ORDER BY r.redemption_id
            LIMIT $13
            """;

    private static final String REFUNDS = """
            SELECT f.seq, f.redemption_id, f.kind, f.amount, f.terminal, f.reference, f.occurred_on, f.created_at
            FROM redemption_refund f
            WHERE f.book_id = $1 AND f.redemption_id = $2
            """;

    private static final String REFUND = REFUNDS + "AND f.seq = $3";

    private static final String REFUND_PAGE = REFUNDS + "AND f.seq > $3 ORDER BY f.seq LIMIT $4";

    /** What {@link #found} reads, from {@code redemption r}. */
    static final String SEEN_COLUMNS = """
            r.book_id, r.redemption_id, r.member, r.merchant, r.terminal, r.terminal_transaction, r.seq, r.voucher, r.lines,
            r.lines_day
            """;

    private static final String SEEN = "SELECT " + SEEN_COLUMNS + "FROM redemption r ";

    private static final String SEEN_BY_ID = SEEN + "WHERE r.book_id = $1 AND r.redemption_id = $2";

    private static final String SEEN_BY_TRANSACTION = SEEN + """
            WHERE r.book_id = $1 AND r.merchant = $2 AND r.terminal = $3 AND r.terminal_transaction = $4
            """;

    /**
     * By the two indexes that the expiry goes by, which have open authorizations only: what it costs grows with these and not
     * with the table. The hold of a voucher is not the authorization's.
     */
    private static final String OPEN = """
            SELECT count(*), coalesce(sum(o.approved), 0)::bigint,
                   coalesce(extract(epoch FROM clock_timestamp() - min(o.created_at)), 0)::float8,
                   coalesce(extract(epoch FROM statement_timestamp() - least(
                       (SELECT min(h.expires_at)
                        FROM ledger_hold h
                        JOIN redemption r ON r.book_id = h.book_id AND r.redemption_id = h.hold_id
                        WHERE h.status = 'ACTIVE' AND h.expires_at <= statement_timestamp()),
                       (SELECT min(r.voucher_due) FROM redemption r WHERE r.voucher_due <= statement_timestamp())
                   )), 0)::float8
            FROM (
                SELECT r.approved, r.created_at
                FROM ledger_hold h
                JOIN redemption r ON r.book_id = h.book_id AND r.redemption_id = h.hold_id
                WHERE h.status = 'ACTIVE' AND h.expires_at > clock_timestamp()
                UNION ALL
                SELECT r.approved, r.created_at
                FROM redemption r
                WHERE r.voucher_due > clock_timestamp()) o
            """;

    private final Pool pool;

    RedemptionStore(Pool pool) {
        this.pool = pool;
    }

    // ---- what a client sees --------------------------------------------------------------------------------------

    /** What a list is narrowed to; null narrows nothing. The days are included. */
    record Filter(
            @Nullable String merchant,
            @Nullable String member,
            @Nullable String terminal,
            @Nullable String terminalTransaction,
            @Nullable String reference,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            Redemption.@Nullable Mode mode,
            Redemption.@Nullable Status status) {}

    Uni<Optional<RedemptionView>> find(BookHandle book, Sight sight, UUID id) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of((short) book.id(), sight.merchant(), id))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(view(row, sight));
                    }
                    return Optional.empty();
                });
    }

    /** In the order of recording. */
    Uni<Page<RedemptionView>> list(BookHandle book, Sight sight, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(sight.merchant())
                .addUUID(behind(book, filter.from(), page.afterId()))
                .addString(filter.merchant())
                .addString(filter.member())
                .addString(filter.terminal())
                .addString(filter.terminalTransaction())
                .addString(filter.reference())
                .addLocalDate(filter.from())
                .addLocalDate(filter.to())
                .addString(filter.mode() == null ? null : filter.mode().name())
                .addString(filter.status() == null ? null : filter.status().name())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<RedemptionView> views = new ArrayList<>(rows.size());
            rows.forEach(row -> views.add(view(row, sight)));
            return Page.of(page, views, RedemptionView::id);
        });
    }

    /**
     * What stands before the ids of all that happened on a day or later. Nothing happens after the day on which it is
     * recorded, and the ids begin with the time of that; two days are left over for clocks that differ.
     */
    static UUID first(BookHandle book, LocalDate day) {
        return Ids.first(day.minusDays(2).atStartOfDay(book.calendar()).toInstant());
    }

    /** Where the list begins: behind the cursor, and not before the first day. */
    private static @Nullable UUID behind(BookHandle book, @Nullable LocalDate from, @Nullable UUID after) {
        if (from == null) {
            return after;
        }
        UUID first = first(book, from);
        // In the order of PostgreSQL, which is that of the text.
        return after == null || after.toString().compareTo(first.toString()) < 0 ? first : after;
    }

    private static RedemptionView view(Row row, Sight sight) {
        Redemption redemption = RedemptionTable.redemption(row.getDelegate());
        return RedemptionView.of(
                redemption,
                Redemption.Status.valueOf(row.getString(RedemptionTable.WIDTH + 1)),
                sight.member(redemption.purchase().member()),
                row.getString(RedemptionTable.WIDTH),
                null);
    }

    Uni<Optional<RefundView>> refund(BookHandle book, UUID redemption, long entry) {
        return pool.preparedQuery(REFUND)
                .execute(Tuple.of((short) book.id(), redemption, entry))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(refund(row));
                    }
                    return Optional.empty();
                });
    }

    /** In the order of their entries. */
    Uni<Page<RefundView>> refunds(BookHandle book, UUID redemption, Page.Request page) {
        return pool.preparedQuery(REFUND_PAGE)
                .execute(Tuple.of((short) book.id(), redemption, page.afterNumber(0), page.rows()))
                .map(rows -> {
                    List<RefundView> views = new ArrayList<>(rows.size());
                    rows.forEach(row -> views.add(refund(row)));
                    return Page.of(page, views, view -> Long.toString(view.entry()));
                });
    }

    private static RefundView refund(Row row) {
        return new RefundView(
                row.getLong(0),
                row.getUUID(1).toString(),
                Refund.Kind.valueOf(row.getString(2)),
                row.getLong(3),
                Unit.PTS,
                row.getString(4),
                row.getString(5),
                row.getLocalDate(6),
                row.getOffsetDateTime(7).toInstant(),
                null);
    }

    /**
     * Authorizations that hold: how many, what in hundredths of a point, and the oldest for how long.
     *
     * @param overdueSeconds of those whose time is over and that still hold, for how long that of the first is; 0 without any
     */
    record Open(long count, long points, double oldestSeconds, double overdueSeconds) {}

    Uni<Open> open() {
        return pool.query(OPEN).execute().map(rows -> {
            Row row = rows.iterator().next();
            return new Open(row.getLong(0), row.getLong(1), row.getDouble(2), row.getDouble(3));
        });
    }

    // ---- what works must know ------------------------------------------------------------------------------------

    /**
     * A redemption before a commit.
     *
     * @param captureEntry the entry that captured it, if there was one by then
     */
    record Found(Seen seen, @Nullable Long captureEntry) {}

    Uni<Optional<Found>> seen(BookHandle book, UUID id) {
        return seen(SEEN_BY_ID, Tuple.from(List.of((short) book.id(), id)));
    }

    Uni<Optional<Found>> seen(Transaction.Key key) {
        return seen(
                SEEN_BY_TRANSACTION,
                Tuple.of(
                        (short) key.book(),
                        key.merchant(),
                        key.till().terminal(),
                        key.till().transaction()));
    }

    private Uni<Optional<Found>> seen(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).map(rows -> {
            for (Row row : rows) {
                return Optional.of(found(row));
            }
            return Optional.empty();
        });
    }

    /** A row of {@link #SEEN_COLUMNS}. */
    static Found found(Row row) {
        int book = row.getShort(0);
        String terminal = row.getString(4);
        Seen seen = new Seen(
                new Redemption.Key(book, row.getUUID(1)),
                new Payer(book, row.getString(2)),
                new Seller(
                        book,
                        row.getString(3),
                        terminal == null ? null : new Redemption.Till(terminal, row.getString(5))),
                row.getUUID(7),
                Basket.of(row.getString(8), row.getLocalDate(9)),
                null);
        return new Found(seen, row.getLong(6));
    }
}
