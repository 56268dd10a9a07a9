package org.moralbank.ledger;

import io.vertx.mutiny.sqlclient.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.moralbank.platform.TestDatabase;

/**
 * A long book in a database of its own.
 *
 * <p>Ten entries a day, the first of each at midnight in Shanghai. Some were posted late, and some happened a day or two after
 * they were posted, as imports once let through.
 */
public final class LongBook {
    public static final int ENTRIES = 8_000;
    public static final LocalDate FIRST_DAY = LocalDate.of(2023, 1, 1);
    public static final LocalDate LAST_DAY = FIRST_DAY.plusDays(ENTRIES / 10 - 1);
    public static final BookHandle BOOK = new BookHandle(1, "LONG", ZoneId.of("Asia/Shanghai"));

    private LongBook() {}

    /** Makes it in an empty database. */
    public static void make(TestDatabase.Database database) throws SQLException {
        database.migrate();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    INSERT INTO ledger_book (book_id, code, name, kind, calendar, service_earns_time, points_per_hour,
                                             member_points_transfer, created_at, last_seq, last_account, last_posted_at)
                    VALUES (1, 'LONG', 'Long', 'COMMUNITY', 'Asia/Shanghai', true, 0, false, '2023-01-01', %1$d, 401,
                            '2023-01-01');
                    CREATE TEMPORARY TABLE made AS
                    SELECT seq, '2023-01-01 00:00+08'::timestamptz + (seq - 1) * interval '144 minutes' AS posted_at,
                           '2023-01-01'::date + ((seq - 1) / 10)::integer
                               + CASE WHEN seq %% 13 = 0 THEN 2 WHEN seq %% 11 = 0 THEN 1
                                      WHEN seq %% 7 = 0 THEN - (seq %% 30)::integer ELSE 0 END AS occurred_on,
                           CASE WHEN seq %% 997 = 0 THEN 'GIFT_TIME_KIN' WHEN seq > %1$d - 300 THEN 'DONATE_TIME'
                                WHEN seq %% 499 = 0 THEN 'GRANT_TIME' ELSE 'EARN_TIME' END AS type,
                           2 + (seq %% 400)::integer AS member
                    FROM generate_series(1, %1$d) seq;
                    INSERT INTO ledger_account (book_id, account_id, code, owner, unit, lot, restricted, floor, ceiling,
                                                status, posted, held, version)
                    SELECT 1, 1, '3300', '', 'MIN', '', false, -1000000, 1000000, 'OPEN', - %1$d, 0, %1$d
                    UNION ALL
                    SELECT 1, member, '2100', 'M-' || member, 'MIN', '', false, 0, 1000000, 'OPEN', count(*), 0, count(*)
                    FROM made
                    GROUP BY member;
                    INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                    SELECT 1, 1, seq, -1, -seq, seq FROM made
                    UNION ALL
                    SELECT 1, member, seq, 1, version, version
                    FROM (SELECT *, row_number() OVER (PARTITION BY member ORDER BY seq) AS version FROM made) m;
                    INSERT INTO ledger_entry (book_id, seq, posted_at, client_id, occurred_on, type, unit, canonical,
                                              leaf_hash, accounts)
                    SELECT 1, seq, posted_at, 1, occurred_on, type, 'MIN',
                           convert_to(json_build_object('book', 'LONG', 'client', 'app', 'occurredOn', occurred_on,
                               'postedAt', to_char(posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS".000000Z"'),
                               'postings', json_build_array(json_build_object('account', '2100:M-' || member || ':MIN',
                                   'amount', '1', 'balance', '1', 'version', '1')), 'seq', seq::text, 'type', type, 'unit', 'MIN')::text, 'UTF8'),
                           sha256(''), ARRAY[1, member]
                    FROM made;
                    """.formatted(ENTRIES));
            statement.execute("VACUUM ANALYZE");
        }
    }

    /** What is read of it. */
    public static LedgerReads reads(Pool pool) {
        return new LedgerReads(new LedgerStore(pool, pool));
    }

    /** What the table says, looked through from its beginning to its end. */
    public static List<Long> seqs(TestDatabase.Database database, String condition) throws SQLException {
        List<Long> seqs = new ArrayList<>();
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery(
                        "SELECT seq FROM (SELECT *, accounts[2] AS member FROM ledger_entry) e WHERE " + condition
                                + " ORDER BY seq")) {
            while (rows.next()) {
                seqs.add(rows.getLong(1));
            }
        }
        return seqs;
    }
}
