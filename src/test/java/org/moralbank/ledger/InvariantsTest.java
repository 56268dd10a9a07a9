package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.commits.TestCommits.body;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
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

    /** The check that finds it, whom it names, the checks that cannot but find it too, and what was changed. */
    private enum Tamper {
        AN_ENTRY_WITHOUT_POSTINGS(Invariants.ENTRY_HAS_TWO_POSTINGS_OR_MORE, "entry 1/6 has 0 postings", """
                INSERT INTO ledger_entry
                SELECT (jsonb_populate_record(e, '{"seq": 6}')).*
                FROM ledger_entry e
                WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_book SET last_seq = 6 WHERE book_id = 1;
                """ + SEAL),
        POSTINGS_WITHOUT_AN_ENTRY(
                Invariants.POSTING_BELONGS_TO_AN_ENTRY,
                "posting 1/9 on account 1 has no entry",
                """
                INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                VALUES (1, 1, 9, -1, -101, 2), (1, 3, 9, 1, 21, 5);
                UPDATE ledger_account SET posted = -101, version = 2 WHERE book_id = 1 AND account_id = 1;
                UPDATE ledger_account SET posted = 21, version = 5 WHERE book_id = 1 AND account_id = 3;
                """,
                Invariants.CANONICAL_POSTINGS_ARE_THE_POSTINGS),
        ONE_MORE_AND_ONE_LESS_LATER(Invariants.ENTRY_SUMS_TO_ZERO, "entry 1/1 sums to 1", """
                UPDATE ledger_posting SET amount = amount + 1, balance_after = balance_after + 1
                WHERE book_id = 1 AND seq = 1 AND account_id = 2;
                UPDATE ledger_posting SET amount = amount - 1 WHERE book_id = 1 AND seq = 2 AND account_id = 2;
                """ + SEAL),
        A_POSTING_OF_ZERO(Invariants.NO_POSTING_IS_ZERO, "posting 1/5 on account 1 is zero", """
                INSERT INTO ledger_posting (book_id, account_id, seq, amount, balance_after, version)
                VALUES (1, 1, 5, 0, -100, 2);
                UPDATE ledger_account SET version = 2 WHERE book_id = 1 AND account_id = 1;
                """ + SEAL),
        ANOTHER_UNIT(
                Invariants.ENTRY_HAS_THE_UNIT_OF_ITS_ACCOUNTS,
                "entry 1/1 in PTS posts to account",
                "UPDATE ledger_entry SET unit = 'PTS' WHERE book_id = 1 AND seq = 1;" + SEAL),
        AN_ACCOUNT_THAT_THE_ENTRY_DOES_NOT_NAME(
                Invariants.ENTRY_NAMES_ITS_ACCOUNTS,
                "entry 1/1 names accounts {2}",
                "UPDATE ledger_entry SET accounts = '{2}' WHERE book_id = 1 AND seq = 1"),
        A_BALANCE_OUT_OF_NOTHING(
                Invariants.BOOK_SUMS_TO_ZERO,
                "book 1 sums to 1 MIN",
                "UPDATE ledger_account SET posted = posted + 1 WHERE book_id = 1 AND account_id = 3",
                Invariants.BALANCE_IS_THE_SUM_OF_ITS_POSTINGS),
        A_BALANCE_MOVED(
                Invariants.BALANCE_IS_THE_SUM_OF_ITS_POSTINGS,
                "account 1/2 has 79 posted, its postings sum to 80",
                """
                UPDATE ledger_account SET posted = posted - 1 WHERE book_id = 1 AND account_id = 2;
                UPDATE ledger_account SET posted = posted + 1 WHERE book_id = 1 AND account_id = 3;
                """),
        ANOTHER_BALANCE_AFTER(
                Invariants.BALANCE_AFTER_IS_THE_RUNNING_SUM, "posting 1/2 on account 2 says 71", """
                UPDATE ledger_posting SET balance_after = balance_after + 1 WHERE book_id = 1 AND seq = 2 AND account_id = 2;
                """ + SEAL),
        A_MISSING_NUMBER(Invariants.SEQ_HAS_NO_GAPS, "book 1 has entry 6 in place 5", """
                UPDATE ledger_entry SET seq = 6 WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_posting SET seq = 6 WHERE book_id = 1 AND seq = 5;
                UPDATE ledger_book SET last_seq = 6 WHERE book_id = 1;
                """ + SEAL),
        A_BOOK_THAT_IS_SAID_TO_BE_IMPORTED(
                Invariants.IMPORT_IS_OF_ENTRIES_THAT_ARE_THERE,
                "book 2 was imported up to entry 9",
                "INSERT INTO imported_book VALUES (2, 9, 1, 2, sha256(''), NULL, sha256(''), now(), 1, 'x')"),
        A_LAST_ENTRY_CUT_OFF(
                Invariants.BOOK_KNOWS_ITS_LAST_ENTRY,
                "book 2 says 2",
                "UPDATE ledger_book SET last_seq = last_seq + 1 WHERE book_id = 2"),
        A_BOOK_THAT_SAYS_AN_EARLIER_TIME(
                Invariants.BOOK_KNOWS_ITS_LAST_ENTRY,
                "book 1 says 5",
                "UPDATE ledger_book SET last_posted_at = '2025-01-01Z' WHERE book_id = 1"),
        A_BOOK_GONE(
                Invariants.BOOK_OF_AN_ENTRY_IS_THERE,
                "entry 2/1 is in no book",
                "DELETE FROM ledger_book WHERE book_id = 2",
                Invariants.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS),
        AN_ENTRY_BEFORE_THE_ONE_BEFORE(Invariants.POSTED_AT_NEVER_GOES_BACK, "entry 1/3 was posted at", """
                UPDATE ledger_entry SET posted_at = posted_at - interval '1 day' WHERE book_id = 1 AND seq = 3;
                """ + SEAL),
        A_VERSION_LEFT_OUT(Invariants.VERSIONS_HAVE_NO_GAPS, "account 1/3 has version 5 in place 4", """
                UPDATE ledger_posting SET version = 5 WHERE book_id = 1 AND account_id = 3 AND version = 4;
                """ + SEAL),
        AN_ACCOUNT_OF_ANOTHER_VERSION(
                Invariants.ACCOUNT_KNOWS_ITS_VERSION,
                "account 1/1 is at version 2 and has 1 postings",
                "UPDATE ledger_account SET version = 2 WHERE book_id = 1 AND account_id = 1"),
        AN_ACCOUNT_LEFT_OUT(
                Invariants.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS, "book 1 has account 4 in place 3", """
                UPDATE ledger_account SET account_id = 4 WHERE book_id = 1 AND account_id = 3;
                UPDATE ledger_posting SET account_id = 4 WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        A_BOOK_THAT_MISCOUNTS_ITS_ACCOUNTS(
                Invariants.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS,
                "book 1 has account 1 in place 1, and says its last is 4",
                "UPDATE ledger_book SET last_account = 4 WHERE book_id = 1"),
        AN_EMPTY_BOOK_THAT_MISCOUNTS_ITS_ACCOUNTS(
                Invariants.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS,
                "book 3 ",
                "UPDATE ledger_book SET last_account = 1 WHERE book_id = 3"),
        AN_ACCOUNT_IN_NO_BOOK(Invariants.ACCOUNTS_ARE_NUMBERED_WITHOUT_GAPS, "book 9 has account 1", """
                INSERT INTO ledger_account
                SELECT (jsonb_populate_record(a, '{"book_id": 9, "posted": 0, "version": 0}')).*
                FROM ledger_account a
                WHERE book_id = 2 AND account_id = 1
                """),
        A_FLOOR_ABOVE_WHAT_IS_AVAILABLE(
                Invariants.HELD_IS_WITHIN_BOUNDS,
                "account 1/2 has 80 posted, 10 held, between 71",
                "UPDATE ledger_account SET floor = 71 WHERE book_id = 1 AND account_id = 2"),
        A_CEILING_BELOW_WHAT_IS_POSTED(
                Invariants.HELD_IS_WITHIN_BOUNDS,
                "account 1/3 has 20 posted",
                "UPDATE ledger_account SET ceiling = 19 WHERE book_id = 1 AND account_id = 3"),
        LESS_THAN_NOTHING_HELD(
                Invariants.HELD_IS_WITHIN_BOUNDS,
                "account 1/3 has 20 posted, -1 held",
                "UPDATE ledger_account SET held = -1 WHERE book_id = 1 AND account_id = 3",
                Invariants.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS),
        SOMETHING_HELD_FOR_NOBODY(
                Invariants.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "account 1/3 has 1 held, its holds sum to",
                "UPDATE ledger_account SET held = 1 WHERE book_id = 1 AND account_id = 3"),
        A_HOLD_AWAKENED(
                Invariants.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "account 1/2 has 10 held, its holds sum to 30",
                "UPDATE ledger_hold SET status = 'ACTIVE', captured_seq = NULL WHERE status = 'CAPTURED'"),
        A_HOLD_ON_NO_ACCOUNT(
                Invariants.HELD_IS_THE_SUM_OF_THE_ACTIVE_HOLDS,
                "account 1/8 has",
                "UPDATE ledger_hold SET lines_account = lines_account || 8::bigint, lines_amount = lines_amount || 5::bigint WHERE status = 'ACTIVE'"),
        A_LINE_OF_ZERO(
                Invariants.HOLD_RESERVES_SOMETHING,
                "hold " + ACTIVE + " has lines {2,3} {10,0}",
                "UPDATE ledger_hold SET lines_account = '{2,3}', lines_amount = '{10,0}' WHERE status = 'ACTIVE'"),
        A_HOLD_WITHOUT_LINES(Invariants.HOLD_RESERVES_SOMETHING, "hold " + ACTIVE + " has lines {} {}", """
                UPDATE ledger_hold SET lines_account = '{}', lines_amount = '{}' WHERE status = 'ACTIVE';
                UPDATE ledger_account SET held = 0;
                """),
        A_LINE_WITHOUT_AN_AMOUNT(
                Invariants.HOLD_RESERVES_SOMETHING,
                "hold " + ACTIVE + " has lines {2,3} {10}",
                "UPDATE ledger_hold SET lines_account = '{2,3}' WHERE status = 'ACTIVE'"),
        A_CAPTURE_OF_MORE_THAN_WAS_HELD(
                Invariants.CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD,
                "hold " + CAPTURED + " of {14} was captured by entry 1/3 with 15",
                "UPDATE ledger_hold SET lines_amount = '{14}' WHERE status = 'CAPTURED'"),
        A_CAPTURE_BY_NO_ENTRY(
                Invariants.CAPTURE_TAKES_AT_MOST_WHAT_WAS_HELD,
                "hold " + CAPTURED,
                "UPDATE ledger_hold SET captured_seq = 9 WHERE status = 'CAPTURED'"),
        A_SECOND_REVERSAL(Invariants.ENTRY_IS_REVERSED_AT_MOST_ONCE, "entry 1/2 is reversed 2 times", """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 2 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_REVERSED(
                Invariants.REVERSAL_IS_NEVER_REVERSED, "entry 1/5 reverses 4, which is REVERSAL", """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 4 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_OF_NOTHING(
                Invariants.REVERSAL_IS_NEVER_REVERSED, "entry 1/5 reverses 9, which is not there", """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 9 WHERE book_id = 1 AND seq = 5;
                """ + SEAL),
        A_REVERSAL_OF_WHAT_COMES_LATER(Invariants.REVERSAL_IS_NEVER_REVERSED, "entry 1/3 reverses 5", """
                UPDATE ledger_entry SET type = 'REVERSAL', reverses = 5 WHERE book_id = 1 AND seq = 3;
                """ + SEAL),
        AN_AUTHORIZATION_OF_MORE_THAN_IS_HELD(
                Invariants.AUTHORIZATION_HOLDS_WHAT_WAS_APPROVED,
                "is AUTHORIZED with 11 approved, its hold is ACTIVE",
                """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, occurred_on,
                                        created_at, expires_at)
                SELECT book_id, hold_id, 'AUTHORIZE', 'AUTHORIZED', 'M-1', 'S', 11, 11, '2025-03-31', placed_at, expires_at
                FROM ledger_hold
                WHERE status = 'ACTIVE';
                """),
        MORE_REFUNDED_THAN_REFUNDS_SAY(
                Invariants.REFUNDS_ARE_AT_MOST_WHAT_WAS_CAPTURED, "captured 5, says 6 refunded", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        refunded, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 6, '2025-03-31', now());
                """),
        A_SALE_BEHIND_A_TOMBSTONE(
                Invariants.TRANSACTION_THAT_WAS_REVERSED_BEFORE_IT_CAME_NEVER_CAME,
                "transaction 17 of terminal T1",
                """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        terminal, terminal_transaction, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 'T1', '17', '2025-03-31', now());
                INSERT INTO redemption_tombstone VALUES (1, 'S', 'T1', '17', now());
                """),
        A_SALE_THAT_GAVE_THE_MERCHANT_NOTHING(
                Invariants.CAPTURE_IS_WHAT_THE_MERCHANT_WAS_GIVEN, "captured 5, its entry 1/1 gave S", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        seq, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 1, '2025-03-31', now());
                """),
        A_REFUND_THAT_TOOK_NOTHING(Invariants.REFUND_IS_WHAT_THE_MERCHANT_GAVE_BACK, "refund 1/1 of 5", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        refunded, occurred_on, created_at)
                VALUES (1, '00000000-0000-7000-8000-000000000009', 'SALE', 'REFUNDED', 'M-1', 'S', 5, 5, 5, 5, '2025-03-31',
                        now());
                INSERT INTO redemption_refund (book_id, redemption_id, seq, kind, amount, occurred_on, created_at)
                VALUES (1, '00000000-0000-7000-8000-000000000009', 1, 'REFUND', 5, '2025-03-31', now());
                """),
        A_MERCHANT_SETTLED_OF_NOTHING(
                Invariants.PAYABLE_IS_WHAT_WAS_EARNED_LESS_WHAT_WAS_CLOSED,
                "merchant 1/S: 2300 has , earned 0, closed 0; its position says 0 earned up to 0 and 5 closed",
                """
                INSERT INTO settlement_position (book_id, merchant, closed, last_entry, earned)
                VALUES (1, 'S', 5, 0, 0);
                """),
        A_SALE_WITHOUT_A_REDEMPTION(
                Invariants.SETTLED_MERCHANT_SOLD_WHAT_ITS_REDEMPTIONS_SAY,
                "merchant 1/S sold 35 by its entries and 5 by its redemptions",
                """
                UPDATE ledger_account SET unit = 'PTS' WHERE book_id = 1;
                UPDATE ledger_account SET code = '2300', owner = 'S' WHERE book_id = 1 AND account_id = 3;
                UPDATE ledger_entry SET unit = 'PTS' WHERE book_id = 1;
                UPDATE ledger_entry SET type = 'REDEEM_SALE' WHERE book_id = 1 AND seq IN (2, 5);
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        seq, occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, 5, '2025-03-31', now());
                INSERT INTO settlement_position (book_id, merchant, closed, last_entry, earned)
                VALUES (1, 'S', 0, 5, 20);
                """ + SEAL),
        A_SETTLEMENT_WITHOUT_ENTRIES(
                Invariants.SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED, "of S is CLOSED with 5: closed ", SETTLEMENT),
        TWO_SETTLEMENTS_OF_ONE_PERIOD(
                Invariants.STANDING_SETTLEMENTS_DO_NOT_OVERLAP,
                "of S overlap",
                SETTLEMENT + SETTLEMENT,
                Invariants.SETTLEMENT_IS_WHAT_ITS_ENTRIES_MOVED),
        A_VOUCHER_THAT_NOBODY_MADE(
                Invariants.VOUCHER_PAYS_ONE_REDEMPTION_FROM_ITS_HOLD, "is AUTHORIZED with 5 of voucher", """
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, occurred_on,
                                        created_at, expires_at, voucher)
                VALUES (1, gen_random_uuid(), 'AUTHORIZE', 'AUTHORIZED', 'M-1', 'S', 5, 5, '2025-03-31', now(), now(),
                        gen_random_uuid());
                """),
        A_SALE_THAT_NO_ENTRY_PAID_FOR(
                Invariants.PAYABLE_IS_CAPTURES_LESS_REFUNDS_AND_WHAT_OTHERS_POSTED,
                "merchant S of book 1 is owed",
                """
                UPDATE ledger_account SET code = '2300', owner = 'S' WHERE book_id = 1 AND account_id = 3;
                INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, captured,
                                        occurred_on, created_at)
                VALUES (1, gen_random_uuid(), 'SALE', 'CAPTURED', 'M-1', 'S', 5, 5, 5, '2025-03-31', now());
                """ + SEAL),
        A_CLAIM_THE_OTHER_BOOK_DOES_NOT_KNOW(
                Invariants.CLEARING_AGREES, "clearing of book B1 with B2 is 20 MIN, the other way", """
                UPDATE ledger_account SET code = '1500', owner = 'B2' WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        A_CLAIM_ON_NO_BOOK(
                Invariants.CLEARING_AGREES, "clearing of book B1 with B9 is 20 MIN, the other way", """
                UPDATE ledger_account SET code = '1500', owner = 'B9' WHERE book_id = 1 AND account_id = 3;
                """ + SEAL),
        AN_ANSWER_THAT_MAY_NOT_BE_KEPT(
                Invariants.KEY_HAS_AN_ANSWER_THAT_MAY_BE_KEPT,
                "key grant of client 1 in book 1 was answered 503",
                "UPDATE commit_answer SET status = 503 WHERE key = 'grant'"),
        ANOTHER_HASH(
                Invariants.LEAF_HASH_IS_OF_THE_CANONICAL_BYTES,
                "entry 1/2 has another hash than its bytes",
                "UPDATE ledger_entry SET leaf_hash = sha256(canonical) WHERE book_id = 1 AND seq = 2"),
        ANOTHER_DAY(
                Invariants.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "entry 1/2: ",
                "UPDATE ledger_entry SET occurred_on = occurred_on + 1 WHERE book_id = 1 AND seq = 2"),
        A_REFERENCE_TAKEN_AWAY(
                Invariants.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "entry 1/1: ",
                "UPDATE ledger_entry SET reference = NULL WHERE book_id = 1 AND seq = 1"),
        ANOTHER_REASON(
                Invariants.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "entry 1/1: ",
                "UPDATE ledger_entry_text SET reason = 'for nothing'"),
        OTHER_METADATA(
                Invariants.CANONICAL_BYTES_SAY_WHAT_THE_COLUMNS_SAY,
                "entry 1/1: ",
                "UPDATE ledger_entry_text SET metadata = metadata || '{\"form\": \"8\"}'"),
        ANOTHER_OWNER(
                Invariants.CANONICAL_POSTINGS_ARE_THE_POSTINGS,
                "2100:M-",
                "UPDATE ledger_account SET owner = 'M-9' WHERE book_id = 1 AND account_id = 3"),
        ANOTHER_SEALED_AMOUNT(Invariants.CANONICAL_POSTINGS_ARE_THE_POSTINGS, "entry 1/1: 2100:M-1:MIN", """
                UPDATE ledger_entry
                SET canonical = convert_to(replace(convert_from(canonical, 'UTF8'), '"amount":"100"', '"amount":"200"'), 'UTF8')
                WHERE book_id = 1 AND seq = 1;
                UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || canonical);
                """);

        final Invariants check;
        final String offender;
        final String sql;
        final Set<Invariants> found;

        Tamper(Invariants check, String offender, String sql, Invariants... inevitably) {
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
            holders.forEach(holder -> needs.row(HOLDINGS, holder));
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
                            set, draft(EntryType.EARN_TIME, 2).debit(issued, 60).credit(clara, 60)));
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

        Map<Invariants, String> found = offenders();

        assertThat(found.keySet()).as("%s", found).isEqualTo(tamper.found);
        assertThat(found.get(tamper.check)).contains(tamper.offender);
    }

    @Test
    void sealingAnewIsNoOffence() throws SQLException {
        execute(owner, SEAL);

        assertThat(offenders()).isEmpty();
    }

    @Test
    void anErasedTextIsNoOffence() throws SQLException {
        execute(owner, "UPDATE ledger_entry_text SET reason = NULL, metadata = NULL");
        assertThat(offenders()).isEmpty();

        execute(owner, "DELETE FROM ledger_entry_text");
        assertThat(offenders()).isEmpty();
    }

    @Test
    void everyCheckIsTried() {
        assertThat(java.util.Arrays.stream(Tamper.values())
                        .map(tamper -> tamper.check)
                        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Invariants.class))))
                .isEqualTo(EnumSet.allOf(Invariants.class));
    }

    private Map<Invariants, String> offenders() throws SQLException {
        Map<Invariants, String> found = new java.util.EnumMap<>(Invariants.class);
        for (Invariants invariant : Invariants.values()) {
            String offender = invariant.offender(owner);
            if (offender != null) {
                found.put(invariant, offender);
            }
        }
        return found;
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
