package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.paycodes.PayCodeTable.PAY_CODES;
import static org.moralbank.paycodes.PayDeviceTable.POCKETS;
import static org.moralbank.paycodes.VoucherTable.VOUCHERS;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.moralbank.audit.Check;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.TestCommits;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Invariants;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Unit;
import org.moralbank.paycodes.PayDevice.Pocket;
import org.moralbank.platform.Ids;
import org.moralbank.platform.TestDatabase;

/** A code is taken once: by whatever number of tills, on two processes and after a restart. On PostgreSQL. */
class TakenOnceTest {
    private static final int BOOK = 1;
    private static final int TILLS = 64;
    private static final byte[] SECRET = "12345678901234567890123456789012".getBytes(StandardCharsets.US_ASCII);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @SuppressWarnings("NullAway.Init") // by makeTheDatabase
    private static TestDatabase.Database database;

    @BeforeAll
    static void makeTheDatabase() throws SQLException {
        database = TestCommits.aDatabase(1);
    }

    @AfterAll
    static void checkTheBooks() throws SQLException {
        try (Connection owner = database.connectAsOwner()) {
            // Vouchers are taken here without redemptions.
            Invariants.check(owner, Check.VOUCHER_HAS_ITS_POINTS_PUT_BY);
        }
    }

    @Test
    void sixtyFourTillsOnTwoProcessesTakeACodeOnce() throws Exception {
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1)) {
            for (int round = 0; round < 20; round++) {
                ShownCode shown = aCode(one);

                assertThat(allPresent(List.of(one, other), shown)).isEqualTo(once("pay-code-used"));
            }
        }
    }

    @Test
    void sixtyFourTillsOnTwoProcessesTakeADevicesStepOnce() throws Exception {
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1)) {
            for (int round = 0; round < 20; round++) {
                Device device = aDevice(one);

                assertThat(allPresent(List.of(one, other), device.shows(now()))).isEqualTo(once("pay-code-used"));
            }
        }
    }

    @Test
    void sixtyFourTillsOnTwoProcessesTakeAVoucherOnce() throws Exception {
        try (TestCommits one = TestCommits.on(database, 1);
                TestCommits other = TestCommits.on(database, 1)) {
            for (int round = 0; round < 20; round++) {
                ShownCode shown = aVoucher(one, 500);

                assertThat(allPresent(List.of(one, other), shown)).isEqualTo(once("pay-code-used"));
            }
        }
    }

    @Test
    void whatWasTakenBeforeARestartIsNotTakenAfterIt() throws Exception {
        ShownCode code;
        ShownCode voucher;
        Device device;
        long step = now();
        try (TestCommits before = TestCommits.on(database, 1)) {
            code = aCode(before);
            voucher = aVoucher(before, 500);
            device = aDevice(before);
            assertThat(present(before, code)).isEqualTo("taken");
            assertThat(present(before, voucher)).isEqualTo("taken");
            assertThat(present(before, device.shows(step))).isEqualTo("taken");
        }

        try (TestCommits after = TestCommits.on(database, 1)) {
            assertThat(present(after, code)).isEqualTo("pay-code-used");
            assertThat(present(after, voucher)).isEqualTo("pay-code-used");
            assertThat(present(after, device.shows(step))).isEqualTo("pay-code-used");
            assertThat(present(after, device.shows(step - 1))).isEqualTo("pay-code-used");
            assertThat(present(after, device.shows(step + 1))).isEqualTo("taken");
        }
    }

    @Test
    void aRedemptionThatIsRefusedLeavesTheCodeAsItWas() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            ShownCode code = aCode(commits);
            ShownCode voucher = aVoucher(commits, 500);
            for (ShownCode shown : List.of(code, voucher)) {
                Answer refused = submit(commits, shown, set -> {
                    shown.present(set);
                    throw new PayCodeRejection.TooManyDevices(0).refused();
                });
                assertThat(refused.status()).isEqualTo(409);

                assertThat(present(commits, shown)).isEqualTo("taken");
            }
        }
    }

    // ---- vouchers ------------------------------------------------------------------------------------------------

    @Test
    void aVoucherThatIsTakenIsCapturedFromItsHoldAndTheRestIsFree() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            ShownCode.OfVoucher shown = aVoucher(commits, 500);
            Holder shop = Holder.of(BOOK, Chart.MERCHANT_PAYABLE, "S-1");
            assertThat(account(shown.member())).isEqualTo("1000 held 500");

            Answer answer = submit(
                    commits,
                    shown,
                    set -> {
                        Presented taken = shown.present(set);
                        Presented.PutBy putBy = Objects.requireNonNull(taken.voucher());
                        assertThat(putBy.amount()).isEqualTo(500);
                        Ledger.capture(
                                set,
                                putBy.hold(),
                                points(taken.member()),
                                300,
                                draft(EntryType.REDEEM_SALE).credit(shop, 300));
                    },
                    shop);

            assertThat(answer.status()).as(TestCommits.body(answer)).isEqualTo(200);
            assertThat(account(shown.member())).isEqualTo("700 held 0");
            assertThat(voucher(shown.id())).isEqualTo("USED hold CAPTURED");
        }
    }

    @Test
    void aVoucherThatIsGivenBackIsUsableAgainAndItsPointsStayHeld() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            ShownCode.OfVoucher shown = aVoucher(commits, 500);
            assertThat(present(commits, shown)).isEqualTo("taken");
            assertThat(present(commits, shown)).isEqualTo("pay-code-used");

            submit(commits, shown, set -> ShownCode.giveBack(set, BOOK, shown.id()));

            assertThat(voucher(shown.id())).isEqualTo("ACTIVE hold ACTIVE");
            assertThat(account(shown.member())).isEqualTo("1000 held 500");
            assertThat(present(commits, shown)).isEqualTo("taken");
        }
    }

    @Test
    void aVoucherThatIsGivenBackAfterItsTimeExpires() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            ShownCode.OfVoucher shown = aVoucher(commits, 500);
            assertThat(present(commits, shown)).isEqualTo("taken");
            ageVoucher(shown.id());

            submit(commits, shown, set -> ShownCode.giveBack(set, BOOK, shown.id()));

            assertThat(voucher(shown.id())).isEqualTo("EXPIRED hold EXPIRED");
            assertThat(account(shown.member())).isEqualTo("1000 held 0");
            assertThat(present(commits, shown)).isEqualTo("pay-code-expired");
        }
    }

    @Test
    void aVoucherIsNotTakenAfterItsTimeAlsoWhenTheJobWasNotThereYet() throws Exception {
        try (TestCommits commits = TestCommits.on(database, 1)) {
            ShownCode.OfVoucher shown = aVoucher(commits, 500);
            ageVoucher(shown.id());

            assertThat(present(commits, shown)).isEqualTo("pay-code-expired");

            assertThat(voucher(shown.id())).isEqualTo("ACTIVE hold ACTIVE");
        }
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    private static long now() {
        return Totp.stepAt(Instant.now().getEpochSecond());
    }

    private record Device(UUID id, String member) {
        ShownCode shows(long step) {
            return new ShownCode.OfDevice(
                    BOOK, id, member, Totp.password(SECRET, step), new ShownCode.OfDevice.Secret(SECRET));
        }
    }

    private static ShownCode aCode(TestCommits commits) throws Exception {
        UUID id = Ids.next();
        String member = "M-" + NUMBERS.incrementAndGet();
        does(commits, needs -> {}, set -> {
            Instant made = set.now().truncatedTo(ChronoUnit.MICROS);
            set.put(
                    PAY_CODES,
                    new PayCode.Key(BOOK, id),
                    new PayCode(BOOK, id, member, made, made.plusSeconds(600), null));
        });
        return new ShownCode.Made(BOOK, id, member);
    }

    private static Device aDevice(TestCommits commits) throws Exception {
        int number = NUMBERS.incrementAndGet();
        Device device = new Device(Ids.next(), "M-" + number);
        PayDevice enrolled = new PayDevice(device.id(), "%07d".formatted(number), "电话", Instant.EPOCH, null, -1, null);
        does(
                commits,
                needs -> {},
                set -> set.put(POCKETS, new Pocket.Key(BOOK, device.member()), new Pocket(List.of(enrolled))));
        return device;
    }

    /** Of a member who has 1000. */
    private static ShownCode.OfVoucher aVoucher(TestCommits commits, long amount) throws Exception {
        UUID id = Ids.next();
        String member = "M-" + NUMBERS.incrementAndGet();
        Holder opening = new Holder(BOOK, Chart.OPENING, "", Unit.PTS);
        does(commits, needs -> needs.row(BOOKS, BOOK).row(HOLDINGS, opening).row(HOLDINGS, points(member)), set -> {
            Ledger.post(set, draft(EntryType.OPENING).debit(opening, 1000).credit(points(member), 1000));
            Instant expiresAt = set.now().plusSeconds(3600).truncatedTo(ChronoUnit.MICROS);
            Ledger.hold(set, id, points(member), amount, expiresAt.plus(Vouchers.HOLD_OUTLIVES), null);
            Voucher voucher = new Voucher(
                    BOOK,
                    id,
                    UUID.randomUUID(),
                    member,
                    amount,
                    Voucher.Status.ACTIVE,
                    LocalDate.now(),
                    expiresAt,
                    null,
                    set.now().truncatedTo(ChronoUnit.MICROS),
                    null);
            set.put(VOUCHERS, voucher.key(), voucher);
        });
        return new ShownCode.OfVoucher(BOOK, id, member);
    }

    private static Holder points(String member) {
        return Holder.of(BOOK, Chart.MEMBER_POINTS, member);
    }

    private static Draft draft(EntryType type) {
        return Draft.of(type, BOOK, LocalDate.parse("2025-01-02"), new Attribution(1, "tests", null, null, null));
    }

    /** What each of the tills is told, in the order of the alphabet. */
    private static List<String> allPresent(List<TestCommits> processes, ShownCode shown) throws Exception {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int till = 0; till < TILLS; till++) {
            answers.add(begin(processes.get(till % processes.size()), shown, shown::present));
        }
        List<String> told = new ArrayList<>();
        for (CompletableFuture<Answer> answer : answers) {
            told.add(told(answer.get(30, TimeUnit.SECONDS)));
        }
        Collections.sort(told);
        return told;
    }

    private static List<String> once(String refusal) {
        List<String> told = new ArrayList<>(Collections.nCopies(TILLS - 1, refusal));
        told.add("taken");
        return told;
    }

    private static String present(TestCommits commits, ShownCode shown) throws Exception {
        return told(submit(commits, shown, shown::present));
    }

    private static String told(Answer answer) {
        return answer.status() == 200
                ? "taken"
                : TestCommits.body(answer).replaceAll("(?s).*\"code\":\"([a-z-]+)\".*", "$1");
    }

    private static Answer submit(TestCommits commits, ShownCode shown, Consumer<WorkingSet> what, Holder... more)
            throws Exception {
        return begin(commits, shown, what, more).get(30, TimeUnit.SECONDS);
    }

    private static CompletableFuture<Answer> begin(
            TestCommits commits, ShownCode shown, Consumer<WorkingSet> what, Holder... more) {
        return begin(
                commits,
                needs -> {
                    shown.need(needs);
                    for (Holder holder : more) {
                        needs.row(HOLDINGS, holder);
                    }
                },
                what);
    }

    private static void does(TestCommits commits, Consumer<Needs> needs, Consumer<WorkingSet> what) throws Exception {
        Answer answer = begin(commits, needs, what).get(30, TimeUnit.SECONDS);
        assertThat(answer.status()).as(TestCommits.body(answer)).isEqualTo(200);
    }

    private static CompletableFuture<Answer> begin(
            TestCommits commits, Consumer<Needs> names, Consumer<WorkingSet> what) {
        return commits.submit(UUID.randomUUID().toString(), "", List.of(BOOK), new Work() {
            @Override
            public void needs(Needs needs) {
                names.accept(needs);
            }

            @Override
            public Answer decide(WorkingSet set) {
                what.accept(set);
                return Answer.ok(Map.of());
            }
        });
    }

    private static void ageVoucher(UUID id) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement()) {
            statement.execute("""
                    UPDATE commit_lock SET commit_no = commit_no + 1;
                    UPDATE pay_voucher
                    SET created_at = created_at - interval '1 day', expires_at = clock_timestamp()
                    WHERE voucher_id = '%s'
                    """.formatted(id));
        }
    }

    private static String voucher(UUID id) throws SQLException {
        return text("""
                SELECT format('%%s hold %%s', v.status, h.status)
                FROM pay_voucher v JOIN ledger_hold h ON h.book_id = v.book_id AND h.hold_id = v.voucher_id
                WHERE v.voucher_id = '%s'
                """.formatted(id));
    }

    private static String account(String member) throws SQLException {
        return text(
                "SELECT format('%%s held %%s', posted, held) FROM ledger_account WHERE owner = '%s'".formatted(member));
    }

    private static String text(String sql) throws SQLException {
        try (Connection owner = database.connectAsOwner();
                var statement = owner.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
