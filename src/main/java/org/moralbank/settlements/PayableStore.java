package org.moralbank.settlements;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Ids;

/**
 * Reads what was posted to a merchant's payable, by days of posting. A posting never changes and none is put between two
 * others, so that what was read of a day that is over is read for ever.
 */
@ApplicationScoped
class PayableStore {
    /** The postings of a time: those behind one entry and up to another. */
    private static final String EXTENT = "SELECT"
            + SettlementStore.seqBefore("$1", "$3::timestamptz")
            + ","
            + SettlementStore.seqBefore("$1", "$4::timestamptz")
            + """
            , (SELECT a.account_id
               FROM ledger_account a
               WHERE a.book_id = $1 AND a.code = '2300' AND a.owner = $2 AND a.unit = 'PTS' AND a.lot = '')
            """;

    private static final String BALANCE = """
            SELECT p.balance_after
            FROM ledger_posting p
            WHERE p.book_id = $1 AND p.account_id = $2 AND p.seq <= $3
            ORDER BY p.seq DESC
            LIMIT 1
            """;

    private static final String SUMS = """
            SELECT e.type, count(*), sum(p.amount)::bigint
            FROM ledger_posting p
            JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
            WHERE p.book_id = $1 AND p.account_id = $2 AND p.seq > $3 AND p.seq <= $4
            GROUP BY e.type
            """;

    private static final String PAID = """
            SELECT coalesce(sum(amount), 0)::bigint, coalesce(sum(payment_fen), 0)::bigint
            FROM settlement
            WHERE book_id = $1 AND merchant = $2 AND status = 'PAID' AND end_entry > $3 AND end_entry <= $4
            """;

    private static final String OVER = """
            SELECT clock_timestamp() >= $2, last_posted_at >= $2
            FROM ledger_book
            WHERE book_id = $1
            """;

    /** Waits for the commit that is under way, and has what a lane decided meanwhile, at an earlier moment, decided again. */
    private static final String WAIT = "UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = $1";

    private static final String TRANSACTIONS = """
            SELECT p.seq, e.type, p.amount, p.balance_after, e.occurred_on, e.posted_at, e.reference
            FROM ledger_posting p
            JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
            WHERE p.book_id = $1 AND p.account_id = $2 AND p.seq > $3 AND p.seq <= $4 AND NOT e.type = ANY ($5)
            ORDER BY p.seq
            LIMIT $6
            """;

    private static final String REFUNDS = """
            SELECT f.seq, f.redemption_id, f.terminal, r.terminal, r.terminal_transaction
            FROM redemption_refund f
            JOIN redemption r USING (book_id, redemption_id)
            WHERE f.book_id = $1 AND f.seq = ANY ($2)
            """;

    private static final String CAPTURES = """
            SELECT r.seq, r.redemption_id, r.terminal, r.terminal, r.terminal_transaction
            FROM redemption r
            WHERE r.book_id = $1 AND r.merchant = $2 AND r.redemption_id BETWEEN $3 AND $4 AND r.seq = ANY ($5)
            """;

    private static final String CHANGES = """
            SELECT c.seq, c.status, c.at, s.settlement_id, s.first_day, s.last_day, s.amount, s.gross_fen, s.payment_fen,
                   CASE WHEN c.status = 'PAID' THEN s.bank_reference END, s.reference
            FROM settlement s
            CROSS JOIN LATERAL (
                VALUES ('CLOSED', s.close_entry, s.closed_at), (s.status, s.end_entry, s.ended_at)
                ) AS c (status, seq, at)
            WHERE s.book_id = $1 AND s.merchant = $2 AND c.seq > $3 AND c.seq <= $4
            ORDER BY c.seq
            LIMIT $5
            """;

    private static final String CHANGE_SUMS = """
            SELECT c.status, count(*), sum(s.amount)::bigint
            FROM settlement s
            CROSS JOIN LATERAL (VALUES ('CLOSED', s.close_entry), (s.status, s.end_entry)) AS c (status, seq)
            WHERE s.book_id = $1 AND s.merchant = $2 AND c.seq > $3 AND c.seq <= $4
            GROUP BY c.status
            """;

    /** What settles is no transaction of a till. */
    private static final String[] SETTLING = {
        EntryType.SETTLEMENT_CLOSE.name(), EntryType.SETTLEMENT_PAID.name(), EntryType.SETTLEMENT_REJECTED.name()
    };

    /** A sale is made in a moment; a capture comes minutes behind its authorization. */
    private static final Duration USUALLY = Duration.ofHours(1);

    /** A capture comes seven days behind its authorization at most; two more are for clocks that differ. */
    private static final Duration AT_MOST = Duration.ofDays(9);

    private final Pool pool;

    PayableStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * The postings of a time.
     *
     * @param account the payable; null when nothing was ever posted to it
     * @param after they are behind this entry …
     * @param last … up to this one
     */
    record Extent(int book, String merchant, @Nullable Integer account, long after, long last) {}

