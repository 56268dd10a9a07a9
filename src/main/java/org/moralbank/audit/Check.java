package org.moralbank.audit;

import org.jspecify.annotations.Nullable;

/**
 * The invariants of the books, read off the tables: one query each, which gives who offends. The queries know the tables
 * only, so that they prove what is recorded and not what the code believes. The self-audit runs them, and so do the tests
 * after every class.
 *
 * <p>A query gives the columns {@code book_id}, {@code seq} (or null), {@code subject}, {@code found}, {@code expected};
 * {@link Scope} says what is put in its places. Postings have no index by entry: those of an entry are found by the accounts
 * that it names, and that no account has a posting which its entry does not name is a check of its own.
 *
 * <p>Of a book that was imported the features' tables begin behind {@code imported_book.last_seq}: up to there an earning has
 * no record, what settlements took is part of what a merchant earned, and clearing is with books of another installation.
 */
public enum Check {
    // ---- 1: entries ----------------------------------------------------------------------------------------------

    ENTRY_HAS_TWO_POSTINGS_OR_MORE(1, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('%s postings', n) AS found, 'two or more' AS expected
            FROM ledger_entry e
            CROSS JOIN LATERAL (
                SELECT count(*) AS n
                FROM ledger_posting p
                WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq) p
            WHERE :entries(e) AND n < 2
            """),
    POSTING_BELONGS_TO_AN_ENTRY(1, Over.ACCOUNTS, """
            SELECT p.book_id, p.seq, format('accounts/%s', :path(a)) AS subject,
                   format('a posting of %s by entry %s, which %s', p.amount, p.seq,
                          CASE WHEN e.seq IS NULL THEN 'is not there' ELSE 'does not name the account' END) AS found,
                   'an entry that names the account' AS expected
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT *
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > :after
                OFFSET 0) p
            LEFT JOIN ledger_entry e ON e.book_id = p.book_id AND e.seq = p.seq AND e.seq > :after
            WHERE :accounts(a) AND (e.seq IS NULL OR NOT p.account_id = ANY (e.accounts))
            """),
    POSTING_IS_ON_AN_ACCOUNT(1, Over.BOOK, """
            WITH RECURSIVE used (book_id, account_id) AS (
                SELECT b.book_id, n.account_id
                FROM ledger_book b
                CROSS JOIN LATERAL (
                    SELECT p.account_id
                    FROM ledger_posting p
                    WHERE p.book_id = b.book_id
                    ORDER BY p.account_id
                    LIMIT 1) n
                WHERE :book(b)
                UNION ALL
                SELECT u.book_id, n.account_id
                FROM used u
                CROSS JOIN LATERAL (
                    SELECT p.account_id
                    FROM ledger_posting p
                    WHERE p.book_id = u.book_id AND p.account_id > u.account_id
                    ORDER BY p.account_id
                    LIMIT 1) n)
            SELECT u.book_id, NULL::bigint AS seq, format('accounts/%s', u.account_id) AS subject,
                   'postings, and no account' AS found, 'an account' AS expected
            FROM used u
            LEFT JOIN ledger_account a USING (book_id, account_id)
            WHERE a.account_id IS NULL
            """),
    ENTRY_SUMS_TO_ZERO(1, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('a sum of %s', total) AS found, 'zero' AS expected
            FROM ledger_entry e
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(p.amount), 0) AS total
                FROM ledger_posting p
                WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq) p
            WHERE :entries(e) AND total <> 0
            """),
    NO_POSTING_IS_ZERO(1, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject,
                   format('a posting of zero on account %s', p.account_id) AS found, 'an amount' AS expected
            FROM ledger_entry e
            JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
            WHERE :entries(e) AND p.amount = 0
            """),
    ENTRY_HAS_THE_UNIT_OF_ITS_ACCOUNTS(1, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject,
                   format('account %s in %s', p.account_id, a.unit) AS found, format('%s, the unit of the entry', e.unit) AS expected
            FROM ledger_entry e
            JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
            LEFT JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
            WHERE :entries(e) AND a.unit IS DISTINCT FROM e.unit
            """),
    ENTRY_NAMES_ITS_ACCOUNTS(1, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('accounts %s', e.accounts) AS found,
                   format('%s, those of its postings', of_postings) AS expected
            FROM ledger_entry e
            CROSS JOIN LATERAL (
                SELECT array(SELECT p.account_id
                             FROM ledger_posting p
                             WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
                             ORDER BY p.account_id) AS of_postings) p
            WHERE :entries(e)
            AND array(SELECT account FROM unnest(e.accounts) account ORDER BY account) <> of_postings
            """),

    // ---- 2: balances -----------------------------------------------------------------------------------------------

    BOOK_SUMS_TO_ZERO(2, Over.BOOK, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts?unit=%s', a.unit) AS subject,
                   format('a sum of %s %s', sum(a.posted), a.unit) AS found, 'zero' AS expected
            FROM ledger_account a
            WHERE :book(a)
            GROUP BY a.book_id, a.unit
            HAVING sum(a.posted) <> 0
            """),
    BALANCE_IS_THE_SUM_OF_ITS_POSTINGS(2, Over.ACCOUNTS, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject, format('%s posted', a.posted) AS found,
                   format('%s, the sum of its postings', before + total) AS expected
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT p.balance_after
                                 FROM ledger_posting p
                                 WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= :after
                                 ORDER BY p.seq DESC
                                 LIMIT 1), 0) AS before) b
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(p.amount), 0) AS total
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > :after) p
            WHERE :accounts(a) AND a.posted <> before + total
            """),
    BALANCE_AFTER_IS_THE_RUNNING_SUM(2, Over.ACCOUNTS, """
            SELECT a.book_id, p.seq, format('accounts/%s', :path(a)) AS subject,
                   format('%s after entry %s, %s before it', p.balance_after, p.seq, p.before) AS found,
                   format('%s, because the entry posted %s', p.before + p.amount, p.amount) AS expected
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT p.seq, p.amount, p.balance_after,
                       coalesce(lag(p.balance_after) OVER (ORDER BY p.seq),
                                (SELECT b.balance_after
                                 FROM ledger_posting b
                                 WHERE b.book_id = a.book_id AND b.account_id = a.account_id AND b.seq <= :after
                                 ORDER BY b.seq DESC
                                 LIMIT 1), 0) AS before
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > :after) p
            WHERE :accounts(a) AND p.balance_after <> p.before + p.amount
            """),

    // ---- 3: numbers and times ---------------------------------------------------------------------------------------

    SEQ_HAS_NO_GAPS(3, Over.ENTRIES, """
            SELECT b.book_id, n.before + 1 AS seq, format('entries/%s', n.before + 1) AS subject, 'nothing' AS found,
                   format('an entry: the book says its last is %s', b.last_seq) AS expected
            FROM ledger_book b
            CROSS JOIN LATERAL (
                SELECT seq, lag(seq, 1, :after::bigint) OVER (ORDER BY seq) AS before
                FROM (
                    SELECT e.seq
                    FROM ledger_entry e
                    WHERE e.book_id = b.book_id AND e.seq > :after AND e.seq <= least(:through, b.last_seq)
                    UNION ALL
                    SELECT least(:through, b.last_seq) + 1) e) n
            WHERE :book(b) AND n.seq > n.before + 1
            """),
    IMPORTED_ENTRIES_ARE_THERE(3, Over.BOOK, """
            SELECT i.book_id, e.seq, 'imports' AS subject,
                   format('entries up to %s with %s accounts, of which entry %s is of client %s', b.last_seq, b.last_account, e.seq,
                          e.client_id) AS found,
                   format('entries of no client of this installation up to %s, and of clients behind it; %s accounts', i.last_seq,
                          i.accounts) AS expected
            FROM imported_book i
            LEFT JOIN ledger_book b USING (book_id)
            LEFT JOIN LATERAL (
                SELECT e.seq, e.client_id
                FROM ledger_entry e
                WHERE e.book_id = i.book_id AND e.seq > :after AND (e.seq <= i.last_seq) <> (e.client_id = 0)
                LIMIT 1) e ON true
            WHERE :book(i) AND (b.last_seq IS NULL OR b.last_seq < i.last_seq OR b.last_account < i.accounts OR e.seq IS NOT NULL)
            """),
    BOOK_KNOWS_ITS_LAST_ENTRY(3, Over.BOOK, """
            SELECT b.book_id, e.seq, 'entries' AS subject, format('a last entry %s at %s', coalesce(e.seq, 0), e.posted_at) AS found,
                   format('%s at %s or before, as the book says', b.last_seq, b.last_posted_at) AS expected
            FROM ledger_book b
            LEFT JOIN LATERAL (
                SELECT e.seq, e.posted_at
                FROM ledger_entry e
                WHERE e.book_id = b.book_id
                ORDER BY e.seq DESC
                LIMIT 1) e ON true
            WHERE :book(b) AND (b.last_seq <> coalesce(e.seq, 0) OR b.last_posted_at < e.posted_at)
            """),
    // Of all books, whichever is asked about: what is in no book is in nobody's.
    WHAT_IS_RECORDED_IS_IN_A_BOOK(3, Over.BOOK, """
            WITH RECURSIVE of_entries (book_id) AS (
                (SELECT book_id FROM ledger_entry ORDER BY book_id LIMIT 1)
                UNION ALL
                SELECT (SELECT e.book_id FROM ledger_entry e WHERE e.book_id > u.book_id ORDER BY e.book_id LIMIT 1)
                FROM of_entries u
                WHERE u.book_id IS NOT NULL),
            of_accounts (book_id) AS (
                (SELECT book_id FROM ledger_account ORDER BY book_id LIMIT 1)
                UNION ALL
                SELECT (SELECT a.book_id FROM ledger_account a WHERE a.book_id > u.book_id ORDER BY a.book_id LIMIT 1)
                FROM of_accounts u
                WHERE u.book_id IS NOT NULL)
            SELECT u.book_id, NULL::bigint AS seq, u.what AS subject, format('%s of a book %s', u.what, u.book_id) AS found,
                   'a book' AS expected
            FROM (SELECT book_id, 'entries' AS what FROM of_entries UNION ALL SELECT book_id, 'accounts' FROM of_accounts) u
            LEFT JOIN ledger_book b USING (book_id)
            WHERE u.book_id IS NOT NULL AND b.book_id IS NULL
            """),
    ENTRIES_FOUND_WHOLE_ARE_STILL_THERE(3, Over.BOOK, """
            SELECT r.book_id, r.through_seq AS seq, format('entries/%s', r.through_seq) AS subject,
                   coalesce('leaf hash ' || encode(e.leaf_hash, 'hex'), 'nothing') AS found,
                   format('%s, as self-audit %s found it', encode(r.through_hash, 'hex'), r.run_id) AS expected
            FROM audit_run r
            LEFT JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.through_seq
            WHERE :book(r) AND r.through_hash IS NOT NULL AND e.leaf_hash IS DISTINCT FROM r.through_hash
            """),
    POSTED_AT_NEVER_GOES_BACK(3, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('posted at %s', e.posted_at) AS found,
                   format('%s, when the one before was posted, or later', before.posted_at) AS expected
            FROM ledger_entry e
            JOIN ledger_entry before ON before.book_id = e.book_id AND before.seq = e.seq - 1
            WHERE :entries(e) AND e.posted_at < before.posted_at
            """),
    VERSIONS_HAVE_NO_GAPS(3, Over.ACCOUNTS, """
            SELECT a.book_id, p.seq, format('accounts/%s', :path(a)) AS subject,
                   format('version %s by entry %s', p.version, p.seq) AS found, format('%s', p.before + 1) AS expected
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT p.seq, p.version,
                       coalesce(lag(p.version) OVER (ORDER BY p.seq),
                                (SELECT b.version
                                 FROM ledger_posting b
                                 WHERE b.book_id = a.book_id AND b.account_id = a.account_id AND b.seq <= :after
                                 ORDER BY b.seq DESC
                                 LIMIT 1), 0) AS before
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > :after) p
            WHERE :accounts(a) AND p.version <> p.before + 1
            """),
    ACCOUNT_KNOWS_ITS_VERSION(3, Over.ACCOUNTS, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject, format('version %s', a.version) AS found,
                   format('%s, the number of its postings', before + n) AS expected
            FROM ledger_account a
            CROSS JOIN LATERAL (
                SELECT coalesce((SELECT p.version
                                 FROM ledger_posting p
                                 WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= :after
                                 ORDER BY p.seq DESC
                                 LIMIT 1), 0) AS before) b
            CROSS JOIN LATERAL (
                SELECT count(*) AS n
                FROM ledger_posting p
                WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq > :after) p
            WHERE :accounts(a) AND a.version <> before + n
            """),
    ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS(3, Over.BOOK, """
            SELECT n.book_id, NULL::bigint AS seq, format('accounts/%s', n.account_id) AS subject,
                   format('account %s in place %s of %s', n.account_id, n.place, n.in_all) AS found,
                   format('1, 2, 3 … up to %s, as the book says', n.last_account) AS expected
            FROM (
                SELECT book_id, a.account_id, b.last_account,
                       row_number() OVER (PARTITION BY book_id ORDER BY a.account_id) AS place,
                       count(a.account_id) OVER (PARTITION BY book_id) AS in_all
                FROM (SELECT * FROM ledger_book b WHERE :book(b)) b
                FULL JOIN (SELECT * FROM ledger_account a WHERE :book(a)) a USING (book_id)) n
            WHERE n.account_id <> n.place OR n.last_account IS DISTINCT FROM n.in_all
            """),
    EVENTS_HAVE_NO_GAPS(3, Over.BOOK_IN_FULL, """
            SELECT n.book_id, NULL::bigint AS seq, format('events/%s', n.event_no) AS subject,
                   format('event %s behind entry %s in place %s', n.event_no, n.seq_before, n.place) AS found,
                   format('event %s, behind entry %s or later and no later than %s', n.seq_before + n.place, n.before, n.last_seq) AS expected
            FROM (
                SELECT v.book_id, v.event_no, v.seq_before, b.last_seq,
                       row_number() OVER (PARTITION BY v.book_id ORDER BY v.event_no) AS place,
                       lag(v.seq_before, 1, 0::bigint) OVER (PARTITION BY v.book_id ORDER BY v.event_no) AS before
                FROM ledger_event v
                JOIN ledger_book b USING (book_id)
                WHERE :book(v)) n
            WHERE n.event_no - n.seq_before <> n.place OR n.seq_before < n.before OR n.seq_before > n.last_seq
            """),

    // ---- 4: bounds and holds ----------------------------------------------------------------------------------------

    HELD_IS_WITHIN_BOUNDS(4, Over.ACCOUNTS, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject,
                   format('%s posted, %s held', a.posted, a.held) AS found,
                   format('nothing held below zero, %s or more available, %s or less posted', a.floor, a.ceiling) AS expected
            FROM ledger_account a
            WHERE :accounts(a) AND (a.held < 0 OR a.posted - a.held < a.floor OR a.posted > a.ceiling)
            """),
    ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART(4, Over.ACCOUNTS, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject,
                   format('%s or more available, %s or less posted', a.floor, a.ceiling) AS found,
                   CASE WHEN c.codes IS NULL THEN 'a code of the chart'
                        ELSE format('%s or more available, %s or less posted', coalesce(c.floor, a.floor), c.ceiling) END AS expected
            FROM ledger_account a
            LEFT JOIN (VALUES
                (ARRAY['1500', '2300', '2900', '3300'], -9223372036854775807, 9223372036854775807),
                (ARRAY['2100', '2110', '2200', '2210', '2310', '2400', '2410', '3120', '3130', '3240', '3245', '3250', '3255'],
                 0, 9223372036854775807),
                (ARRAY['1600', '1610', '3260', '3265'], -9223372036854775807, 0),
                (ARRAY['3100', '3110', '3200', '3210', '3220'], NULL, 0)) c (codes, floor, ceiling) ON a.code = ANY (c.codes)
            WHERE :accounts(a) AND (c.codes IS NULL OR a.floor <> c.floor OR a.ceiling <> c.ceiling)
            """),
    BUDGET_IS_THE_FLOOR_OF_ITS_ACCOUNT(4, Over.ACCOUNTS, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject,
                   format('%s or more available', a.floor) AS found,
                   coalesce(-l.amount || ', its last budget', 'no bound, because no budget was set') AS expected
            FROM ledger_account a
            LEFT JOIN LATERAL (
                SELECT b.amount
                FROM ledger_budget b
                WHERE b.book_id = a.book_id AND b.code = a.code AND b.owner = a.owner
                ORDER BY b.number DESC
                LIMIT 1) l ON true
            WHERE :accounts(a) AND a.code IN ('3100', '3110', '3200', '3210', '3220')
              AND a.floor <> coalesce(-l.amount, -9223372036854775807)
            """),
    HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS(4, Over.BOOK, """
            SELECT book_id, NULL::bigint AS seq, format('accounts/%s', coalesce(nullif(:path(a), ''), account_id::text)) AS subject,
                   format('%s held', a.held) AS found, format('%s, the sum of its active holds', coalesce(l.amount, 0)) AS expected
            FROM (SELECT * FROM ledger_account a WHERE :book(a)) a
            FULL JOIN (
                SELECT h.book_id, line.account_id::int, sum(line.amount) AS amount
                FROM ledger_hold h, unnest(h.lines_account, h.lines_amount) AS line (account_id, amount)
                WHERE :book(h) AND h.status = 'ACTIVE'
                GROUP BY h.book_id, line.account_id) l USING (book_id, account_id)
            WHERE coalesce(a.held, 0) <> coalesce(l.amount, 0)
            """),
    HOLD_RESERVES_SOMETHING(4, Over.BOOK, """
            SELECT h.book_id, h.captured_seq AS seq, format('holds/%s', h.hold_id) AS subject,
                   format('lines %s %s', h.lines_account, h.lines_amount) AS found, 'one or more, each above zero' AS expected
            FROM ledger_hold h
            WHERE :book(h)
            AND (cardinality(h.lines_account) = 0 OR cardinality(h.lines_account) <> cardinality(h.lines_amount)
                 OR 0 >= ANY (h.lines_amount))
            """),
    AUTHORIZATION_HOLDS_WHAT_WAS_APPROVED(4, Over.BOOK, """
            SELECT r.book_id, r.seq, format('redemptions/%s', r.redemption_id) AS subject,
                   format('%s with %s approved', r.status, r.approved) AS found,
                   format('what its hold says: %s with %s', coalesce(h.status, 'none'), h.lines_amount) AS expected
            FROM redemption r
            LEFT JOIN ledger_hold h ON h.book_id = r.book_id AND h.hold_id = r.redemption_id
            WHERE :book(r) AND r.mode = 'AUTHORIZE' AND r.voucher IS NULL AND (r.seq IS NULL OR r.seq > :after)
              AND (h.hold_id IS NULL
                   OR r.approved <> (SELECT sum(amount) FROM unnest(h.lines_amount) AS line (amount))
                   OR r.expires_at <> h.expires_at
                   OR h.captured_seq IS DISTINCT FROM r.seq
                   OR NOT CASE r.status
                              WHEN 'AUTHORIZED' THEN h.status = 'ACTIVE' OR h.status = 'EXPIRED' AND h.ended_at >= r.expires_at
                              WHEN 'VOIDED' THEN h.status = 'RELEASED'
                              WHEN 'EXPIRED' THEN h.status = 'EXPIRED'
                              WHEN 'REVERSED' THEN h.status <> 'ACTIVE'
                              ELSE h.status = 'CAPTURED'
                          END)
            """),
    VOUCHER_PAYS_ONE_REDEMPTION_FROM_ITS_HOLD(4, Over.BOOK, """
            SELECT r.book_id, r.seq, format('redemptions/%s', r.redemption_id) AS subject,
                   format('%s with %s of voucher %s, which is %s; its hold is %s, captured by %s; %s others paid with it', r.status,
                          r.approved, r.voucher, coalesce(v.status, 'not there'), h.status, h.captured_seq, r.others) AS found,
                   'a voucher of the member, used for this alone, whose hold is captured when this is' AS expected
            FROM (
                SELECT *, count(*) FILTER (WHERE status <> 'REVERSED') OVER (PARTITION BY book_id, voucher) - 1 AS others
                FROM redemption r
                WHERE :book(r) AND r.voucher IS NOT NULL AND (r.status = 'AUTHORIZED' OR r.captured IS NOT NULL)) r
            LEFT JOIN pay_voucher v ON v.book_id = r.book_id AND v.voucher_id = r.voucher
            LEFT JOIN ledger_hold h ON h.book_id = r.book_id AND h.hold_id = r.voucher
            WHERE v.member IS DISTINCT FROM r.member OR r.approved > v.amount
               OR r.status <> 'REVERSED'
                  AND (r.others > 0 OR v.status IS DISTINCT FROM 'USED' OR h.captured_seq IS DISTINCT FROM r.seq
                       OR h.status IS DISTINCT FROM CASE WHEN r.captured IS NULL THEN 'ACTIVE' ELSE 'CAPTURED' END)
            """),
    // One that was given back is to be used again, and so its points are put by again.
    VOUCHER_HAS_ITS_POINTS_PUT_BY(4, Over.BOOK, """
            SELECT v.book_id, h.captured_seq AS seq, format('vouchers/%s', v.voucher_id) AS subject,
                   format('%s with %s; its hold is %s with %s', v.status, v.amount, coalesce(h.status, 'not there'), h.lines_amount) AS found,
                   format('a hold of %s that is %s', v.amount, s.expected) AS expected
            FROM pay_voucher v
            LEFT JOIN ledger_hold h ON h.book_id = v.book_id AND h.hold_id = v.voucher_id
            LEFT JOIN (
                SELECT r.book_id, r.voucher, bool_or(r.status = 'AUTHORIZED') AS authorized, bool_or(r.captured IS NOT NULL) AS captured
                FROM redemption r
                WHERE :book(r) AND r.voucher IS NOT NULL
                GROUP BY r.book_id, r.voucher) r ON r.book_id = v.book_id AND r.voucher = v.voucher_id
            CROSS JOIN LATERAL (
                SELECT CASE
                           WHEN v.status = 'ACTIVE' OR v.status = 'USED' AND r.authorized THEN 'ACTIVE'
                           WHEN v.status = 'USED' AND r.captured THEN 'CAPTURED'
                           WHEN v.status = 'REVOKED' THEN 'RELEASED'
                           WHEN v.status = 'EXPIRED' THEN 'EXPIRED'
                           ELSE 'of a redemption'
                       END AS expected) s
            WHERE :book(v)
            AND (h.status IS DISTINCT FROM s.expected OR v.amount <> (SELECT sum(amount) FROM unnest(h.lines_amount) AS line (amount)))
            """),

    // ---- 5: earnings ------------------------------------------------------------------------------------------------

    EARNING_BELONGS_TO_ONE_RECORD(5, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('%s of %s records', e.type, n) AS found,
                   'of one' AS expected
            FROM ledger_entry e
            CROSS JOIN LATERAL (
                SELECT (SELECT count(*) FROM service_record r WHERE r.book_id = e.book_id AND r.time_seq = e.seq)
                     + (SELECT count(*) FROM service_record r WHERE r.book_id = e.book_id AND r.points_seq = e.seq) AS n) r
            WHERE :entries(e) AND e.type IN ('EARN_TIME', 'EARN_TIME_TEAM', 'EARN_POINTS_SERVICE') AND n <> 1
            AND (n > 1
                 OR NOT EXISTS (SELECT FROM ledger_entry b
                                WHERE b.book_id = e.book_id AND b.reverses IS NOT NULL AND b.reverses = e.seq)
                    AND NOT EXISTS (SELECT FROM imported_book i WHERE i.book_id = e.book_id AND e.seq <= i.last_seq))
            """),
    RECORD_EARNED_WHAT_ITS_ENTRIES_GAVE(5, Over.BOOK, """
            SELECT r.book_id, r.seq, format('service-records/%s', r.record_id) AS subject,
                   format('entry %s, %s, gave %s', r.seq, coalesce(e.type, 'not there'), given) AS found,
                   format('an entry of its own that gave %s to %s alone', coalesce(r.minutes::text, 'points'), r.earner) AS expected
            FROM (
                SELECT r.book_id, r.record_id, k.seq, k.minutes, k.types, coalesce(r.volunteer, r.team) AS earner,
                       count(*) OVER (PARTITION BY r.book_id, k.seq) AS claims
                FROM service_record r
                CROSS JOIN LATERAL (
                    VALUES (r.time_seq, r.minutes, ARRAY['EARN_TIME', 'EARN_TIME_TEAM', 'TRANSFER_TIME', 'BOOKING_COMPLETE', 'XCOMM_RECEIVE']),
                           (r.points_seq, NULL, ARRAY['EARN_POINTS_SERVICE'])) AS k (seq, minutes, types)
                WHERE :book(r) AND k.seq > :after) r
            LEFT JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.seq
            CROSS JOIN LATERAL (
                SELECT string_agg(format('%s to %s', p.amount, :path(a)), ', ' ORDER BY a.account_id) AS given,
                       coalesce(sum(p.amount), 0) AS total,
                       coalesce(bool_and(a.owner = r.earner OR a.code = '2400'), false) AS to_earner
                FROM ledger_posting p
                JOIN ledger_account a USING (book_id, account_id)
                WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq AND p.amount > 0) g
            WHERE r.claims > 1 OR e.seq IS NULL OR NOT e.type = ANY (r.types) OR NOT to_earner OR total <> coalesce(r.minutes, total)
            """),

    // ---- 6: taken back ----------------------------------------------------------------------------------------------

    CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD(6, Over.BOOK, """
            SELECT h.book_id, h.captured_seq AS seq, format('holds/%s', h.hold_id) AS subject,
                   format('entry %s took %s', h.captured_seq, taken) AS found, format('%s or less', h.lines_amount) AS expected
            FROM ledger_hold h
            LEFT JOIN LATERAL (
                SELECT -sum(p.amount) AS taken
                FROM ledger_posting p
                WHERE p.book_id = h.book_id AND p.seq = h.captured_seq AND p.account_id = ANY (h.lines_account::int[])) p ON true
            WHERE :book(h) AND h.status = 'CAPTURED' AND coalesce(h.captured_seq, :after + 1) > :after
              AND (taken IS NULL OR taken > (SELECT sum(amount) FROM unnest(h.lines_amount) AS line (amount)))
            """),
    ENTRY_IS_REVERSED_AT_MOST_ONCE(6, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.reverses) AS subject,
                   format('reversed by entries %s and %s', other.seq, e.seq) AS found, 'one reversal at most' AS expected
            FROM ledger_entry e
            JOIN ledger_entry other
                ON other.book_id = e.book_id AND other.reverses = e.reverses AND other.reverses IS NOT NULL AND other.seq < e.seq
            WHERE :entries(e) AND e.reverses IS NOT NULL
            """),
    REVERSAL_IS_NEVER_REVERSED(6, Over.ENTRIES, """
            SELECT r.book_id, r.seq, format('entries/%s', r.seq) AS subject,
                   format('the reversal of entry %s, which is %s', r.reverses,
                          CASE WHEN e.seq IS NULL THEN 'not there' WHEN e.seq >= r.seq THEN 'not before it' ELSE 'one itself' END) AS found,
                   'the reversal of an entry before it that is none' AS expected
            FROM ledger_entry r
            LEFT JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.reverses
            WHERE :entries(r) AND r.reverses IS NOT NULL AND (e.seq IS NULL OR e.reverses IS NOT NULL OR e.seq >= r.seq)
            """),
    REFUNDS_ARE_AT_MOST_WHAT_WAS_CAPTURED(6, Over.BOOK, """
            SELECT book_id, r.seq, format('redemptions/%s', redemption_id) AS subject,
                   format('%s captured, %s refunded', r.captured, r.refunded) AS found,
                   format('refunded what its refunds sum to, %s, and no more than captured', coalesce(f.amount, 0)) AS expected
            FROM (SELECT * FROM redemption r WHERE :book(r)) r
            FULL JOIN (
                SELECT f.book_id, f.redemption_id, sum(f.amount) AS amount
                FROM redemption_refund f
                WHERE :book(f)
                GROUP BY f.book_id, f.redemption_id) f USING (book_id, redemption_id)
            WHERE r.refunded IS DISTINCT FROM coalesce(f.amount, 0) OR r.refunded > coalesce(r.captured, 0)
            """),
    TRANSACTION_THAT_WAS_REVERSED_BEFORE_IT_CAME_NEVER_CAME(6, Over.BOOK, """
            SELECT t.book_id, r.seq, format('redemptions/%s', r.redemption_id) AS subject,
                   format('made by transaction %s of terminal %s', t.terminal_transaction, t.terminal) AS found,
                   'nothing: it was reversed before it came' AS expected
            FROM redemption_tombstone t
            JOIN redemption r USING (book_id, merchant, terminal, terminal_transaction)
            WHERE :book(t)
            """),

    // ---- 7: merchants and other books -------------------------------------------------------------------------------

    CAPTURE_IS_WHAT_THE_MERCHANT_WAS_GIVEN(7, Over.BOOK, """
            SELECT r.book_id, r.seq, format('redemptions/%s', r.redemption_id) AS subject, format('%s captured', r.captured) AS found,
                   format('%s, what entry %s gave %s, and no other redemption of the entry', p.amount, r.seq, r.merchant) AS expected
            FROM (
                SELECT *, count(*) OVER (PARTITION BY book_id, seq) AS claims
                FROM redemption r
                WHERE :book(r) AND r.seq > :after) r
            LEFT JOIN LATERAL (
                SELECT sum(p.amount) AS amount
                FROM ledger_entry e
                JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
                JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
                WHERE e.book_id = r.book_id AND e.seq = r.seq AND a.code = '2300' AND a.owner = r.merchant) p ON true
            WHERE p.amount IS DISTINCT FROM r.captured OR r.claims > 1
            """),
    REFUND_IS_WHAT_THE_MERCHANT_GAVE_BACK(7, Over.BOOK, """
            SELECT f.book_id, f.seq, format('redemptions/%s/refunds/%s', f.redemption_id, f.seq) AS subject, format('%s', f.amount) AS found,
                   format('%s, what its entry took from %s', -p.amount, r.merchant) AS expected
            FROM redemption_refund f
            LEFT JOIN redemption r USING (book_id, redemption_id)
            LEFT JOIN LATERAL (
                SELECT sum(p.amount) AS amount
                FROM ledger_entry e
                JOIN ledger_posting p ON p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
                JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
                WHERE e.book_id = f.book_id AND e.seq = f.seq
                  AND a.code = '2300' AND a.owner = r.merchant) p ON true
            WHERE :book(f) AND f.seq > :after AND -p.amount IS DISTINCT FROM f.amount
            """),
    PAYABLE_IS_WHAT_WAS_EARNED_LESS_WHAT_WAS_CLOSED(7, Over.BOOK_IN_FULL, """
            SELECT p.book_id, p.last_entry AS seq, format('merchants/%s', p.merchant) AS subject,
                   format('%s payable; a position of %s earned up to entry %s and %s closed', a.posted, p.earned, p.last_entry, p.closed) AS found,
                   format('%s earned less %s closed; %s earned up to there', l.earned, s.closed, l.settled) AS expected
            FROM settlement_position p
            LEFT JOIN ledger_account a ON a.book_id = p.book_id AND a.code = '2300' AND a.owner = p.merchant AND a.unit = 'PTS' AND a.lot = ''
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount) FILTER (WHERE e.type NOT LIKE 'SETTLEMENT%' OR e.seq <= i.last_seq), 0) AS earned,
                       coalesce(sum(o.amount) FILTER (WHERE (e.type NOT LIKE 'SETTLEMENT%' OR e.seq <= i.last_seq)
                                                            AND o.seq <= p.last_entry), 0) AS settled
                FROM ledger_posting o JOIN ledger_entry e USING (book_id, seq) LEFT JOIN imported_book i USING (book_id)
                WHERE o.book_id = a.book_id AND o.account_id = a.account_id) l
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(amount) FILTER (WHERE status <> 'REJECTED'), 0) AS closed
                FROM settlement s
                WHERE s.book_id = p.book_id AND s.merchant = p.merchant) s
            WHERE :book(p) AND (a.posted IS DISTINCT FROM l.earned - s.closed OR p.closed <> s.closed OR p.earned <> l.settled)
            """),
    SETTLED_MERCHANT_SOLD_WHAT_ITS_REDEMPTIONS_SAY(7, Over.BOOK_IN_FULL, """
            SELECT p.book_id, NULL::bigint AS seq, format('merchants/%s', p.merchant) AS subject,
                   format('%s sold by its entries', l.sold) AS found, format('%s, by its redemptions', r.captured) AS expected
            FROM settlement_position p
            JOIN ledger_account a ON a.book_id = p.book_id AND a.code = '2300' AND a.owner = p.merchant AND a.unit = 'PTS' AND a.lot = ''
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount), 0) AS sold
                FROM ledger_posting o JOIN ledger_entry e USING (book_id, seq) LEFT JOIN imported_book i USING (book_id)
                WHERE o.book_id = a.book_id AND o.account_id = a.account_id AND e.type IN ('REDEEM_SALE', 'REDEEM_CAPTURE')
                AND e.seq > coalesce(i.last_seq, 0)) l
            JOIN LATERAL (
                SELECT sum(r.captured) AS captured
                FROM redemption r JOIN ledger_entry e USING (book_id, seq)
                WHERE r.book_id = p.book_id AND r.merchant = p.merchant AND e.type IN ('REDEEM_SALE', 'REDEEM_CAPTURE')
                AND r.redemption_id > '00000000-0000-0000-0000-000000000000' -- so that the merchant's list serves
                HAVING count(*) > 0) r ON true
            WHERE :book(p) AND l.sold <> r.captured
            """),
    SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED(7, Over.BOOK_IN_FULL, """
            SELECT s.book_id, s.close_entry AS seq, format('settlements/%s', s.settlement_id) AS subject,
                   format('%s with %s of %s: closed %s, ended %s, 2310 has %s', s.status, s.amount, s.merchant, closed, ended, a.posted) AS found,
                   format('entries that moved %s, and %s earned between its entries, which says %s', s.amount, l.earned, s.earned) AS expected
            FROM settlement s
            LEFT JOIN ledger_account a
                ON a.book_id = s.book_id AND a.code = '2310' AND a.owner = s.settlement_id::text AND a.unit = 'PTS' AND a.lot = ''
            LEFT JOIN ledger_account m
                ON m.book_id = s.book_id AND m.code = '2300' AND m.owner = s.merchant AND m.unit = 'PTS' AND m.lot = ''
            LEFT JOIN ledger_account t ON t.book_id = s.book_id AND t.code = '3240'
            CROSS JOIN LATERAL (
                SELECT (SELECT string_agg(format('%s%s', CASE WHEN o.account_id = a.account_id THEN '2310:'
                                                              WHEN o.account_id = m.account_id THEN '2300:' ELSE '' END, o.amount),
                                          ' ' ORDER BY o.amount)
                        FROM ledger_entry e
                        JOIN ledger_posting o ON o.book_id = e.book_id AND o.account_id = ANY (e.accounts) AND o.seq = e.seq
                        WHERE e.book_id = s.book_id AND e.seq = s.close_entry) AS closed,
                       (SELECT string_agg(format('%s%s', CASE WHEN o.account_id = a.account_id THEN '2310:'
                                                              WHEN o.account_id = m.account_id THEN '2300:'
                                                              WHEN o.account_id = t.account_id THEN '3240:' ELSE '' END, o.amount),
                                          ' ' ORDER BY o.amount)
                        FROM ledger_entry e
                        JOIN ledger_posting o ON o.book_id = e.book_id AND o.account_id = ANY (e.accounts) AND o.seq = e.seq
                        WHERE e.book_id = s.book_id AND e.seq = s.end_entry) AS ended) moved
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount), 0) AS earned
                FROM ledger_posting o JOIN ledger_entry e USING (book_id, seq) LEFT JOIN imported_book i USING (book_id)
                WHERE o.book_id = s.book_id AND o.account_id = m.account_id
                AND (e.type NOT LIKE 'SETTLEMENT%' OR e.seq <= i.last_seq) AND o.seq > s.prior_entry AND o.seq <= s.last_entry) l
            WHERE :book(s)
            AND (a.posted IS DISTINCT FROM CASE WHEN s.status = 'CLOSED' THEN s.amount ELSE 0 END
                 OR l.earned <> s.earned
                 OR closed IS DISTINCT FROM format('2300:-%s 2310:%s', s.amount, s.amount)
                 OR ended IS DISTINCT FROM CASE s.status
                        WHEN 'PAID' THEN format('2310:-%s 3240:%s', s.amount, s.amount)
                        WHEN 'REJECTED' THEN format('2310:-%s 2300:%s', s.amount, s.amount)
                    END)
            """),
    STANDING_SETTLEMENTS_DO_NOT_OVERLAP(7, Over.BOOK, """
            SELECT s.book_id, s.close_entry AS seq, format('settlements/%s', s.settlement_id) AS subject,
                   format('of %s from %s to %s, and settlement %s from %s to %s', s.merchant, s.first_day, s.last_day, o.settlement_id,
                          o.first_day, o.last_day) AS found,
                   'periods and entries that do not overlap' AS expected
            FROM settlement s
            JOIN settlement o ON o.book_id = s.book_id AND o.merchant = s.merchant AND o.settlement_id <> s.settlement_id
            WHERE :book(s) AND s.status <> 'REJECTED' AND o.status <> 'REJECTED'
            AND (s.first_day <= o.last_day AND o.first_day <= s.last_day
                 OR s.prior_entry < o.last_entry AND o.prior_entry < s.last_entry)
            """),
    PAYABLE_IS_CAPTURES_LESS_REFUNDS_AND_WHAT_OTHERS_POSTED(7, Over.BOOK_IN_FULL, """
            WITH captured AS (
                SELECT r.book_id, r.merchant AS owner, sum(r.captured) AS amount
                FROM redemption r
                WHERE :book(r)
                GROUP BY r.book_id, r.merchant),
            refunded AS (
                SELECT f.book_id, r.merchant AS owner, sum(f.amount) AS amount
                FROM redemption_refund f
                JOIN redemption r USING (book_id, redemption_id)
                WHERE :book(f)
                GROUP BY f.book_id, r.merchant),
            others AS (
                SELECT a.book_id, a.owner, sum(p.amount) AS amount
                FROM ledger_account a
                JOIN ledger_posting p ON p.book_id = a.book_id AND p.account_id = a.account_id
                WHERE :book(a) AND a.code = '2300'
                  AND NOT EXISTS (SELECT FROM redemption r WHERE r.book_id = p.book_id AND r.seq = p.seq)
                  AND NOT EXISTS (SELECT FROM redemption_refund f WHERE f.book_id = p.book_id AND f.seq = p.seq)
                GROUP BY a.book_id, a.owner)
            SELECT book_id, NULL::bigint AS seq, format('merchants/%s', owner) AS subject, format('%s payable', posted) AS found,
                   format('%s of redemptions and refunds, %s of other entries', redeemed, other) AS expected
            FROM (
                SELECT a.book_id, a.owner, a.posted, coalesce(c.amount, 0) - coalesce(f.amount, 0) AS redeemed,
                       coalesce(o.amount, 0) AS other
                FROM ledger_account a
                LEFT JOIN captured c USING (book_id, owner)
                LEFT JOIN refunded f USING (book_id, owner)
                LEFT JOIN others o USING (book_id, owner)
                WHERE :book(a) AND a.code = '2300') m
            WHERE posted <> redeemed + other
            """),
    CLEARING_AGREES(7, Over.BOOK, """
            SELECT a.book_id, NULL::bigint AS seq, format('accounts/%s', :path(a)) AS subject,
                   format('%s %s with book %s', a.posted - a.before, a.unit, a.owner) AS found,
                   format('%s, because the other way it is %s', -(coalesce(c.posted, 0) - c.before), coalesce(c.posted, 0) - c.before)
                       AS expected
            FROM (
                SELECT a.*, b.code AS book, other.book_id AS other, coalesce((SELECT p.balance_after FROM ledger_posting p JOIN imported_book i USING (book_id)
                                 WHERE p.book_id = a.book_id AND p.account_id = a.account_id AND p.seq <= i.last_seq
                                 ORDER BY p.seq DESC LIMIT 1), 0) AS before
                FROM ledger_account a
                JOIN ledger_book b ON b.book_id = a.book_id
                LEFT JOIN ledger_book other ON other.code = a.owner
                WHERE :book(a) AND a.code = '1500') a
            CROSS JOIN LATERAL (
                SELECT max(c.posted) AS posted, coalesce(max(coalesce((SELECT p.balance_after FROM ledger_posting p JOIN imported_book i USING (book_id)
                                 WHERE p.book_id = c.book_id AND p.account_id = c.account_id AND p.seq <= i.last_seq
                                 ORDER BY p.seq DESC LIMIT 1), 0)), 0) AS before
                FROM ledger_account c
                WHERE c.book_id = a.other AND c.code = '1500' AND c.owner = a.book AND c.unit = a.unit) c
            WHERE a.posted - a.before + coalesce(c.posted, 0) - c.before <> 0
            """),

    // ---- 8: answers -------------------------------------------------------------------------------------------------

    KEY_HAS_AN_ANSWER_THAT_MAY_BE_KEPT(8, Over.BOOK_IN_FULL, """
            SELECT k.book_id, NULL::bigint AS seq, format('answers/%s', k.key) AS subject,
                   format('%s of client %s', k.status, k.client_id) AS found, 'a success, 409 or 422' AS expected
            FROM commit_answer k
            WHERE :book(k) AND NOT (k.status < 300 OR k.status IN (409, 422))
            """),

    // ---- what is sealed ---------------------------------------------------------------------------------------------

    LEAF_HASH_IS_OF_THE_CANONICAL_BYTES(null, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('leaf hash %s', encode(e.leaf_hash, 'hex')) AS found,
                   format('%s, the hash of its bytes', encode(sha256('\\x00'::bytea || e.canonical), 'hex')) AS expected
            FROM ledger_entry e
            WHERE :entries(e) AND e.leaf_hash <> sha256('\\x00'::bytea || e.canonical)
            """),
    CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY(null, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject,
                   CASE WHEN said <> sealed THEN format('columns that say %s', said - shared)
                        ELSE 'a text that its salted hash is not of' END AS found,
                   CASE WHEN said <> sealed THEN format('%s, as was sealed', sealed - shared)
                        ELSE 'the text that was written, or none' END AS expected
            FROM ledger_entry e
            JOIN ledger_book b ON b.book_id = e.book_id
            LEFT JOIN access_client c ON c.client_id = e.client_id
            LEFT JOIN ledger_entry_text t ON t.book_id = e.book_id AND t.seq = e.seq
            CROSS JOIN LATERAL (SELECT convert_from(e.canonical, 'UTF8')::jsonb AS j OFFSET 0) parsed
            CROSS JOIN LATERAL (
                SELECT jsonb_strip_nulls(jsonb_build_object(
                           'actor', e.actor, 'approver', e.approver, 'book', b.code, 'client', coalesce(c.client, j ->> 'client'),
                           'group', e.group_id, 'occurredOn', e.occurred_on, 'onBehalfOf', e.on_behalf_of,
                           'postedAt', to_char(e.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                           'reference', e.reference, 'reverses', e.reverses::text, 'seq', e.seq::text, 'type', e.type,
                           'unit', e.unit)) AS said,
                       j - 'postings' - 'reasonHash' - 'metadataHash' AS sealed
                OFFSET 0) s
            CROSS JOIN LATERAL (
                SELECT array(SELECT key FROM jsonb_each(said) one WHERE sealed -> key = value) AS shared) k
            WHERE :entries(e)
            AND (said <> sealed
                 OR t.reason IS NOT NULL
                    AND j ->> 'reasonHash' IS DISTINCT FROM encode(sha256(t.salt || convert_to(t.reason, 'UTF8')), 'hex')
                 OR t.metadata IS NOT NULL
                    AND j ->> 'metadataHash' IS DISTINCT FROM encode(sha256(t.salt || convert_to(
                        (SELECT '{' || coalesce(string_agg(to_json(key) || ':' || to_json(value), ',' ORDER BY key COLLATE "C"), '') || '}'
                         FROM jsonb_each_text(t.metadata)), 'UTF8')), 'hex'))
            """),
    CANONICAL_POSTINGS_ARE_THE_POSTINGS(null, Over.ENTRIES, """
            SELECT e.book_id, e.seq, format('entries/%s', e.seq) AS subject, format('postings %s', to_json(array(SELECT unnest(recorded) EXCEPT ALL SELECT unnest(sealed)))) AS found,
                   format('%s, as was sealed', to_json(array(SELECT unnest(sealed) EXCEPT ALL SELECT unnest(recorded)))) AS expected
            FROM ledger_entry e
            CROSS JOIN LATERAL (
                SELECT array(
                    SELECT format('%s %s = %s (%s)', :path(a), p.amount, p.balance_after, p.version)
                    FROM ledger_posting p
                    JOIN ledger_account a ON a.book_id = p.book_id AND a.account_id = p.account_id
                    WHERE p.book_id = e.book_id AND p.account_id = ANY (e.accounts) AND p.seq = e.seq
                    ORDER BY 1) AS recorded) r
            CROSS JOIN LATERAL (
                SELECT array(
                    SELECT format('%s %s = %s (%s)', j ->> 'account', j ->> 'amount', j ->> 'balance', j ->> 'version')
                    FROM jsonb_array_elements(convert_from(e.canonical, 'UTF8')::jsonb -> 'postings') AS j
                    ORDER BY 1) AS sealed) s
            WHERE :entries(e) AND recorded <> sealed
            """),

    // ---- what the transparency log recorded apart from the books ----------------------------------------------------

    LOG_HAS_THE_LEAVES_OF_THE_ENTRIES(null, Over.ENTRIES, """
            SELECT h.book_id, k.seq, format('entries/%s', k.seq) AS subject,
                   coalesce('leaf hash ' || encode(sha256('\\x00'::bytea || e.canonical), 'hex'), 'nothing') AS found,
                   format('%s, as the log recorded it', encode(k.hash, 'hex')) AS expected
            FROM log_hash h
            CROSS JOIN LATERAL generate_series(0, octet_length(h.hashes) / 32 - 1) i
            CROSS JOIN LATERAL (SELECT h.first + i + 1 AS seq, substr(h.hashes, i * 32 + 1, 32) AS hash) k
            LEFT JOIN ledger_entry e ON e.book_id = h.book_id AND e.seq = k.seq
            WHERE :book(h) AND h.level = 0 AND h.first > :after - 32 AND h.first < :through AND k.seq > :after AND k.seq <= :through
            AND (e.seq IS NULL OR sha256('\\x00'::bytea || e.canonical) <> k.hash)
            """),
    LOG_IS_NOT_AHEAD_OF_ITS_BOOK(null, Over.BOOK, """
            SELECT l.book_id, l.size AS seq, format('entries/%s', l.size) AS subject, format('a last entry %s', b.last_seq) AS found,
                   format('%s or a later one: so many have been signed', l.size) AS expected
            FROM log_book l
            LEFT JOIN ledger_book b USING (book_id)
            WHERE :book(l) AND coalesce(b.last_seq, 0) < l.size
            """),
    /**
     * By the ids of the keys, a hash over each: somebody with a key of his own is found, unless he also adds it to the
     * published ones, which only those notice who know them from elsewhere. A note that is none has no signer.
     */
    CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY(null, Over.ENTRIES, """
            SELECT c.book_id, c.size AS seq, 'log/checkpoint' AS subject,
                   format('size %s, signed by %s', split_part(c.note, E'\\n', 2), coalesce(nullif(array_to_string(signers, ', '), ''), 'nobody')) AS found,
                   format('size %s, signed by %s', c.size, coalesce(array_to_string(published, ' or '), 'a published key')) AS expected
            FROM log_checkpoint c
            CROSS JOIN LATERAL (
                SELECT array(
                    SELECT CASE WHEN line ~ '^— [^ ]+ [A-Za-z0-9+/]{91}=$'
                                THEN split_part(line, ' ', 2) || '+'
                                     || encode(substr(decode(split_part(line, ' ', 3), 'base64'), 1, 4), 'hex') END
                    FROM regexp_split_to_table(rtrim(split_part(c.note, E'\\n\\n', 2), E'\\n'), E'\\n') AS line) AS signers
                OFFSET 0) s
            CROSS JOIN LATERAL (
                SELECT array_agg(split_part(k.key, '+', 1) || '+' || split_part(k.key, '+', 2)) AS published
                FROM log_key k
                WHERE k.book_id = c.book_id AND k.since <= c.size
                OFFSET 0) p
            WHERE :book(c) AND c.size > :after AND c.size <= :through
            AND (split_part(c.note, E'\\n', 2) <> c.size::text OR published IS NULL OR NOT signers && published)
            """),
    /** The integrator verifies the last checkpoint, by its published keys, against the root of what it recorded. */
    LOG_IS_NOT_REFUSED(null, Over.BOOK, """
            SELECT l.book_id, l.refused_seq AS seq, format('entries/%s', l.refused_seq) AS subject, l.refused AS found,
                   'what was recorded, so that the log signs over it' AS expected
            FROM log_book l
            WHERE :book(l) AND l.refused IS NOT NULL
            """);

    /** What a check goes through, and so how it is cut into statements that each end soon. */
    public enum Over {
        /** Entries, some thousand at a time: behind the position of an incremental run, or all. */
        ENTRIES,
        /** Accounts, some hundred at a time, all of them in every run, with their postings behind the position. */
        ACCOUNTS,
        /** What a book has, at once. */
        BOOK,
        /** The same, and so long in a large book that incremental runs leave it to full ones. */
        BOOK_IN_FULL
    }

    private final @Nullable Integer invariant;
    private final Over over;
    private final String offenders;

    /** @param invariant its number in the list of the design; null for what is sealed */
    Check(@Nullable Integer invariant, Over over, String offenders) {
        this.invariant = invariant;
        this.over = over;
        this.offenders = offenders;
    }

    /** The number in the list of the package's chapter; null for what is sealed. */
    public @Nullable Integer invariant() {
        return invariant;
    }

    public Over over() {
        return over;
    }

    /** The query of the first offender: {@code book_id, seq, subject, found, expected}, or no row. */
    public String sql(Scope scope) {
        return "SELECT book_id, seq, subject, found, expected FROM (" + scope.in(offenders)
                + ") offenders ORDER BY book_id, seq, subject LIMIT 1";
    }
}
