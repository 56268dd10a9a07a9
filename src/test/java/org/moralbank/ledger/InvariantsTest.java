package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDS;
import static org.moralbank.ledger.Ledger.REVERSALS;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.audit.Check;
import org.moralbank.audit.Scope;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.TestDatabase;

/**
 * Whether the {@linkplain Invariants invariants} find what they are for: somebody who has taken the walls down changes one
 * thing, seals all entries anew where he has to, and exactly the check of that thing gives him away.
 */
class InvariantsTest {
    private static final UUID CAPTURED = UUID.fromString("00000000-0000-7000-8000-000000000001");
    private static final UUID ACTIVE = UUID.fromString("00000000-0000-7000-8000-000000000002");
    private static final LocalDate DAY = LocalDate.parse("2025-03-31");

    /** Makes the sealed bytes of every entry say what the columns say, and the hashes be theirs. */
    private static final String SEAL = """
            UPDATE ledger_entry e
            SET canonical = convert_to((jsonb_strip_nulls(jsonb_build_object(
                    'actor', e.actor, 'approver', e.approver, 'book', b.code, 'client', 'tests', 'group', e.group_id,
                    'occurredOn', e.occurred_on, 'onBehalfOf', e.on_behalf_of,
                    'postedAt', to_char(e.posted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                    'reference', e.reference, 'reverses', e.reverses::text, 'seq', e.seq::text, 'type', e.type,
                    'unit', e.unit,
                    'reasonHash', convert_from(e.canonical, 'UTF8')::jsonb ->> 'reasonHash',
                    'metadataHash', convert_from(e.canonical, 'UTF8')::jsonb ->> 'metadataHash'))
                || jsonb_build_object('postings', coalesce(
                    (SELECT jsonb_agg(jsonb_build_object(
                                'account', concat_ws(':', a.code, nullif(a.owner, ''), a.unit, nullif(a.lot, '')),
                                'amount', p.amount::text, 'balance', p.balance_after::text, 'version', p.version::text))
                     FROM ledger_posting p JOIN ledger_account a USING (book_id, account_id)
                     WHERE p.book_id = e.book_id AND p.seq = e.seq), '[]')))::text, 'UTF8')
            FROM ledger_book b
            WHERE b.book_id = e.book_id;
            UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || canonical);
            UPDATE ledger_entry e
            SET accounts = array(SELECT account_id FROM ledger_posting p WHERE p.book_id = e.book_id AND p.seq = e.seq);
            """;

    private static final String SETTLEMENT = """
            INSERT INTO settlement (book_id, settlement_id, merchant, status, first_day, last_day, prior_entry, last_entry,
                                    carried_over, earned, withheld, amount, fen_per_point, discount_basis_points, gross_fen,
                                    payment_fen, maker, close_entry, closed_at)
            VALUES (1, gen_random_uuid(), 'S', 'CLOSED', '2025-03-01', '2025-03-31', 0, 0, 5, 0, 0, 5, 100, 0, 5, 5, 'W-1', 9,
                    now());
            """;

    /** A checkpoint where that of size 3 is: of a size, by a key, and from which size on the published key signed. */
    private static final String CHECKPOINT = """
            INSERT INTO log_checkpoint (book_id, size, note, signed_at)
            SELECT 1, 3, format(E'b.example/B\\n%d\\nAAAA\\n\\n— b.example/B %%s\\n',
                                replace(encode('\\x%s' || sha512('any'), 'base64'), E'\\n', '')), now();
            INSERT INTO log_key (book_id, key, since, at) VALUES (1, 'b.example/B+05060708+AAAA', %d, now());
            """;

    /** As the integrator recorded the first book's leaves. */
    private static final String LOG = """
            INSERT INTO log_book (book_id, size) VALUES (1, 5);
            INSERT INTO log_hash (book_id, level, first, hashes)
            SELECT 1, 0, n / 2 * 2, string_agg(leaf_hash, ''::bytea ORDER BY seq)
            FROM (SELECT seq, leaf_hash, seq - 1 AS n FROM ledger_entry WHERE book_id = 1) e
            GROUP BY n / 2;
            """;

    private static final String VOUCHER = """
            INSERT INTO pay_voucher (book_id, voucher_id, code_hash, member, amount, status, expires_on, expires_at, created_at,
                                     ended_at)
            VALUES (1, %s, gen_random_uuid(), 'M-1', 20, '%s', '2099-12-31', '2100-01-01', now(), %s);
            """;

    /** With the hash of another entry. */
    private static final String FOUND_WHOLE = """
            INSERT INTO audit_run (book_id, run_id, extent, status, ordered_by, ordered_at, after_seq, through_seq, through_hash, fence,
                                   begun_at, ended_at)
            SELECT book_id, gen_random_uuid(), 'FULL', 'WHOLE', 'tests', now(), 0, %d, leaf_hash, 1, now(), now()
            FROM ledger_entry
            WHERE book_id = 1 AND seq = 4;
            """;

    private static final String SERVICE = """
            INSERT INTO service_record (book_id, record_id, volunteer, activity, occurred_on, minutes, organiser, leader, payer, client,
                                        recorded_at, time_seq)
            VALUES (1, gen_random_uuid(), '%s', '陪伴', '2025-03-31', %d, '互助队', 'L-1', 'ISSUED', 'tests', now(), %d);
            """;