    Uni<Extent> extent(BookHandle book, String merchant, Instant from, Instant until) {
        return pool.preparedQuery(EXTENT)
                .execute(Tuple.of((short) book.id(), merchant, utc(from), utc(until)))
                .map(rows -> {
                    Row row = rows.iterator().next();
                    return new Extent(book.id(), merchant, row.getInteger(2), row.getLong(0), row.getLong(1));
                });
    }

    /**
     * Whether nothing more will be posted before a moment. The clock alone does not say it: a commit may be under way that
     * read it before.
     */
    Uni<Boolean> isOver(BookHandle book, Instant until) {
        return pool.preparedQuery(OVER)
                .execute(Tuple.of((short) book.id(), utc(until)))
                .chain(rows -> {
                    Row row = rows.iterator().next();
                    if (!row.getBoolean(0) || row.getBoolean(1)) {
                        return Uni.createFrom().item(row.getBoolean(0));
                    }
                    return pool.preparedQuery(WAIT)
                            .execute(Tuple.of((short) book.id()))
                            .replaceWith(true);
                });
    }

    // ---- statement ---------------------------------------------------------------------------------------------

    /** How many postings of a type there were, and what they come to. */
    record Sum(long count, long amount) {
        static final Sum NONE = new Sum(0, 0);
    }

    Uni<Map<String, Sum>> sums(Extent extent) {
        return summed(SUMS, Tuple.of((short) extent.book(), extent.account(), extent.after(), extent.last()));
    }

    /** By what became of settlements in the time. */
    Uni<Map<String, Sum>> changeSums(Extent extent) {
        return summed(CHANGE_SUMS, Tuple.of((short) extent.book(), extent.merchant(), extent.after(), extent.last()));
    }

    private Uni<Map<String, Sum>> summed(String sql, Tuple arguments) {
        return pool.preparedQuery(sql).execute(arguments).map(rows -> {
            Map<String, Sum> sums = new HashMap<>();
            rows.forEach(row -> sums.put(row.getString(0), new Sum(row.getLong(1), row.getLong(2))));
            return sums;
        });
    }

    Uni<SettlementStatement> statement(Extent extent, LocalDate from, LocalDate to) {
        Tuple paid = Tuple.of((short) extent.book(), extent.merchant(), extent.after(), extent.last());
        return Uni.combine()
                .all()
                .unis(
                        balance(extent, extent.after()),
                        balance(extent, extent.last()),
                        sums(extent),
                        pool.preparedQuery(PAID)
                                .execute(paid)
                                .map(rows -> rows.iterator().next()))
                .asTuple()
                .map(read -> statement(
                        extent, from, to, read.getItem1(), read.getItem2(), read.getItem3(), read.getItem4()));
    }

    private static SettlementStatement statement(
            Extent extent, LocalDate from, LocalDate to, long opening, long closing, Map<String, Sum> sums, Row paid) {
        long sales = of(sums, EntryType.REDEEM_SALE, EntryType.REDEEM_SALE_OFFLINE, EntryType.XCOMM_REDEEM_IN);
        long captures = of(sums, EntryType.REDEEM_CAPTURE);
        long refunds = -of(sums, EntryType.REDEEM_REFUND);
        long waived = -of(sums, EntryType.MERCHANT_WAIVE);
        long closed = -of(sums, EntryType.SETTLEMENT_CLOSE);
        long rejected = of(sums, EntryType.SETTLEMENT_REJECTED);
        long writtenOff = of(sums, EntryType.WRITE_OFF);
        long all = sums.values().stream().mapToLong(Sum::amount).sum();
        return new SettlementStatement(
                extent.merchant(),
                from,
                to,
                Unit.PTS,
                opening,
                sales,
                captures,
                refunds,
                waived,
                closed,
                rejected,
                writtenOff,
                all - (sales + captures - refunds - waived - closed + rejected + writtenOff),
                closing,
                sums.values().stream().mapToLong(Sum::count).sum(),
                paid.getLong(0),
                paid.getLong(1));
    }

    private static long of(Map<String, Sum> sums, EntryType... types) {
        long amount = 0;
        for (EntryType type : types) {
            amount += sums.getOrDefault(type.name(), Sum.NONE).amount();
        }
        return amount;
    }

    private Uni<Long> balance(Extent extent, long seq) {
        return pool.preparedQuery(BALANCE)
                .execute(Tuple.of((short) extent.book(), extent.account(), seq))
                .map(rows -> {
                    for (Row row : rows) {
                        return row.getLong(0);
                    }
                    return 0L;
                });
    }

    // ---- transactions ------------------------------------------------------------------------------------------

    /** What a till did, or what undid it: a posting of the payable. */
    record Transaction(
            long seq,
            String type,
            long amount,
            long balanceAfter,
            LocalDate occurredOn,
            Instant postedAt,
            @Nullable String reference,
            @Nullable Redeemed redeemed) {
        Transaction with(@Nullable Redeemed of) {
            return new Transaction(seq, type, amount, balanceAfter, occurredOn, postedAt, reference, of);
        }
    }

