package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a reversal has to know before it is decided, read ahead of the book's lock. */
@ApplicationScoped
class ReversalStore {
    /** Entries as they were posted, a row a posting. */
    private static final String WHOLE = "SELECT " + HoldingTable.COLUMNS + """
                , p.amount, p.balance_after, p.version, e.client_id, e.canonical, e.leaf_hash
            FROM ledger_entry e
            JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
            JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
            """;

    /** An entry with the others of its group, the last first. */
    private static final String WITH_ITS_GROUP = WHOLE + """
            WHERE e.book_id = $1
            AND (e.seq = $2 OR e.group_id = (SELECT group_id FROM ledger_entry WHERE book_id = $1 AND seq = $2))
            ORDER BY e.seq DESC, a.account_id
            """;

    /** What expired of some lots and was not taken back, the last first. */
    private static final String EXPIRIES = WHOLE + """
            JOIN ledger_posting lot ON lot.book_id = e.book_id AND lot.seq = e.seq
            WHERE lot.book_id = $1 AND lot.account_id = ANY ($2) AND e.type IN ('EXPIRE_POINTS', 'EXPIRE_TIME')
            AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.book_id = e.book_id AND r.reverses = e.seq)
            ORDER BY e.seq DESC, a.account_id
            """;

    /**
     * Of members who have left: what each of their accounts got from some holders and no reversal took, less what went back
     * to these when they left. One entry may empty several accounts: no more went from one than was in it.
     */
    private static final String GIVEN_BACK = """
            SELECT a.account_id, a.version, f.code, f.owner, a.unit, f.left_over, f.closing
            FROM ledger_account a
            LEFT JOIN LATERAL (
                SELECT source.code, source.owner,
                       sum(sign(p.amount) * least(abs(p.amount), abs(s.amount)))::bigint AS left_over,
                       max(e.seq) FILTER (WHERE e.type = 'ACCOUNT_CLOSE') AS closing
                FROM ledger_posting p
                JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq
                JOIN ledger_posting s ON s.book_id = p.book_id AND s.account_id = ANY (ARRAY(
                    SELECT lot.account_id
                    FROM ledger_account named
                    JOIN ledger_account lot USING (book_id, code, owner, unit)
                    WHERE named.book_id = $1 AND named.account_id = ANY ($3))) AND s.seq = p.seq
                JOIN ledger_account source ON source.book_id = s.book_id AND source.account_id = s.account_id
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id
                AND CASE e.type
                    WHEN 'ACCOUNT_CLOSE' THEN p.amount < 0 AND s.amount > 0
                    WHEN 'REVERSAL' THEN false
                    ELSE p.amount > 0 AND s.amount < 0
                        AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.book_id = e.book_id AND r.reverses = e.seq)
                    END
                GROUP BY source.code, source.owner) f ON true
            WHERE a.book_id = $1 AND a.status = 'CLOSED'
            AND (a.code, a.owner) IN (SELECT code, owner FROM ledger_account WHERE book_id = $1 AND account_id = ANY ($2))
            """;

    private static final String VERSIONS =
            "SELECT account_id, version FROM ledger_account WHERE book_id = $1 AND account_id = ANY ($2)";

    private final Pool pool;

    ReversalStore(Pool pool) {
        this.pool = pool;
    }

    /** An entry and the others that were made with it, the last first; nothing when there is no such entry. */
    Uni<List<Entry>> withItsGroup(int book, long seq) {
        return pool.preparedQuery(WITH_ITS_GROUP)
                .execute(Tuple.of((short) book, seq))
                .map(rows -> whole(book, rows));
    }

    /** The entries by which something of these lots expired and that were not reversed, the last first. */
    Uni<List<Entry>> expiries(int book, List<Integer> lots) {
        return pool.preparedQuery(EXPIRIES)
                .execute(Tuple.of((short) book, lots.toArray(Integer[]::new)))
                .map(rows -> whole(book, rows));
    }

    /** What closings gave back of what some accounts got from some others. */
    Uni<GivenBack> givenBack(int book, List<Integer> accounts, List<Integer> sources) {
        return pool.preparedQuery(GIVEN_BACK)
                .execute(Tuple.of((short) book, accounts.toArray(Integer[]::new), sources.toArray(Integer[]::new)))
                .map(rows -> {
                    Map<Integer, Long> versions = new HashMap<>();
                    List<GivenBack.Flow> flows = new ArrayList<>();
                    for (Row row : rows) {
                        versions.put(row.getInteger(0), row.getLong(1));
                        if (row.getString(2) != null) {
                            Holder source = new Holder(
                                    book, Chart.of(row.getString(2)), row.getString(3), Unit.valueOf(row.getString(4)));
                            flows.add(new GivenBack.Flow(row.getInteger(0), source, row.getLong(5), row.getLong(6)));
                        }
                    }
                    return new GivenBack(versions, flows);
                });
    }

    /** The versions of some accounts. */
    Uni<Map<Integer, Long>> versions(int book, List<Integer> accounts) {
        return pool.preparedQuery(VERSIONS)
                .execute(Tuple.of((short) book, accounts.toArray(Integer[]::new)))
                .map(rows -> {
                    Map<Integer, Long> versions = new HashMap<>();
                    rows.forEach(row -> versions.put(row.getInteger(0), row.getLong(1)));
                    return versions;
                });
    }

    private static List<Entry> whole(int book, RowSet<Row> rows) {
        Map<Long, Entry> found = new LinkedHashMap<>();
        for (Row row : rows) {
            EntryView sealed = CanonicalEntry.read(row.getBuffer(18).getBytes());
            found.computeIfAbsent(sealed.seq(), first -> posted(book, sealed, row))
                    .postings()
                    .add(posting(row));
        }
        return List.copyOf(found.values());
    }

    private static Posting posting(Row row) {
        Account account = HoldingTable.account(row.getDelegate());
        return new Posting(
                account.id(), account.holder(), account.lot(), row.getLong(14), row.getLong(15), row.getLong(16));
    }

    private static Entry posted(int book, EntryView sealed, Row row) {
        return new Entry(
                book,
                sealed.seq(),
                sealed.type(),
                sealed.unit(),
                sealed.occurredOn(),
                sealed.postedAt(),
                new Attribution(
                        row.getInteger(17), sealed.client(), sealed.actor(), sealed.onBehalfOf(), sealed.approver()),
                sealed.reference(),
                sealed.group(),
                sealed.reverses(),
                null,
                new ArrayList<>(),
                row.getBuffer(18).getBytes(),
                row.getBuffer(19).getBytes());
    }
}
