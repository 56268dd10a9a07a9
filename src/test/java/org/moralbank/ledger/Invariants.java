package org.moralbank.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The invariants of design.md, section 4, read off the tables: one query each, which gives the first offender, or no row.
 * The queries know the tables only, so that they prove what is recorded and not what the code believes. Of a book that was
 * imported the tables of features begin behind {@code imported_book.last_seq}; before it what settlements took is part of what
 * was earned.
 */
public enum Invariants {
    ENTRY_HAS_TWO_POSTINGS_OR_MORE(1, """
            SELECT format('entry %s/%s has %s postings', e.book_id, e.seq, count(p.seq))
            FROM ledger_entry e LEFT JOIN ledger_posting p USING (book_id, seq)
            GROUP BY e.book_id, e.seq HAVING count(p.seq) < 2
            """),
    POSTING_BELONGS_TO_AN_ENTRY(1, """
            SELECT format('posting %s/%s on account %s has no entry', p.book_id, p.seq, p.account_id)
            FROM ledger_posting p LEFT JOIN ledger_entry e USING (book_id, seq)
            WHERE e.seq IS NULL
            """),
    ENTRY_SUMS_TO_ZERO(1, """
            SELECT format('entry %s/%s sums to %s', book_id, seq, sum(amount))
            FROM ledger_posting
            GROUP BY book_id, seq HAVING sum(amount) <> 0
            """),
    NO_POSTING_IS_ZERO(1, """
            SELECT format('posting %s/%s on account %s is zero', book_id, seq, account_id)
            FROM ledger_posting
            WHERE amount = 0
            """),
    ENTRY_HAS_THE_UNIT_OF_ITS_ACCOUNTS(1, """
            SELECT format('entry %s/%s in %s posts to account %s in %s', e.book_id, e.seq, e.unit, p.account_id, a.unit)
            FROM ledger_entry e
            JOIN ledger_posting p USING (book_id, seq)
            LEFT JOIN ledger_account a USING (book_id, account_id)
            WHERE a.unit IS DISTINCT FROM e.unit
            """),
    ENTRY_NAMES_ITS_ACCOUNTS(1, """
            SELECT format('entry %s/%s names accounts %s', e.book_id, e.seq, e.accounts)
            FROM ledger_entry e
            WHERE (SELECT count(DISTINCT account) FROM unnest(e.accounts) account) <> cardinality(e.accounts)
            OR array(SELECT account FROM unnest(e.accounts) account ORDER BY account)
                <> array(SELECT account_id FROM ledger_posting p WHERE p.book_id = e.book_id AND p.seq = e.seq ORDER BY account_id)
            """),
    BOOK_SUMS_TO_ZERO(2, """
            SELECT format('book %s sums to %s %s', book_id, sum(posted), unit)
            FROM ledger_account
            GROUP BY book_id, unit HAVING sum(posted) <> 0
            """),
    BALANCE_IS_THE_SUM_OF_ITS_POSTINGS(2, """
            SELECT format('account %s/%s has %s posted, its postings sum to %s', a.book_id, a.account_id, a.posted, coalesce(sum(p.amount), 0))
            FROM ledger_account a LEFT JOIN ledger_posting p USING (book_id, account_id)
            GROUP BY a.book_id, a.account_id HAVING a.posted <> coalesce(sum(p.amount), 0)
            """),
    BALANCE_AFTER_IS_THE_RUNNING_SUM(2, """
            SELECT format('posting %s/%s on account %s says %s after it, its account had %s', book_id, seq, account_id, balance_after, running)
            FROM (SELECT *, sum(amount) OVER (PARTITION BY book_id, account_id ORDER BY seq) AS running FROM ledger_posting) p
            WHERE balance_after <> running
            """),
    SEQ_HAS_NO_GAPS(3, """
            SELECT format('book %s has entry %s in place %s', book_id, seq, place)
            FROM (SELECT book_id, seq, row_number() OVER (PARTITION BY book_id ORDER BY seq) AS place FROM ledger_entry) e
            WHERE seq <> place
            """),
    IMPORT_IS_OF_ENTRIES_THAT_ARE_THERE(3, """
            SELECT format('book %s was imported up to entry %s with %s accounts, and has %s entries and %s accounts; client %s', i.book_id,
                          i.last_seq, i.accounts, b.last_seq, b.last_account, e.client_id)
            FROM imported_book i
            LEFT JOIN ledger_book b USING (book_id)
            LEFT JOIN LATERAL (SELECT client_id
                               FROM ledger_entry e
                               WHERE e.book_id = i.book_id AND (e.seq <= i.last_seq) <> (e.client_id = 0)
                               LIMIT 1) e ON true
            WHERE b.last_seq IS NULL OR b.last_seq < i.last_seq OR b.last_account < i.accounts OR e.client_id IS NOT NULL
            """),
    BOOK_KNOWS_ITS_LAST_ENTRY(3, """
            SELECT format('book %s says %s at %s, its last entry is %s at %s', b.book_id, b.last_seq, b.last_posted_at, max(e.seq), max(e.posted_at))
            FROM ledger_book b LEFT JOIN ledger_entry e USING (book_id)
            GROUP BY b.book_id
            HAVING b.last_seq <> coalesce(max(e.seq), 0) OR b.last_posted_at < max(e.posted_at)
            """),
    BOOK_OF_AN_ENTRY_IS_THERE(3, """
            SELECT format('entry %s/%s is in no book', e.book_id, e.seq)
            FROM ledger_entry e LEFT JOIN ledger_book b USING (book_id)
            WHERE b.book_id IS NULL
            """),
    POSTED_AT_NEVER_GOES_BACK(3, """
            SELECT format('entry %s/%s was posted at %s, the one before at %s', book_id, seq, posted_at, before)
            FROM (SELECT book_id, seq, posted_at, lag(posted_at) OVER (PARTITION BY book_id ORDER BY seq) AS before FROM ledger_entry) e
            WHERE posted_at < before
            """),
    VERSIONS_HAVE_NO_GAPS(3, """
            SELECT format('account %s/%s has version %s in place %s', book_id, account_id, version, place)
            FROM (SELECT *, row_number() OVER (PARTITION BY book_id, account_id ORDER BY seq) AS place FROM ledger_posting) p
            WHERE version <> place
            """),
    ACCOUNT_KNOWS_ITS_VERSION(3, """
            SELECT format('account %s/%s is at version %s and has %s postings', a.book_id, a.account_id, a.version, count(p.seq))
            FROM ledger_account a LEFT JOIN ledger_posting p USING (book_id, account_id)
            GROUP BY a.book_id, a.account_id HAVING a.version <> count(p.seq)
            """),
    ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS(3, """
            SELECT format('book %s has account %s in place %s, and says its last is %s', book_id, account_id, place, last_account)
            FROM (SELECT book_id, account_id, last_account, row_number() OVER (PARTITION BY book_id ORDER BY account_id) AS place,
                         count(account_id) OVER (PARTITION BY book_id) AS all_of_them
                  FROM ledger_account FULL JOIN ledger_book USING (book_id)) a
            WHERE account_id <> place OR last_account IS DISTINCT FROM all_of_them
            """),
    HELD_IS_WITHIN_BOUNDS(4, """
            SELECT format('account %s/%s has %s posted, %s held, between %s and %s', book_id, account_id, posted, held, floor, ceiling)
            FROM ledger_account
            WHERE held < 0 OR posted - held < floor OR posted > ceiling
            """),
    HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS(4, """
            SELECT format('account %s/%s has %s held, its holds sum to %s', book_id, account_id, a.held, l.amount)
            FROM ledger_account a
            FULL JOIN (SELECT h.book_id, line.account_id::int, sum(line.amount) AS amount
                       FROM ledger_hold h, unnest(h.lines_account, h.lines_amount) AS line (account_id, amount)
                       WHERE h.status = 'ACTIVE'
                       GROUP BY h.book_id, line.account_id) l USING (book_id, account_id)
            WHERE coalesce(a.held, 0) <> coalesce(l.amount, 0)
            """),
    HOLD_RESERVES_SOMETHING(4, """
            SELECT format('hold %s has lines %s %s', hold_id, lines_account, lines_amount)
            FROM ledger_hold
            WHERE cardinality(lines_account) = 0 OR cardinality(lines_account) <> cardinality(lines_amount)
               OR 0 >= ANY (lines_amount)
            """),
    CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD(6, """
            SELECT format('hold %s of %s was captured by entry %s/%s with %s', h.hold_id, h.lines_amount, h.book_id, h.captured_seq, taken)
            FROM ledger_hold h
            LEFT JOIN LATERAL (SELECT -sum(p.amount) AS taken
                               FROM ledger_posting p
                               WHERE p.book_id = h.book_id AND p.seq = h.captured_seq AND p.account_id = ANY (h.lines_account)) p ON true
            WHERE h.status = 'CAPTURED'
              AND (taken IS NULL OR taken > (SELECT sum(amount) FROM unnest(h.lines_amount) AS line (amount)))
            """),
    ENTRY_IS_REVERSED_AT_MOST_ONCE(6, """
            SELECT format('entry %s/%s is reversed %s times', book_id, reverses, count(*))
            FROM ledger_entry
            WHERE reverses IS NOT NULL
            GROUP BY book_id, reverses HAVING count(*) > 1
            """),
    REVERSAL_IS_NEVER_REVERSED(6, """
            SELECT format('entry %s/%s reverses %s, which is %s', r.book_id, r.seq, r.reverses, coalesce(e.type, 'not there'))
            FROM ledger_entry r LEFT JOIN ledger_entry e ON e.book_id = r.book_id AND e.seq = r.reverses
            WHERE r.reverses IS NOT NULL AND (e.seq IS NULL OR e.reverses IS NOT NULL OR e.seq >= r.seq)
            """),
    AUTHORIZATION_HOLDS_WHAT_WAS_APPROVED(4, """
            SELECT format('redemption %s is %s with %s approved, its hold is %s with %s', r.redemption_id, r.status, r.approved, h.status, h.lines_amount)
            FROM redemption r
            LEFT JOIN ledger_hold h ON h.book_id = r.book_id AND h.hold_id = r.redemption_id
            WHERE r.mode = 'AUTHORIZE' AND r.voucher IS NULL
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
    VOUCHER_PAYS_ONE_REDEMPTION_FROM_ITS_HOLD(4, """
            SELECT format('redemption %s is %s with %s of voucher %s, which is %s of %s others; its hold is %s, captured by %s', r.redemption_id,
                          r.status, r.approved, r.voucher, v.status, r.others, h.status, h.captured_seq)
            FROM (SELECT *, count(*) OVER (PARTITION BY book_id, voucher) - 1 AS others
                  FROM redemption
                  WHERE voucher IS NOT NULL AND (status = 'AUTHORIZED' OR captured IS NOT NULL)) r
            LEFT JOIN pay_voucher v ON v.book_id = r.book_id AND v.voucher_id = r.voucher
            LEFT JOIN ledger_hold h ON h.book_id = r.book_id AND h.hold_id = r.voucher
            WHERE r.others > 0 OR v.status IS DISTINCT FROM 'USED' OR v.member <> r.member OR r.approved > v.amount
               OR h.captured_seq IS DISTINCT FROM r.seq
               OR h.status IS DISTINCT FROM CASE WHEN r.captured IS NULL THEN 'ACTIVE' ELSE 'CAPTURED' END
            """),
    REFUNDS_ARE_AT_MOST_WHAT_WAS_CAPTURED(6, """
            SELECT format('redemption %s captured %s, says %s refunded, and its refunds sum to %s', redemption_id, r.captured, r.refunded, f.amount)
            FROM redemption r
            FULL JOIN (SELECT book_id, redemption_id, sum(amount) AS amount
                       FROM redemption_refund
                       GROUP BY book_id, redemption_id) f USING (book_id, redemption_id)
            WHERE r.refunded IS DISTINCT FROM coalesce(f.amount, 0) OR r.refunded > coalesce(r.captured, 0)
            """),
    TRANSACTION_THAT_WAS_REVERSED_BEFORE_IT_CAME_NEVER_CAME(6, """
            SELECT format('transaction %s of terminal %s was refused, and made redemption %s', terminal_transaction, terminal, r.redemption_id)
            FROM redemption_tombstone t
            JOIN redemption r USING (book_id, merchant, terminal, terminal_transaction)
            """),
    CAPTURE_IS_WHAT_THE_MERCHANT_WAS_GIVEN(7, """
            SELECT format('redemption %s captured %s, its entry %s/%s gave %s %s', r.redemption_id, r.captured, r.book_id, r.seq, r.merchant, p.amount)
            FROM (SELECT *, count(*) OVER (PARTITION BY book_id, seq) AS claims FROM redemption WHERE seq IS NOT NULL) r
            LEFT JOIN LATERAL (SELECT sum(p.amount) AS amount
                               FROM ledger_posting p
                               JOIN ledger_account a USING (book_id, account_id)
                               WHERE p.book_id = r.book_id AND p.seq = r.seq AND a.code = '2300' AND a.owner = r.merchant) p ON true
            WHERE p.amount IS DISTINCT FROM r.captured OR r.claims > 1
            """),
    REFUND_IS_WHAT_THE_MERCHANT_GAVE_BACK(7, """
            SELECT format('refund %s/%s of %s, its entry took %s from %s', f.book_id, f.seq, f.amount, -p.amount, r.merchant)
            FROM redemption_refund f
            LEFT JOIN redemption r USING (book_id, redemption_id)
            LEFT JOIN LATERAL (SELECT sum(p.amount) AS amount
                               FROM ledger_posting p
                               JOIN ledger_account a USING (book_id, account_id)
                               WHERE p.book_id = f.book_id AND p.seq = f.seq
                                 AND (a.code = '2300' AND a.owner = r.merchant OR a.code = '2900')) p ON true
            WHERE -p.amount IS DISTINCT FROM f.amount
            """),
    PAYABLE_IS_WHAT_WAS_EARNED_LESS_WHAT_WAS_CLOSED(7, """
            SELECT format('merchant %s/%s: 2300 has %s, earned %s, closed %s; its position says %s earned up to %s and %s closed',
                          p.book_id, p.merchant, a.posted, l.earned, s.closed, p.earned, p.last_entry, p.closed)
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
            WHERE a.posted IS DISTINCT FROM l.earned - s.closed OR p.closed <> s.closed OR p.earned <> l.settled
            """),
    SETTLED_MERCHANT_SOLD_WHAT_ITS_REDEMPTIONS_SAY(7, """
            SELECT format('merchant %s/%s sold %s by its entries and %s by its redemptions', p.book_id, p.merchant, l.sold, r.captured)
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
                HAVING count(*) > 0) r ON true
            WHERE l.sold <> r.captured
            """),
    SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED(7, """
            SELECT format('settlement %s of %s is %s with %s: closed %s, ended %s, 2310 has %s, earned %s by %s', s.settlement_id,
                          s.merchant, s.status, s.amount, closed, ended, a.posted, s.earned, l.earned)
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
                        FROM ledger_posting o WHERE o.book_id = s.book_id AND o.seq = s.close_entry) AS closed,
                       (SELECT string_agg(format('%s%s', CASE WHEN o.account_id = a.account_id THEN '2310:'
                                                              WHEN o.account_id = m.account_id THEN '2300:'
                                                              WHEN o.account_id = t.account_id THEN '3240:' ELSE '' END, o.amount),
                                          ' ' ORDER BY o.amount)
                        FROM ledger_posting o WHERE o.book_id = s.book_id AND o.seq = s.end_entry) AS ended) moved
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(o.amount), 0) AS earned
                FROM ledger_posting o JOIN ledger_entry e USING (book_id, seq) LEFT JOIN imported_book i USING (book_id)
                WHERE o.book_id = s.book_id AND o.account_id = m.account_id
                AND (e.type NOT LIKE 'SETTLEMENT%' OR e.seq <= i.last_seq) AND o.seq > s.prior_entry AND o.seq <= s.last_entry) l
            WHERE a.posted IS DISTINCT FROM CASE WHEN s.status = 'CLOSED' THEN s.amount ELSE 0 END
            OR l.earned <> s.earned
            OR closed IS DISTINCT FROM format('2300:-%s 2310:%s', s.amount, s.amount)
            OR ended IS DISTINCT FROM CASE s.status
                   WHEN 'PAID' THEN format('2310:-%s 3240:%s', s.amount, s.amount)
                   WHEN 'REJECTED' THEN format('2310:-%s 2300:%s', s.amount, s.amount)
               END
            """),
    STANDING_SETTLEMENTS_DO_NOT_OVERLAP(7, """
            SELECT format('settlements %s and %s of %s overlap', s.settlement_id, o.settlement_id, s.merchant)
            FROM settlement s
            JOIN settlement o ON o.book_id = s.book_id AND o.merchant = s.merchant AND o.settlement_id <> s.settlement_id
            WHERE s.status <> 'REJECTED' AND o.status <> 'REJECTED'
            AND (s.first_day <= o.last_day AND o.first_day <= s.last_day
                 OR s.prior_entry < o.last_entry AND o.prior_entry < s.last_entry)
            """),
    PAYABLE_IS_CAPTURES_LESS_REFUNDS_AND_WHAT_OTHERS_POSTED(7, """
            SELECT format('merchant %s of book %s is owed %s, redemptions and refunds come to %s and other entries to %s', owner, book_id, posted, redeemed, others)
            FROM (SELECT a.book_id, a.owner, a.posted,
                         coalesce((SELECT sum(r.captured) FROM redemption r WHERE r.book_id = a.book_id AND r.merchant = a.owner), 0)
                         - coalesce((SELECT sum(f.amount + coalesce(s.amount, 0))
                                     FROM redemption_refund f
                                     JOIN redemption r USING (book_id, redemption_id)
                                     LEFT JOIN LATERAL (SELECT sum(p.amount) AS amount
                                                        FROM ledger_posting p JOIN ledger_account x USING (book_id, account_id)
                                                        WHERE p.book_id = f.book_id AND p.seq = f.seq AND x.code = '2900') s ON true
                                     WHERE r.book_id = a.book_id AND r.merchant = a.owner), 0) AS redeemed,
                         coalesce((SELECT sum(p.amount)
                                   FROM ledger_posting p
                                   WHERE p.book_id = a.book_id AND p.account_id = a.account_id
                                     AND NOT EXISTS (SELECT FROM redemption r WHERE r.book_id = p.book_id AND r.seq = p.seq)
                                     AND NOT EXISTS (SELECT FROM redemption_refund f WHERE f.book_id = p.book_id AND f.seq = p.seq)), 0) AS others
                  FROM ledger_account a
                  WHERE a.code = '2300') m
            WHERE posted <> redeemed + others
            """),
    CLEARING_AGREES(7, """
            SELECT format('clearing of book %s with %s is %s %s, the other way %s', b.code, a.owner, a.posted, a.unit, c.posted)
            FROM ledger_account a
            JOIN ledger_book b ON b.book_id = a.book_id
            LEFT JOIN ledger_book other ON other.code = a.owner
            LEFT JOIN ledger_account c ON c.book_id = other.book_id AND c.code = '1500' AND c.owner = b.code AND c.unit = a.unit
            WHERE a.code = '1500' AND a.posted + coalesce(c.posted, 0) <> 0
            """),
    KEY_HAS_AN_ANSWER_THAT_MAY_BE_KEPT(8, """
            SELECT format('key %s of client %s in book %s was answered %s', key, client_id, book_id, status)
            FROM commit_answer
            WHERE NOT (status < 300 OR status IN (409, 422))
            """),
    LEAF_HASH_IS_OF_THE_CANONICAL_BYTES(null, """
            SELECT format('entry %s/%s has another hash than its bytes', book_id, seq)
            FROM ledger_entry
            WHERE leaf_hash <> sha256('\\x00'::bytea || canonical)
            """),
    CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY(null, """
            SELECT format('entry %s/%s: %s', e.book_id, e.seq, j)
            FROM ledger_entry e
            JOIN ledger_book b USING (book_id)
            LEFT JOIN access_client c USING (client_id)
            LEFT JOIN ledger_entry_text t USING (book_id, seq),
            LATERAL (SELECT convert_from(e.canonical, 'UTF8')::jsonb AS j) parsed
            WHERE jsonb_strip_nulls(jsonb_build_object(
                      'actor', e.actor, 'approver', e.approver, 'book', b.code, 'client', coalesce(c.client, j ->> 'client'),
                      'group', e.group_id, 'occurredOn', e.occurred_on, 'onBehalfOf', e.on_behalf_of,
                      'postedAt', to_char(e.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                      'reference', e.reference, 'reverses', e.reverses::text, 'seq', e.seq::text, 'type', e.type,
                      'unit', e.unit))
                  <> j - 'postings' - 'reasonHash' - 'metadataHash'
               OR t.reason IS NOT NULL
                  AND j ->> 'reasonHash' IS DISTINCT FROM encode(sha256(t.salt || convert_to(t.reason, 'UTF8')), 'hex')
               OR t.metadata IS NOT NULL
                  AND j ->> 'metadataHash' IS DISTINCT FROM encode(sha256(t.salt || convert_to(
                      (SELECT '{' || coalesce(string_agg(to_json(key) || ':' || to_json(value), ',' ORDER BY key COLLATE "C"), '') || '}'
                       FROM jsonb_each_text(t.metadata)), 'UTF8')), 'hex')
            """),
    CANONICAL_POSTINGS_ARE_THE_POSTINGS(null, """
            SELECT format('entry %s/%s: %s', book_id, seq, path)
            FROM (SELECT p.book_id, p.seq, concat_ws(':', a.code, nullif(a.owner, ''), a.unit, nullif(a.lot, '')) AS path,
                         p.amount::text, p.balance_after::text, p.version::text
                  FROM ledger_posting p JOIN ledger_account a USING (book_id, account_id)) recorded
            FULL JOIN (SELECT e.book_id, e.seq, j ->> 'account' AS path, j ->> 'amount' AS amount,
                              j ->> 'balance' AS balance_after, j ->> 'version' AS version
                       FROM ledger_entry e, jsonb_array_elements(convert_from(e.canonical, 'UTF8')::jsonb -> 'postings') AS j) sealed
                USING (book_id, seq, path, amount, balance_after, version)
            WHERE recorded.book_id IS NULL OR sealed.book_id IS NULL
            """);

    private final @Nullable Integer number;
    private final String sql;

    /** @param number of the list in design.md; null for what is sealed */
    Invariants(@Nullable Integer number, String sql) {
        this.number = number;
        this.sql = sql;
    }

    /** The first that offends; null when nothing does. */
    public @Nullable String offender(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT * FROM (" + sql + ") offenders LIMIT 1")) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** Fails with the offenders of a database, the first of each invariant; all are read in one snapshot. */
    public static void check(Connection connection) throws SQLException {
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        List<String> offenders = new ArrayList<>();
        try (var statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            for (Invariants invariant : values()) {
                String offender = invariant.offender(connection);
                if (offender != null) {
                    offenders.add(invariant
                            + (invariant.number == null ? "" : " (invariant " + invariant.number + ")") + ": "
                            + offender);
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(before);
        }
        if (!offenders.isEmpty()) {
            throw new AssertionError(String.join("\n", offenders));
        }
    }
}