    /**
     * The redemption of an entry.
     *
     * @param terminal to whose day the entry counts: which sold or gave back; null for a desk without one
     * @param saleTerminal which sold, and gave the number
     */
    record Redeemed(
            UUID redemption,
            @Nullable String terminal,
            @Nullable String saleTerminal,
            @Nullable String terminalTransaction) {}

    /** What does not settle, behind an entry, in order. */
    Uni<List<Transaction>> transactions(Extent extent, long after, int limit) {
        return pool.preparedQuery(TRANSACTIONS)
                .execute(Tuple.of((short) extent.book(), extent.account(), after, extent.last(), SETTLING, limit))
                .map(rows -> {
                    List<Transaction> page = new ArrayList<>(rows.size());
                    rows.forEach(row -> page.add(new Transaction(
                            row.getLong(0),
                            row.getString(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLocalDate(4),
                            row.getOffsetDateTime(5).toInstant(),
                            row.getString(6),
                            null)));
                    return page;
                })
                .chain(page -> withRedemptions(extent, page));
    }

    /**
     * No index leads from an entry to its redemption: captures would have to write it. Ids of redemptions begin with the
     * time, though, so that those of a page stand together; the few that do not are looked for as far back as an authorization
     * lasts. So a page costs the same however long the merchant has sold. Only entries that were dated back when they were
     * made, as the demo's are, are looked for among all.
     */
    private Uni<List<Transaction>> withRedemptions(Extent extent, List<Transaction> page) {
        if (page.isEmpty()) {
            return Uni.createFrom().item(page);
        }
        Map<Long, Redeemed> found = new HashMap<>();
        return redeemed(REFUNDS, Tuple.of((short) extent.book(), missing(page, found, true)), found)
                .chain(refunds -> captures(extent, page, USUALLY, found))
                .chain(usual -> captures(extent, page, AT_MOST, found))
                .chain(late -> captures(extent, new UUID(0, 0), new UUID(-1L, -1L), missing(page, found, false), found))
                .map(all ->
                        page.stream().map(one -> one.with(found.get(one.seq()))).toList());
    }

    private static Long[] missing(List<Transaction> page, Map<Long, Redeemed> found, boolean refunds) {
        return page.stream()
                .filter(one -> refunds == one.type().equals(EntryType.REDEEM_REFUND.name()))
                .filter(one -> one.type().startsWith("REDEEM_") && !found.containsKey(one.seq()))
                .map(Transaction::seq)
                .toArray(Long[]::new);
    }

    /** Of those that were made within a time of the page's postings. */
    private Uni<Map<Long, Redeemed>> captures(
            Extent extent, List<Transaction> page, Duration within, Map<Long, Redeemed> found) {
        UUID first = Ids.first(page.getFirst().postedAt().minus(within));
        UUID last = Ids.first(page.getLast().postedAt().plus(within));
        return captures(extent, first, last, missing(page, found, false), found);
    }

    private Uni<Map<Long, Redeemed>> captures(
            Extent extent, UUID first, UUID last, Long[] seqs, Map<Long, Redeemed> found) {
        return seqs.length == 0
                ? Uni.createFrom().item(found)
                : redeemed(CAPTURES, Tuple.of((short) extent.book(), extent.merchant(), first, last, seqs), found);
    }

    private Uni<Map<Long, Redeemed>> redeemed(String sql, Tuple arguments, Map<Long, Redeemed> found) {
        return pool.preparedQuery(sql).execute(arguments).map(rows -> {
            rows.forEach(row -> found.put(
                    row.getLong(0),
                    new Redeemed(row.getUUID(1), row.getString(2), row.getString(3), row.getString(4))));
            return found;
        });
    }

    // ---- settlements -------------------------------------------------------------------------------------------

    /** What became of a settlement, and when. */
    record Change(
            long seq,
            String status,
            Instant at,
            UUID settlement,
            LocalDate from,
            LocalDate through,
            long amount,
            long gross,
            long payment,
            @Nullable String bankReference,
            @Nullable String reference) {}

    /** What became of settlements, behind an entry, in order. */
    Uni<List<Change>> changes(Extent extent, long after, int limit) {
        return pool.preparedQuery(CHANGES)
                .execute(Tuple.of((short) extent.book(), extent.merchant(), after, extent.last(), limit))
                .map(rows -> {
                    List<Change> page = new ArrayList<>(rows.size());
                    rows.forEach(row -> page.add(new Change(
                            row.getLong(0),
                            row.getString(1),
                            row.getOffsetDateTime(2).toInstant(),
                            row.getUUID(3),
                            row.getLocalDate(4),
                            row.getLocalDate(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getString(9),
                            row.getString(10))));
                    return page;
                });
    }

    private static OffsetDateTime utc(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }
}