    /** The check that finds it, whom it names, the checks that cannot but find it too, and what was changed. */
    private enum Tamper {
        AN_ENTRY_WITHOUT_POSTINGS(Check.ENTRY_HAS_TWO_POSTINGS_OR_MORE, "1/entries/6: 0 postings", """
                INSERT INTO ledger_entry
                SELECT (jsonb_populate_record(e, '{"seq": 6}')).*
                FROM ledger_entry e
                WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_book SET last_seq = 6 WHERE book_id = 1;
                """ + SEAL),
        POSTINGS_WITHOUT_AN_ENTRY(
                Check.POSTING_BELONGS_TO_AN_ENTRY,
                "1 by entry 9, which is not there; should be an entry that names the account",
                """
                INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                VALUES (1, 1, 9, -1, -101, 2), (1, 3, 9, 1, 21, 5);
                UPDATE ledger_account SET posted = -101, version = 2 WHERE book_id = 1 AND account_id = 1;
                UPDATE ledger_account SET posted = 21, version = 5 WHERE book_id = 1 AND account_id = 3;
                """),
        ONE_MORE_AND_ONE_LESS_LATER(Check.ENTRY_SUMS_TO_ZERO, "1/entries/1: a sum of 1", """
                UPDATE ledger_posting SET amount = amount + 1, balance_after = balance_after + 1
                WHERE book_id = 1 AND seq = 1 AND account_id = 2;
                UPDATE ledger_posting SET amount = amount - 1 WHERE book_id = 1 AND seq = 2 AND account_id = 2;
                """ + SEAL),
        A_POSTING_OF_ZERO(Check.NO_POSTING_IS_ZERO, "1/entries/5: a posting of zero on account 1", """
                INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                VALUES (1, 1, 5, 0, -100, 2);
                UPDATE ledger_account SET version = 2 WHERE book_id = 1 AND account_id = 1;
                """ + SEAL),
        ANOTHER_UNIT(
                Check.ENTRY_HAS_THE_UNIT_OF_ITS_ACCOUNTS,
                "1/entries/1: account 1 in MIN; should be PTS",
                "UPDATE ledger_entry SET unit = 'PTS' WHERE book_id = 1 AND seq = 1;" + SEAL),
        AN_ACCOUNT_NAMED_TOO_MANY(
                Check.ENTRY_NAMES_ITS_ACCOUNTS,
                "1/entries/1: accounts {1,2,3}; should be {1,2}",
                "UPDATE ledger_entry SET accounts = '{1,2,3}' WHERE book_id = 1 AND seq = 1"),
        AN_ACCOUNT_NAMED_TWICE(
                Check.ENTRY_NAMES_ITS_ACCOUNTS,
                "1/entries/1: accounts {1,2,2}; should be {1,2}",
                "UPDATE ledger_entry SET accounts = '{1,2,2}' WHERE book_id = 1 AND seq = 1"),
        AN_ACCOUNT_THAT_THE_ENTRY_DOES_NOT_NAME(
                Check.POSTING_BELONGS_TO_AN_ENTRY,
                "1/accounts/3110:F1.2025:MIN: a posting of -100 by entry 1, which does not name the account",
                "UPDATE ledger_entry SET accounts = '{2}' WHERE book_id = 1 AND seq = 1",
                Check.ENTRY_HAS_TWO_POSTINGS_OR_MORE,
                Check.ENTRY_SUMS_TO_ZERO,
                Check.CANONICAL_POSTINGS_ARE_THE_POSTINGS),
        POSTINGS_ON_NO_ACCOUNT(Check.POSTING_IS_ON_AN_ACCOUNT, "1/accounts/8: postings, and no account", """
                INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                VALUES (1, 8, 1, -1, -1, 1);
                """),
        A_BALANCE_OUT_OF_NOTHING(
                Check.BOOK_SUMS_TO_ZERO,
                "1/accounts?unit=MIN: a sum of 1 MIN",
                "UPDATE ledger_account SET posted = posted + 1 WHERE book_id = 1 AND account_id = 3",
                Check.BALANCE_IS_THE_SUM_OF_ITS_POSTINGS),
        A_BALANCE_MOVED(
                Check.BALANCE_IS_THE_SUM_OF_ITS_POSTINGS, "1/accounts/2100:M-1:MIN: 79 posted; should be 80", """
                UPDATE ledger_account SET posted = posted - 1 WHERE book_id = 1 AND account_id = 2;
                UPDATE ledger_account SET posted = posted + 1 WHERE book_id = 1 AND account_id = 3;
                """),
        ANOTHER_BALANCE_AFTER(
                Check.BALANCE_AFTER_IS_THE_RUNNING_SUM,
                "1/accounts/2100:M-1:MIN: 71 after entry 2, 100 before it; should be 70",
                """
                UPDATE ledger_posting SET balance_after = balance_after + 1 WHERE book_id = 1 AND seq = 2 AND account_id = 2;
                """ + SEAL),
        A_MISSING_NUMBER(Check.SEQ_HAS_NO_GAPS, "1/entries/5: nothing; should be an entry", """
                UPDATE ledger_entry SET seq = 6 WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_posting SET seq = 6 WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_book SET last_seq = 6 WHERE book_id = 1;
                """ + SEAL),
        A_BOOK_THAT_IS_SAID_TO_BE_IMPORTED(
                Check.IMPORTED_ENTRIES_ARE_THERE,
                "2/imports: entries up to 1 with 2 accounts",
                "INSERT INTO imported_book VALUES (2, 9, 1, 2, sha256(''), NULL, sha256(''), now(), 1, 'x')"),
        A_LAST_ENTRY_CUT_OFF(
                Check.BOOK_KNOWS_ITS_LAST_ENTRY,
                "2/entries: a last entry 1 at ",
                "UPDATE ledger_book SET last_seq = last_seq + 1 WHERE book_id = 2",
                Check.SEQ_HAS_NO_GAPS),
        A_BOOK_THAT_SAYS_AN_EARLIER_TIME(
                Check.BOOK_KNOWS_ITS_LAST_ENTRY,
                "1/entries: a last entry 5 at ",
                "UPDATE ledger_book SET last_posted_at = '2025-01-01Z' WHERE book_id = 1"),
        A_BOOK_GONE(
                Check.WHAT_IS_RECORDED_IS_IN_A_BOOK,
                "2/accounts: accounts of a book 2",
                "DELETE FROM ledger_book WHERE book_id = 2",
                Check.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS),
        A_BOOK_CUT_OFF_BEFORE_WHERE_IT_WAS_WHOLE(
                Check.ENTRIES_FOUND_WHOLE_ARE_STILL_THERE, "1/entries/6: nothing; should be", FOUND_WHOLE.formatted(6)),
        ANOTHER_ENTRY_WHERE_IT_WAS_WHOLE(
                Check.ENTRIES_FOUND_WHOLE_ARE_STILL_THERE, "1/entries/5: leaf hash ", FOUND_WHOLE.formatted(5)),
        AN_ENTRY_BEFORE_THE_ONE_BEFORE(Check.POSTED_AT_NEVER_GOES_BACK, "1/entries/3: posted at", """
                UPDATE ledger_entry SET posted_at = posted_at - interval '1 day' WHERE book_id = 1 AND seq = 3;
                """ + SEAL),
        A_VERSION_LEFT_OUT(
                Check.VERSIONS_HAVE_NO_GAPS, "1/accounts/2100:M-2:MIN: version 5 by entry 5; should be 4", """
                UPDATE ledger_posting SET version = 5 WHERE book_id = 1 AND account_id = 3 AND version = 4;
                """ + SEAL),
        AN_ACCOUNT_OF_ANOTHER_VERSION(
                Check.ACCOUNT_KNOWS_ITS_VERSION,
                "1/accounts/3110:F1.2025:MIN: version 2; should be 1",
                "UPDATE ledger_account SET version = 2 WHERE book_id = 1 AND account_id = 1"),
        AN_ACCOUNT_LEFT_OUT(
                Check.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS, "1/accounts/4: account 4 in place 3 of 3", """
                UPDATE ledger_account SET account_id = 4 WHERE book_id = 1 AND account_id = 3;
                UPDATE ledger_posting SET account_id = 4 WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        AN_EVENT_LEFT_OUT(
                Check.EVENTS_HAVE_NO_GAPS, "1/events/4: event 4 behind entry 2 in place 1; should be event 3", """
                INSERT INTO ledger_event (book_id, event_no, seq_before, at, type, subject, data)
                VALUES (1, 4, 2, now(), 'x.y', 'z', '{}');
                """),
        AN_EVENT_BEHIND_AN_ENTRY_TO_COME(
                Check.EVENTS_HAVE_NO_GAPS, "1/events/7: event 7 behind entry 6 in place 1", """
                INSERT INTO ledger_event (book_id, event_no, seq_before, at, type, subject, data)
                VALUES (1, 7, 6, now(), 'x.y', 'z', '{}');
                """),
        A_BOOK_THAT_MISCOUNTS_ITS_ACCOUNTS(
                Check.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS,
                "up to 4, as the book says",
                "UPDATE ledger_book SET last_account = 4 WHERE book_id = 1"),
        AN_EMPTY_BOOK_THAT_MISCOUNTS_ITS_ACCOUNTS(
                Check.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS,
                "3/accounts/: ",
                "UPDATE ledger_book SET last_account = 1 WHERE book_id = 3"),
        AN_ACCOUNT_IN_NO_BOOK(
                Check.WHAT_IS_RECORDED_IS_IN_A_BOOK,
                "9/accounts: accounts of a book 9",
                """
                INSERT INTO ledger_account
                SELECT (jsonb_populate_record(a, '{"book_id": 9, "posted": 0, "version": 0}')).*
                FROM ledger_account a
                WHERE book_id = 2 AND account_id = 1
                """,
                Check.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS),
        A_FLOOR_ABOVE_WHAT_IS_AVAILABLE(
                Check.HELD_IS_WITHIN_BOUNDS,
                "1/accounts/2100:M-1:MIN: 80 posted, 10 held; should be nothing held below zero, 71 or more",
                "UPDATE ledger_account SET floor = 71 WHERE book_id = 1 AND account_id = 2",
                Check.ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART),
        AN_ACCOUNT_OPENED_WITHOUT_A_FLOOR(
                Check.ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART,
                "1/accounts/2100:M-1:MIN: -9223372036854775807 or more available, 9223372036854775807 or less posted; should be 0 or",
                "UPDATE ledger_account SET floor = -9223372036854775807 WHERE book_id = 1 AND account_id = 2"),
        A_BOUND_WITHOUT_A_BUDGET(
                Check.BUDGET_IS_THE_FLOOR_OF_ITS_ACCOUNT,
                "1/accounts/3110:F1.2025:MIN: -500 or more available; should be no bound, because no budget was set",
                "UPDATE ledger_account SET floor = -500 WHERE book_id = 1 AND code = '3110'"),
        A_BUDGET_THAT_BOUNDS_NOTHING(
                Check.BUDGET_IS_THE_FLOOR_OF_ITS_ACCOUNT,
                "1/accounts/3110:F1.2025:MIN: -9223372036854775807 or more available; should be -500, its last budget",
                """
                INSERT INTO ledger_budget (book_id, code, owner, unit, number, amount, issued, set_at, client_id, client)
                VALUES (1, '3110', 'F1.2025', 'MIN', 1, 900, 0, now(), 1, 'tests'),
                       (1, '3110', 'F1.2025', 'MIN', 2, 500, 0, now(), 1, 'tests')
                """),
        A_CEILING_BELOW_WHAT_IS_POSTED(
                Check.HELD_IS_WITHIN_BOUNDS,
                "1/accounts/2100:M-2:MIN: 20 posted",
                "UPDATE ledger_account SET ceiling = 19 WHERE book_id = 1 AND account_id = 3",
                Check.ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART),
        LESS_THAN_NOTHING_HELD(
                Check.HELD_IS_WITHIN_BOUNDS,
                "1/accounts/2100:M-2:MIN: 20 posted, -1 held",
                "UPDATE ledger_account SET held = -1 WHERE book_id = 1 AND account_id = 3",
                Check.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS),
        SOMETHING_HELD_FOR_NOBODY(
                Check.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "1/accounts/2100:M-2:MIN: 1 held; should be 0",
                "UPDATE ledger_account SET held = 1 WHERE book_id = 1 AND account_id = 3"),
        A_HOLD_AWAKENED(
                Check.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "1/accounts/2100:M-1:MIN: 10 held; should be 30",
                "UPDATE ledger_hold SET status = 'ACTIVE', captured_seq = NULL WHERE status = 'CAPTURED'"),
        A_HOLD_ON_NO_ACCOUNT(
                Check.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "1/accounts/8: ",
                "UPDATE ledger_hold SET lines_account = lines_account || 8::bigint, lines_amount = lines_amount || 5::bigint WHERE status = 'ACTIVE'"),
        A_LINE_OF_ZERO(
                Check.HOLD_RESERVES_SOMETHING,
                "1/holds/" + ACTIVE + ": lines {2,3} {10,0}",
                "UPDATE ledger_hold SET lines_account = '{2,3}', lines_amount = '{10,0}' WHERE status = 'ACTIVE'"),
        A_HOLD_WITHOUT_LINES(Check.HOLD_RESERVES_SOMETHING, "1/holds/" + ACTIVE + ": lines {} {}", """
                UPDATE ledger_hold SET lines_account = '{}', lines_amount = '{}' WHERE status = 'ACTIVE';
                UPDATE ledger_account SET held = 0;
                """),
        A_LINE_WITHOUT_AN_AMOUNT(
                Check.HOLD_RESERVES_SOMETHING,
                "1/holds/" + ACTIVE + ": lines {2,3} {10}",
                "UPDATE ledger_hold SET lines_account = '{2,3}' WHERE status = 'ACTIVE'"),
        A_CAPTURE_OF_MORE_THAN_WAS_HELD(
                Check.CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD,
                "1/holds/" + CAPTURED + ": entry 3 took 15; should be {14} or less",
                "UPDATE ledger_hold SET lines_amount = '{14}' WHERE status = 'CAPTURED'"),
        A_CAPTURE_BY_NO_ENTRY(
                Check.CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD,
                "1/holds/" + CAPTURED + ": entry 9 took ",
                "UPDATE ledger_hold SET captured_seq = 9 WHERE status = 'CAPTURED'"),
        AN_EARNING_THAT_NO_SERVICE_EARNED(
                Check.EARNING_BELONGS_TO_ONE_RECORD, "1/entries/5: EARN_TIME of 0 records", """
                UPDATE ledger_entry SET type = 'EARN_TIME' WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_SERVICE_THAT_EARNED_TWICE(
                Check.EARNING_BELONGS_TO_ONE_RECORD,
                "1/entries/5: EARN_TIME of 2 records",
                """
                UPDATE ledger_entry SET type = 'EARN_TIME' WHERE book_id = 1 AND seq = 5;
                DROP INDEX service_record_time;
                """ + SERVICE.formatted("M-2", 5, 5) + SERVICE.formatted("M-2", 5, 5) + SEAL,
                Check.RECORD_EARNED_WHAT_ITS_ENTRIES_GAVE),
        A_SERVICE_OF_OTHER_MINUTES(
                Check.RECORD_EARNED_WHAT_ITS_ENTRIES_GAVE,
                ": entry 5, TRANSFER_TIME, gave 5 to 2100:M-2:MIN; should be an entry of its own that gave 6 to M-2 alone",
                SERVICE.formatted("M-2", 6, 5)),
        A_SERVICE_OF_ANOTHER(
                Check.RECORD_EARNED_WHAT_ITS_ENTRIES_GAVE,
                ": entry 5, TRANSFER_TIME, gave 5 to 2100:M-2:MIN",
                SERVICE.formatted("M-3", 5, 5)),
        A_SERVICE_WITHOUT_AN_ENTRY(
                Check.RECORD_EARNED_WHAT_ITS_ENTRIES_GAVE,
                ": entry 9, not there, gave ",
                SERVICE.formatted("M-2", 5, 9)),
        A_SECOND_REVERSAL(Check.ENTRY_IS_REVERSED_AT_MOST_ONCE, "1/entries/2: reversed by entries 4 and 5", """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 2 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_REVERSED(
                Check.REVERSAL_IS_NEVER_REVERSED,
                "1/entries/5: the reversal of entry 4, which is one itself",
                """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 4 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_OF_NOTHING(
                Check.REVERSAL_IS_NEVER_REVERSED,
                "1/entries/5: the reversal of entry 9, which is not there",
                """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 9 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_OF_WHAT_COMES_LATER(
                Check.REVERSAL_IS_NEVER_REVERSED,
                "1/entries/3: the reversal of entry 5, which is not before it",
                """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 5 WHERE book_id = 1 AND seq = 3;
                """ + SEAL),
        AN_AUTHORIZATION_OF_MORE_THAN_IS_HELD(
                Check.AUTHORIZATION_HOLDS_WHAT_WAS_APPROVED,
                ": AUTHORIZED with 11 approved; should be what its hold says: ACTIVE with {10}",
                """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, occurred_on,
                                        created_at, expires_at)
                SELECT book_id, hold_id, 'AUTHORIZE', 'AUTHORIZED', 'M-1', 'S', 11, 11, '2025-03-31', placed_at, expires_at
                FROM ledger_hold
                WHERE status = 'ACTIVE';
                """),
        MORE_REFUNDED_THAN_REFUNDS_SAY(Check.REFUNDS_ARE_AT_MOST_WHAT_WAS_CAPTURED, ": 5 captured, 6 refunded", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        refunded, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 6, '2025-03-31', now());
                """),
        A_SALE_BEHIND_A_TOMBSTONE(
                Check.TRANSACTION_THAT_WAS_REVERSED_BEFORE_IT_CAME_NEVER_CAME,
                ": made by transaction 17 of terminal T1",
                """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        terminal, terminal_transaction, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 'T1', '17', '2025-03-31', now());
                INSERT INTO redemption_tombstone VALUES (1, 'S', 'T1', '17', now());
                """),
        A_SALE_THAT_GAVE_THE_MERCHANT_NOTHING(
                Check.CAPTURE_IS_WHAT_THE_MERCHANT_WAS_GIVEN, ": 5 captured; should be , what entry 1 gave S", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        seq, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 1, '2025-03-31', now());
                """),
        A_REFUND_THAT_TOOK_NOTHING(
                Check.REFUND_IS_WHAT_THE_MERCHANT_GAVE_BACK,
                "/refunds/1: 5; should be , what its entry took from S",
                """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        refunded, occurred_on, created_at)
                VALUES (1, '00000000-0000-7000-8000-000000000009', 'SALE', 'REFUNDED', 'M-1', 'S', 5, 5, 5, 5, '2025-03-31',
                        now());
                INSERT INTO redemption_refund (book_id, redemption_id, seq, kind, amount, occurred_on, created_at)
                VALUES (1, '00000000-0000-7000-8000-000000000009', 1, 'REFUND', 5, '2025-03-31', now());
                """),
        A_MERCHANT_SETTLED_OF_NOTHING(
                Check.PAYABLE_IS_WHAT_WAS_EARNED_LESS_WHAT_WAS_CLOSED,
                "1/merchants/S:  payable; a position of 0 earned up to entry 0 and 5 closed",
                """
                INSERT INTO settlement_position (book_id, merchant, closed, last_entry, earned)
                VALUES (1, 'S', 5, 0, 0);
                """),
        A_SALE_WITHOUT_A_REDEMPTION(
                Check.SETTLED_MERCHANT_SOLD_WHAT_ITS_REDEMPTIONS_SAY,
                "1/merchants/S: 35 sold by its entries; should be 5",
                """
                UPDATE ledger_account SET unit = 'PTS' WHERE book_id = 1;
                UPDATE ledger_account SET code = '2300', floor = -9223372036854775807, owner = 'S' WHERE book_id = 1 AND account_id = 3;
                UPDATE ledger_entry SET unit = 'PTS' WHERE book_id = 1;
                UPDATE ledger_entry SET type = 'REDEEM_SALE' WHERE book_id = 1 AND seq IN (2, 5);
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        seq, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 5, '2025-03-31', now());
                INSERT INTO settlement_position (book_id, merchant, closed, last_entry, earned)
                VALUES (1, 'S', 0, 5, 20);
                """ + SEAL),
        A_SETTLEMENT_WITHOUT_ENTRIES(
                Check.SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED, ": CLOSED with 5 of S: closed ,", SETTLEMENT),
        TWO_SETTLEMENTS_OF_ONE_PERIOD(
                Check.STANDING_SETTLEMENTS_DO_NOT_OVERLAP,
                ": of S from 2025-03-01 to 2025-03-31, and settlement",
                SETTLEMENT + SETTLEMENT,
                Check.SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED),
        A_VOUCHER_THAT_NOBODY_MADE(
                Check.VOUCHER_PAYS_ONE_REDEMPTION_FROM_ITS_HOLD, ": AUTHORIZED with 5 of voucher", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, occurred_on,
                                        created_at, expires_at, voucher)
                VALUES (1, gen_random_uuid(), 'AUTHORIZE', 'AUTHORIZED', 'M-1', 'S', 5, 5, '2025-03-31', now(), now(),
                        gen_random_uuid());
                """),
        A_VOUCHER_THAT_HOLDS_NOTHING(
                Check.VOUCHER_HAS_ITS_POINTS_PUT_BY,
                ": ACTIVE with 20; its hold is not there with ; should be a hold of 20 that is ACTIVE",
                VOUCHER.formatted("gen_random_uuid()", "ACTIVE", "NULL")),
        A_VOUCHER_TO_BE_USED_AGAIN_WHOSE_POINTS_ARE_SPENT(
                Check.VOUCHER_HAS_ITS_POINTS_PUT_BY,
                "1/vouchers/" + CAPTURED
                        + ": ACTIVE with 20; its hold is CAPTURED with {20}; should be a hold of 20 that is ACTIVE",
                VOUCHER.formatted("'" + CAPTURED + "'", "ACTIVE", "NULL")),
        A_VOUCHER_OF_MORE_THAN_IT_HOLDS(
                Check.VOUCHER_HAS_ITS_POINTS_PUT_BY,
                "1/vouchers/" + ACTIVE + ": ACTIVE with 20; its hold is ACTIVE with {10}; should be a hold of 20",
                VOUCHER.formatted("'" + ACTIVE + "'", "ACTIVE", "NULL")),
        A_VOUCHER_THAT_WAS_REVOKED_AND_STILL_HOLDS(
                Check.VOUCHER_HAS_ITS_POINTS_PUT_BY,
                "1/vouchers/" + ACTIVE
                        + ": REVOKED with 10; its hold is ACTIVE with {10}; should be a hold of 10 that is RELEASED",
                VOUCHER.formatted("'" + ACTIVE + "'", "REVOKED", "now()") + "UPDATE pay_voucher SET amount = 10;"),
        A_VOUCHER_USED_FOR_NOTHING(
                Check.VOUCHER_HAS_ITS_POINTS_PUT_BY,
                "1/vouchers/" + CAPTURED
                        + ": USED with 20; its hold is CAPTURED with {20}; should be a hold of 20 that is of a redemption",
                VOUCHER.formatted("'" + CAPTURED + "'", "USED", "now()")),
        A_SALE_THAT_NO_ENTRY_PAID_FOR(
                Check.PAYABLE_IS_CAPTURES_LESS_REFUNDS_AND_WHAT_OTHERS_POSTED, "1/merchants/S: 20 payable", """
                UPDATE ledger_account SET code = '2300', floor = -9223372036854775807, owner = 'S' WHERE book_id = 1 AND account_id = 3;
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, '2025-03-31', now());
                """ + SEAL),
        A_CLAIM_THE_OTHER_BOOK_DOES_NOT_KNOW(
                Check.CLEARING_AGREES, "1/accounts/1500:B2:MIN: 20 MIN with book B2; should be 0", """
                UPDATE ledger_account SET code = '1500', floor = -9223372036854775807, owner = 'B2' WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        A_CLAIM_ON_NO_BOOK(
                Check.CLEARING_AGREES, "1/accounts/1500:B9:MIN: 20 MIN with book B9; should be 0", """
                UPDATE ledger_account SET code = '1500', floor = -9223372036854775807, owner = 'B9' WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        AN_ANSWER_THAT_MAY_NOT_BE_KEPT(
                Check.KEY_HAS_AN_ANSWER_THAT_MAY_BE_KEPT,
                "1/answers/grant: 503 of client 1",
                "UPDATE commit_answer SET status = 503 WHERE key = 'grant'"),
        ANOTHER_HASH(
                Check.LEAF_HASH_IS_OF_THE_CANONICAL_BYTES,
                "1/entries/2: leaf hash ",
                "UPDATE ledger_entry SET leaf_hash = sha256(canonical) WHERE book_id = 1 AND seq = 2"),
        ANOTHER_DAY(
                Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "1/entries/2: columns that say {\"occurredOn\": \"2025-04-01\"}; should be {\"occurredOn\": \"2025-03-31\"}",
                "UPDATE ledger_entry SET occurred_on = occurred_on + 1 WHERE book_id = 1 AND seq = 2"),
        A_REFERENCE_TAKEN_AWAY(
                Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "1/entries/1: columns that say {}; should be {\"reference\": \"REF-1\"}",
                "UPDATE ledger_entry SET reference = NULL WHERE book_id = 1 AND seq = 1"),
        ANOTHER_REASON(
                Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "1/entries/1: a text that its salted hash is not of",
                "UPDATE ledger_entry_text SET reason = 'for nothing'"),
        OTHER_METADATA(
                Check.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "1/entries/1: a text that its salted hash is not of",
                "UPDATE ledger_entry_text SET metadata = metadata || '{\"form\": \"8\"}'"),
        ANOTHER_OWNER(
                Check.CANONICAL_POSTINGS_ARE_THE_POSTINGS,
                "2100:M-9:MIN 30 = 30 (1)\"]; should be [\"2100:M-2:MIN",
                "UPDATE ledger_account SET owner = 'M-9' WHERE book_id = 1 AND account_id = 3"),
        AN_ENTRY_THAT_THE_LOG_KNOWS_OTHERWISE(
                Check.LOG_HAS_THE_LEAVES_OF_THE_ENTRIES,
                "1/entries/2: leaf hash ",
                SEAL
                        + LOG
                        + "UPDATE ledger_entry SET occurred_on = occurred_on + 1 WHERE book_id = 1 AND seq = 2;"
                        + SEAL),
        THE_LAST_ENTRY_DELETED_WITH_ALL_ITS_TRACES(
                Check.LOG_IS_NOT_AHEAD_OF_ITS_BOOK,
                "1/entries/5: a last entry 4; should be 5 or a later one",
                LOG + """
                UPDATE ledger_account a SET posted = a.posted - p.amount, version = a.version - 1
                FROM ledger_posting p WHERE p.book_id = 1 AND p.seq = 5 AND a.book_id = 1 AND a.account_id = p.account_id;
                DELETE FROM ledger_posting WHERE book_id = 1 AND seq = 5;
                DELETE FROM ledger_entry WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_book SET last_seq = 4 WHERE book_id = 1;
                """,
                Check.LOG_HAS_THE_LEAVES_OF_THE_ENTRIES),
        A_LOG_THAT_SIGNS_NO_MORE(Check.LOG_IS_NOT_REFUSED, "1/entries/3: ENTRY_CHANGED", LOG + """
                UPDATE log_book SET refused_seq = 3, refused = 'ENTRY_CHANGED', refused_at = now() WHERE book_id = 1;
                """),
        A_CHECKPOINT_SIGNED_WITH_ANOTHER_KEY(
                Check.CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY,
                "1/log/checkpoint: size 3, signed by b.example/B+01020304; should be size 3, signed by b.example/B+05060708",
                CHECKPOINT.formatted(3, "01020304", 3)),
        A_CHECKPOINT_SIGNED_WITH_A_KEY_BEFORE_ITS_TIME(
                Check.CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY,
                "1/log/checkpoint: size 3, signed by b.example/B+05060708; should be size 3, signed by a published key",
                CHECKPOINT.formatted(3, "05060708", 4)),
        A_CHECKPOINT_IN_THE_PLACE_OF_ANOTHER(
                Check.CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY,
                "1/log/checkpoint: size 2, signed by b.example/B+05060708; should be size 3, ",
                CHECKPOINT.formatted(2, "05060708", 3)),
        A_CHECKPOINT_THAT_IS_NO_NOTE(
                Check.CHECKPOINT_IS_SIGNED_BY_A_PUBLISHED_KEY,
                "1/log/checkpoint: size 3, signed by nobody; should be ",
                CHECKPOINT.replace("— ", "- ").formatted(3, "05060708", 3)),
        ANOTHER_SEALED_AMOUNT(
                Check.CANONICAL_POSTINGS_ARE_THE_POSTINGS, "1/entries/1: postings [\"2100:M-1:MIN 100 = ", """
                UPDATE ledger_entry
                SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"amount":"100"', '"amount":"200"'), 'UTF8')
                WHERE book_id = 1 AND seq = 1;
                UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || canonical);
                """);

        final Check check;
        final String offender;
        final String sql;
        final Set<Check> found;

        Tamper(Check check, String offender, String sql, Check... inevitably) {
            this.check = check;
            this.offender = offender;
            this.sql = sql;
            this.found = EnumSet.of(check, inevitably);
        }
    }

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    @SuppressWarnings("NullAway.Init") // by begin
    private Connection owner;

    private record Doing(int book, List<Holder> holders, Consumer<WorkingSet> what) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book)
                    .row(HOLDS, new HoldTable.Key(book, CAPTURED))
                    .row(HOLDS, new HoldTable.Key(book, ACTIVE))
                    .row(REVERSALS, new EntryTable.Key(book, 2));
            holders.forEach(holder -> Ledger.needHolding(needs, holder));
        }

        @Override
        public Answer decide(WorkingSet set) {
            what.accept(set);
            return Answer.ok(Map.of("done", true));
        }
    }

    /** Three books: in the first five entries, a captured and an active hold; in the second one entry; the third is empty. */
    @BeforeAll
    static void makeTheDatabase() throws Exception {
        database = TestCommits.aDatabase(3);
        Holder fund = Holder.of(1, Chart.ISSUED_FUND_TIME, "F1.2025");
        Holder anna = Holder.of(1, Chart.MEMBER_TIME, "M-1");
        Holder bela = Holder.of(1, Chart.MEMBER_TIME, "M-2");
        Instant later = Instant.now().plusSeconds(3_600);
        EntryText text = EntryText.of(
                "für \"Besuche\",\n看望老人", "{\"form\":\"7\",\"place\":\"a \\\"b\\\" 号/\\t\",\"zone\":\"\"}");
        List<Entry> transfers = new ArrayList<>();
        try (TestCommits commits = TestCommits.on(database, 1)) {
            var inFirst = new Object() {
                void does(String key, Consumer<WorkingSet> what) throws Exception {
                    done(commits, key, 1, List.of(fund, anna, bela, bela.shortfall()), what);
                }
            };
            inFirst.does(
                    "grant",
                    set -> Ledger.post(
                            set,
                            draft(EntryType.GRANT_TIME, 1)
                                    .debit(fund, 100)
                                    .credit(anna, 100)
                                    .reference("REF-1")
                                    .text(text)));
            inFirst.does(
                    "transfer",
                    set -> transfers.add(Ledger.post(
                            set,
                            draft(EntryType.TRANSFER_TIME, 1).debit(anna, 30).credit(bela, 30))));
            inFirst.does("hold", set -> Ledger.hold(set, CAPTURED, anna, 20, later, null));
            inFirst.does(
                    "capture",
                    set -> Ledger.capture(
                            set,
                            CAPTURED,
                            anna,
                            15,
                            draft(EntryType.TRANSFER_TIME, 1).credit(bela, 15)));
            inFirst.does("hold-another", set -> Ledger.hold(set, ACTIVE, anna, 10, later, null));
            inFirst.does("reverse", set -> Ledger.reverse(set, transfers.getFirst(), draft(EntryType.REVERSAL, 1)));
            inFirst.does(
                    "transfer-again",
                    set -> Ledger.post(
                            set,
                            draft(EntryType.TRANSFER_TIME, 1).debit(anna, 5).credit(bela, 5)));
            Holder issued = Holder.of(2, Chart.ISSUED_SERVICE_TIME, "2025");
            Holder clara = Holder.of(2, Chart.MEMBER_TIME, "M-1");
            done(
                    commits,
                    "earn",
                    2,
                    List.of(issued, clara),
                    set -> Ledger.post(
                            set,
                            draft(EntryType.GRANT_TIME, 2).debit(issued, 60).credit(clara, 60)));
        }
        try (Connection connection = database.connectAsOwner()) {
            Invariants.check(connection);
            takeTheWallsDown(connection);
        }
    }

    private static Draft draft(EntryType type, int book) {
        return Draft.of(type, book, DAY, KernelWork.BY);
    }

    private static void done(TestCommits commits, String key, int book, List<Holder> holders, Consumer<WorkingSet> what)
            throws Exception {
        Answer answer = commits.submit(key, key, List.of(book), new Doing(book, holders, what))
                .get(30, TimeUnit.SECONDS);
        assertThat(answer.status()).as("%s: %s", key, body(answer)).isEqualTo(200);
    }

    /** As an owner could who means harm. */
    private static void takeTheWallsDown(Connection owner) throws SQLException {
        execute(owner, """
                DO $$
                DECLARE
                    wall record;
                BEGIN
                    FOR wall IN SELECT conrelid::regclass AS of, conname FROM pg_constraint
                                WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
                        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', wall.of, wall.conname);
                    END LOOP;
                END $$;
                DROP INDEX ledger_entry_reverses;
                DROP TRIGGER append_only ON ledger_entry;
                DROP TRIGGER append_only ON ledger_posting;
                DROP TRIGGER append_only ON commit_answer;
                """);
    }

    @BeforeEach
    void begin() throws SQLException {
        owner = database.connectAsOwner();
        owner.setAutoCommit(false);
    }

    @AfterEach
    void restore() throws SQLException {
        owner.rollback();
        owner.close();
    }

    @ParameterizedTest
    @EnumSource(Tamper.class)
    void whatIsTamperedWithIsFoundByItsCheck(Tamper tamper) throws SQLException {
        execute(owner, tamper.sql);

        Map<Check, String> found = Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING));

        assertThat(found.keySet()).as("%s", found).isEqualTo(tamper.found);
        assertThat(found.get(tamper.check)).contains(tamper.offender);
    }

    /** As the self-audit goes through a book, but with borders everywhere. */
    @ParameterizedTest
    @EnumSource(Tamper.class)
    void whatIsTamperedWithIsFoundPieceByPiece(Tamper tamper) throws SQLException {
        execute(owner, tamper.sql);

        Map<Check, String> found = Invariants.offenders(owner, this::pieces);

        assertThat(found).as("%s", found).containsKey(tamper.check);
        assertThat(found.get(tamper.check)).contains(tamper.offender);
        assertThat(tamper.found).containsAll(found.keySet());
    }

    private List<Scope> pieces(Check check) {
        List<Scope> pieces = new ArrayList<>();
        for (int book = 1; book <= 3; book++) {
            Scope all = Scope.of(book, 0, 6);
            switch (check.over()) {
                case BOOK, BOOK_IN_FULL -> pieces.add(all);
                case ENTRIES -> {
                    for (int after = 0; after < 6; after++) {
                        pieces.add(all.entries(after, after + 1));
                    }
                }
                case ACCOUNTS -> {
                    for (int account = 0; account < 5; account++) {
                        pieces.add(all.accounts(account, account + 1));
                    }
                }
            }
        }
        return pieces;
    }

    @Test
    void sealingAnewIsNoOffence() throws SQLException {
        execute(owner, SEAL);

        assertThat(Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING)))
                .isEmpty();
        assertThat(Invariants.offenders(owner, this::pieces)).isEmpty();
    }

    /** Behind any entry, what is whole is whole: what came before it is taken from the last posting up to it. */
    @Test
    void whatIsWholeIsWholeBehindAnyEntry() throws SQLException {
        for (int after = 0; after <= 5; after++) {
            Scope behind = Scope.of(1, after, 5);
            assertThat(Invariants.offenders(owner, check -> List.of(behind)))
                    .as("behind entry %s", after)
                    .isEmpty();
        }
    }

    @Test
    void whatTheLogRecordedIsNoOffence() throws SQLException {
        execute(owner, LOG);

        assertThat(Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING)))
                .isEmpty();
        assertThat(Invariants.offenders(owner, this::pieces)).isEmpty();
    }

    @Test
    void anEarningThatWasReversedNeedsNoService() throws SQLException {
        execute(owner, "UPDATE ledger_entry SET type = 'EARN_TIME' WHERE book_id = 1 AND seq = 2;" + SEAL);

        assertThat(Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING)))
                .isEmpty();
    }

    @Test
    void anErasedTextIsNoOffence() throws SQLException {
        execute(owner, "UPDATE ledger_entry_text SET reason = NULL, metadata = NULL");
        assertThat(Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING)))
                .isEmpty();

        execute(owner, "DELETE FROM ledger_entry_text");
        assertThat(Invariants.offenders(owner, check -> List.of(Scope.EVERYTHING)))
                .isEmpty();
    }

    /** The check has the chart by heart. */
    @ParameterizedTest
    @EnumSource(Chart.class)
    void anAccountHasTheBoundsOfItsLine(Chart line) throws SQLException {
        Chart.Bounds bounds = line.bounds();
        Holder holder = new Holder(
                3, line, line.owned() ? "X" : "", line.units().iterator().next());
        execute(owner, """
                INSERT INTO ledger_account (book_id, account_id, code, owner, unit, lot, restricted, floor, ceiling, status,
                                            posted, held, version)
                VALUES (3, 1, '%s', '%s', '%s', '', false, %d, %d, 'OPEN', 0, 0, 0)
                """.formatted(line.code(), holder.owner(), holder.unit(), bounds.floor(), bounds.ceiling()));
        assertThat(boundsOfTheThird()).isEmpty();

        execute(owner, "UPDATE ledger_account SET ceiling = ceiling - 1 WHERE book_id = 3");
        assertThat(boundsOfTheThird()).isNotEmpty();

        if (!line.isIssuing()) { // whose floor is its budget
            execute(owner, "UPDATE ledger_account SET ceiling = ceiling + 1, floor = floor + 1 WHERE book_id = 3");
            assertThat(boundsOfTheThird()).isNotEmpty();
        }
    }

    private Map<Check, String> boundsOfTheThird() throws SQLException {
        return Invariants.offenders(
                owner,
                check -> check == Check.ACCOUNT_HAS_THE_BOUNDS_OF_THE_CHART
                        ? List.of(Scope.of(3, 0, 0).accounts(0, 1))
                        : List.of());
    }

    @Test
    void everyCheckIsTried() {
        assertThat(java.util.Arrays.stream(Tamper.values())
                        .map(tamper -> tamper.check)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Check.class))))
                .isEqualTo(EnumSet.allOf(Check.class));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
