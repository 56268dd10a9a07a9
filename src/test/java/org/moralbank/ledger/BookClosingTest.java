package org.moralbank.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.TestBank.Member;
import org.moralbank.access.Role;
import org.moralbank.merchants.Merchants;
import org.moralbank.platform.TestDatabase;

/** A book that is closed: nothing begins in it, and what was begun is brought to its end. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BookClosingTest {
    private static final int SALES = 64;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    // ---- the status ----------------------------------------------------------------------------------------------

    @Test
    void closesAndReopensAndTellsWho() {
        var book = bank.aBook();
        shown(book).body("status", equalTo("OPEN")).body("closedAt", nullValue());

        order(book, "reopen").statusCode(409).body("code", equalTo("book-not-closed"));
        String closedAt = order(book, "close")
                .statusCode(200)
                .body("book", equalTo(book.code()))
                .body("status", equalTo("CLOSED"))
                .body("closedAt", notNullValue())
                .extract()
                .path("closedAt");
        shown(book).body("status", equalTo("CLOSED")).body("closedAt", equalTo(closedAt));
        listed(book, "CLOSED").body("items.book", hasItem(book.code()));
        listed(book, "OPEN").body("items.book", not(hasItem(book.code())));
        order(book, "close").statusCode(409).body("code", equalTo("book-already-closed"));
        order(book, "reopen").statusCode(200).body("status", equalTo("OPEN")).body("closedAt", nullValue());
        shown(book).body("status", equalTo("OPEN")).body("closedAt", nullValue());
        listed(book, "CLOSED").body("items.book", not(hasItem(book.code())));
        listed(book, "OPEN").body("items.book", hasItem(book.code()));
        order(book, "close").statusCode(200);

        changes(book, "")
                .body("items.number", contains(1, 2, 3))
                .body("items.status", contains("CLOSED", "OPEN", "CLOSED"))
                .body("items[0].changedAt", equalTo(closedAt))
                .body("items.actor", contains("W-1", "W-1", "W-1"))
                .body("items.reason", contains("合并", "合并", "合并"));
        changes(book, "?from=2999-12-31").body("items", hasSize(0));
        changes(book, "?to=2000-01-01").body("items", hasSize(0));
        String next = changes(book, "?from=2000-01-01&to=2999-12-31&limit=2")
                .body("items.number", contains(1, 2))
                .extract()
                .path("next");
        changes(book, "?limit=2&after=" + next)
                .body("items.number", contains(3))
                .body("next", nullValue());
        book.as(Role.AUDITOR)
                .get(book.path() + "/events")
                .then()
                .body(
                        "items.type",
                        contains(
                                "org.moralbank.book.closed",
                                "org.moralbank.book.reopened",
                                "org.moralbank.book.closed"))
                .body("items[2].data.status", equalTo("CLOSED"))
                .body("items[2].data.number", equalTo(3));
    }

    @Test
    void anOrderIsDoneOnceWhateverIsRetried() {
        var book = bank.aBook();
        String operator = book.keyOf(Role.OPERATOR);

        for (int i = 0; i < 2; i++) {
            book.request(operator)
                    .header("Idempotency-Key", "close-1")
                    .body(Map.of("reason", "合并"))
                    .post(book.path() + "/close")
                    .then()
                    .statusCode(200)
                    .body("status", equalTo("CLOSED"));
        }

        changes(book, "").body("items", hasSize(1));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isForOperatorsOnly(Role role) {
        var book = bank.aBook();

        for (String verb : List.of("close", "reopen")) {
            book.as(role)
                    .body(Map.of("reason", "合并"))
                    .post(book.path() + "/" + verb)
                    .then()
                    .statusCode(role == Role.OPERATOR ? 200 : 403);
        }
        bank.aBook()
                .as(Role.OPERATOR)
                .body(Map.of("reason", "合并"))
                .post(book.path() + "/close")
                .then()
                .statusCode(404);
        book.as(Role.OPERATOR)
                .body(Map.of("actor", "W-1"))
                .post(book.path() + "/close")
                .then()
                .statusCode(400);
    }

    // ---- what begins ---------------------------------------------------------------------------------------------

    /** A book in which all begins that can begin. */
    private final class Street {
        private final Book book;
        private final Member anna;
        private final Member bela;
        private final String team;
        private final String merchant;
        private final String terminal;
        private final Deque<String> payCodes = new ArrayDeque<>();
        private final Deque<String> vouchers = new ArrayDeque<>();

        Street(Book book) {
            this.book = book;
            this.anna = book.aMember().holding(10_000, Unit.MIN).holding(10_000, Unit.PTS);
            this.bela = book.aMember("M-OLD", "70-79");
            this.team = book.aTeam();
            this.merchant = book.aMerchant();
            this.terminal = book.aTerminal(merchant);
            book.open(Holder.of(book.id(), Chart.TIME_POOL), Lot.OWN, 1000);
            kin(anna, bela);
            for (int i = 0; i < 2; i++) {
                payCodes.add(anna.payCode());
                vouchers.add(anna.voucher(500));
            }
        }

        Map<String, Object> given(@Nullable String as, Unit unit) {
            Map<String, Object> body = new HashMap<>(Map.of("amount", 5, "unit", unit.name()));
            if (as != null) {
                body.put(as, anna.id());
            }
            return body;
        }

        Map<String, Object> between(Unit unit) {
            Map<String, Object> body = given("from", unit);
            body.put("to", bela.id());
            return body;
        }

        Map<String, Object> granted(String fund) {
            Map<String, Object> body = given("member", Unit.MIN);
            body.put("fund", fund);
            return body;
        }

        Map<String, Object> service(String payer) {
            return Map.of(
                    "volunteer",
                    anna.id(),
                    "recipient",
                    bela.id(),
                    "payer",
                    payer,
                    "activity",
                    "陪同就医",
                    "place",
                    "社区",
                    "organiser",
                    "银龄互助队",
                    "leader",
                    "L-1",
                    "minutes",
                    5);
        }

        Map<String, Object> redemption(String mode, String whoseName, String whose) {
            return Map.of("mode", mode, whoseName, whose, "merchant", merchant, "amount", 500, "unit", "PTS");
        }

        long lastSeq() {
            return shown(book).extract().jsonPath().getLong("lastSeq");
        }
    }

    private interface Body {
        Map<String, Object> in(Street street);
    }

    private enum Begun {
        OPENING("/openings", street -> street.given("member", Unit.MIN)),
        TRANSFER_OF_TIME("/transfers", street -> street.between(Unit.MIN)),
        TRANSFER_OF_POINTS("/transfers", street -> street.between(Unit.PTS)),
        GIFT("/gifts", street -> street.between(Unit.MIN)),
        DONATION_OF_TIME("/donations", street -> street.given("giver", Unit.MIN)),
        DONATION_OF_POINTS("/donations", street -> street.given("giver", Unit.PTS)),
        GRANT("/grants", street -> street.granted("PUBLIC")),
        GRANT_FROM_THE_POOL("/grants", street -> street.granted("POOL")),
        SERVICE("/service-records", street -> street.service("ISSUED")),
        SERVICE_THAT_EARNS_NOTHING("/service-records", street -> street.service("ISSUED")),
        VOUCHER("/vouchers", street -> street.given("member", Unit.PTS)),
        PAY_CODE("/pay-codes", street -> Map.of("member", street.anna.id())),
        ALLOWANCE(
                "/merchants/{merchant}/terminals/{terminal}/allowances",
                street -> Map.of("perSale", 100, "count", 1, "hours", 1)),
        AUTHORIZATION("/redemptions", street -> street.redemption("AUTHORIZE", "member", street.anna.id())),
        SALE("/redemptions", street -> street.redemption("SALE", "member", street.anna.id())),
        AUTHORIZATION_BY_PAY_CODE(
                "/redemptions", street -> street.redemption("AUTHORIZE", "code", street.payCodes.getFirst())),
        SALE_BY_PAY_CODE("/redemptions", street -> street.redemption("SALE", "code", street.payCodes.getFirst())),
        AUTHORIZATION_BY_VOUCHER(
                "/redemptions", street -> street.redemption("AUTHORIZE", "code", street.vouchers.getFirst())),
        SALE_BY_VOUCHER("/redemptions", street -> street.redemption("SALE", "code", street.vouchers.getFirst()));

        private final String path;
        private final Body body;

        Begun(String path, Body body) {
            this.path = path;
            this.body = body;
        }

        ValidatableResponse ask(Street street) {
            return street.book
                    .as(Role.OPERATOR)
                    .body(body.in(street))
                    .post(street.book.path()
                            + path.replace("{merchant}", street.merchant).replace("{terminal}", street.terminal))
                    .then();
        }
    }

    @ParameterizedTest
    @EnumSource(Begun.class)
    void nothingBeginsUntilItIsReopened(Begun begun) {
        var book = begun == Begun.SERVICE_THAT_EARNS_NOTHING ? bank.aBook(false, 0, true) : bank.aBook(true, 200, true);
        var street = new Street(book);
        order(book, "close").statusCode(200);
        long last = street.lastSeq();

        begun.ask(street)
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("book-closed"))
                .body("retryable", equalTo(false))
                .body("book", equalTo(book.code()));
        assertThat(street.lastSeq()).isEqualTo(last);

        order(book, "reopen").statusCode(200);
        begun.ask(street).statusCode(201);
    }

    @Test
    void theSameOfABulkIsRefusedItemByItem() {
        var street = new Street(bank.aBook());
        order(street.book, "close").statusCode(200);
        Map<String, Object> item = street.between(Unit.MIN);
        item.put("reference", "T-1");

        street.book
                .as(Role.OPERATOR)
                .body(Map.of("items", List.of(item)))
                .post(street.book.path() + "/transfers/bulk")
                .then()
                .statusCode(200)
                .body("items.result", contains("refused"))
                .body("items[0].problem.code", equalTo("book-closed"));
    }

    @Test
    void aPersonWithoutPointsIsToldThatTheBookIsClosed() {
        var street = new Street(bank.aBook());
        order(street.book, "close").statusCode(200);

        street.book
                .as(Role.APP)
                .header("Accept-Language", "zh-CN")
                .body(street.redemption("SALE", "member", street.bela.id()))
                .post(street.book.path() + "/redemptions")
                .then()
                .statusCode(409)
                .body("code", equalTo("book-closed"))
                .body("detail", equalTo("账簿 " + street.book.code() + " 已关闭，不再受理新业务。"));
    }

    /** What an operator may write there all the same is no money. */
    @Test
    void whoIsThereMayStillBeRegistered() {
        var book = bank.aBook();
        order(book, "close").statusCode(200);

        book.as(Role.OPERATOR)
                .body(Map.of("name", "爱心超市", "kind", "COMMUNITY_STORE"))
                .put(book.path() + "/merchants/MER-1")
                .then()
                .statusCode(201);
    }

    // ---- what ends -----------------------------------------------------------------------------------------------

    @Test
    void whatWasBegunIsBroughtToItsEnd() {
        var book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        var street = new Street(book);
        var anna = street.anna;
        Holder payable = Merchants.payable(book.id(), street.merchant);
        book.postAt(
                null,
                EntryType.OPENING,
                draft -> draft.debit(new Holder(book.id(), Chart.OPENING, "", Unit.PTS), 1000)
                        .credit(payable, 1000),
                new Holder(book.id(), Chart.OPENING, "", Unit.PTS),
                payable);
        String captured = begun(street, "AUTHORIZE", "member", anna.id(), null);
        String voided = begun(street, "AUTHORIZE", "member", anna.id(), null);
        String byVoucher = begun(street, "AUTHORIZE", "code", street.vouchers.removeFirst(), null);
        String refunded = begun(street, "SALE", "member", anna.id(), null);
        begun(street, "SALE", "member", anna.id(), "17");
        begun(street, "AUTHORIZE", "member", anna.id(), "18");
        String voucher =
                post(street, "/vouchers", street.given("member", Unit.PTS), 201).getString("id");
        long transfer =
                post(street, "/transfers", street.between(Unit.MIN), 201).getLong("entries[0].seq");
        owing(book, anna.holder(Unit.PTS), 30);
        owing(book, street.bela.holder(Unit.PTS), 40);
        post(street, "/members/" + anna.id() + "/freeze", Map.of("reason", "核实"), 200);

        order(book, "close").statusCode(200);

        post(street, "/redemptions/" + captured + "/capture", Map.of("amount", 400), 200);
        post(street, "/redemptions/" + voided + "/void", null, 200);
        post(street, "/redemptions/" + byVoucher + "/capture", Map.of("amount", 400), 200);
        post(street, "/redemptions/" + refunded + "/refunds", Map.of("amount", 100), 201);
        for (String number : List.of("17", "18", "never-came")) {
            post(
                    street,
                    "/redemptions/reversals",
                    Map.of("merchant", street.merchant, "terminal", street.terminal, "terminalTransaction", number),
                    200);
        }
        post(street, "/vouchers/" + voucher + "/revoke", null, 200);
        post(street, "/entries/" + transfer + "/reversal", Map.of("reason", "录入有误"), 201);
        post(
                street,
                "/merchants/" + street.merchant + "/waivers",
                Map.of("amount", 5, "reason", "让利", "actor", "W-1", "approver", "W-2"),
                201);
        post(
                street,
                "/members/" + street.bela.id() + "/write-offs",
                Map.of("unit", "PTS", "reason", "成员已故", "actor", "W-1", "approver", "W-2"),
                201);
        // He pays what he owes, which is an entry, too; then he leaves, and what he has goes to the pool and back.
        post(street, "/members/" + anna.id() + "/unfreeze", Map.of("reason", "核实完毕"), 200);
        post(street, "/vouchers/" + revocable(street) + "/revoke", null, 200);
        post(street, "/members/" + anna.id() + "/close", Map.of("reason", "迁出"), 200);
        post(
                street,
                "/day-ends",
                Map.of(
                        "merchant",
                        street.merchant,
                        "terminal",
                        street.terminal,
                        "day",
                        LocalDate.now(ZoneId.of("Asia/Shanghai")).toString(),
                        "totals",
                        List.of(),
                        "acceptDifferences",
                        true,
                        "reason",
                        "合并"),
                201);

        book.as(Role.AUDITOR)
                .get(book.path() + "/entries?limit=500")
                .then()
                .body("items.type", hasItem("SHORTFALL_RECOVER"))
                .body("items.type", hasItem("ACCOUNT_CLOSE"));
    }

    @Test
    void merchantsAreSettledAndPaid() {
        var book = bank.aBook().since(Instant.parse("2025-01-01T00:00:00Z"));
        String merchant = book.aMerchant();
        Holder payable = Merchants.payable(book.id(), merchant);
        Holder anna = Holder.of(book.id(), Chart.MEMBER_POINTS, book.aMember().id());
        Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
        Instant then = Instant.parse("2025-01-10T00:00:00Z");
        book.postAt(then, EntryType.OPENING, draft -> draft.debit(opening, 100).credit(anna, 100), opening, anna);
        book.postAt(then, EntryType.REDEEM_SALE, draft -> draft.debit(anna, 100).credit(payable, 100), anna, payable);
        order(book, "close").statusCode(200);

        for (String verb : List.of("rejected", "paid")) {
            String batch = book.as(Role.COORDINATOR)
                    .body(Map.of("merchant", merchant, "through", "2025-01-31", "maker", "W-1"))
                    .post(book.path() + "/settlements")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("id");
            book.as(Role.COORDINATOR)
                    .body(
                            verb.equals("paid")
                                    ? Map.of("bankReference", "BK-1", "checker", "W-2")
                                    : Map.of("reason", "退票", "checker", "W-2"))
                    .post(book.path() + "/settlements/" + batch + "/" + verb)
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void aTillUploadsWhatItSoldBeforeTheClosingAndNothingThatItSoldSince() {
        var street = new Street(bank.aBook());
        JsonPath allowance = post(
                street,
                "/merchants/" + street.merchant + "/terminals/" + street.terminal + "/allowances",
                Map.of("perSale", 100, "count", 10, "hours", 1),
                201);
        order(street.book, "close").statusCode(200);
        Instant closedAt = closedAt(street.book);

        upload(street, allowance, Map.of("1", closedAt.minusNanos(1000), "2", closedAt))
                .body("items.find { it.terminalTransaction == '1' }.result", equalTo("created"))
                .body("items.find { it.terminalTransaction == '2' }.problem.code", equalTo("book-closed"));
        // A closing that was ended is none; one that stands is judged by itself.
        order(street.book, "reopen").statusCode(200);
        upload(street, allowance, Map.of("2", closedAt)).body("items.result", contains("created"));
        order(street.book, "close").statusCode(200);
        upload(street, allowance, Map.of("3", closedAt(street.book).minusNanos(1000), "4", closedAt(street.book)))
                .body("items.find { it.terminalTransaction == '3' }.result", equalTo("created"))
                .body("items.find { it.terminalTransaction == '4' }.problem.code", equalTo("book-closed"));
    }

    /** A new type has to say whether it is an end. */
    @Test
    void endsAreTheseAlone() {
        assertThat(EntryType.values())
                .filteredOn(EntryType::isEnd)
                .containsExactlyInAnyOrder(
                        EntryType.BOOKING_COMPLETE,
                        EntryType.REDEEM_CAPTURE,
                        EntryType.REDEEM_REFUND,
                        EntryType.SHORTFALL_RECOVER,
                        EntryType.WRITE_OFF,
                        EntryType.MERCHANT_WAIVE,
                        EntryType.SETTLEMENT_CLOSE,
                        EntryType.SETTLEMENT_PAID,
                        EntryType.SETTLEMENT_REJECTED,
                        EntryType.EXPIRE_POINTS,
                        EntryType.EXPIRE_TIME,
                        EntryType.ACCOUNT_CLOSE,
                        EntryType.REVERSAL,
                        EntryType.NETTING);
    }

    // ---- the race ------------------------------------------------------------------------------------------------

    @Test
    void noSaleIsBehindTheClosing() throws Exception {
        var street = new Street(bank.aBook());
        // So little that she could pay all, whichever come first.
        Map<String, Object> sale = new HashMap<>(street.redemption("SALE", "member", street.anna.id()));
        sale.put("amount", 10);
        long before = street.lastSeq();
        String app = street.book.keyOf(Role.APP);
        String operator = street.book.keyOf(Role.OPERATOR);
        List<Callable<Integer>> asked = new ArrayList<>();
        for (int n = 0; n <= SALES; n++) {
            String key = "race-" + n;
            boolean closes = n == SALES / 2;
            asked.add(() -> street.book
                    .request(closes ? operator : app)
                    .header("Idempotency-Key", key)
                    .body(closes ? Map.of("reason", "合并") : sale)
                    .post(street.book.path() + (closes ? "/close" : "/redemptions"))
                    .statusCode());
        }

        List<Integer> statuses = new ArrayList<>();
        try (var executor = Executors.newFixedThreadPool(16)) {
            for (Future<Integer> answer : executor.invokeAll(asked)) {
                statuses.add(answer.get());
            }
        }

        assertThat(Set.copyOf(statuses)).isSubsetOf(200, 201, 409);
        long sold = statuses.stream().filter(status -> status == 201).count();
        assertThat(street.lastSeq() - before).isEqualTo(sold);
        List<String> events = street.book
                .as(Role.AUDITOR)
                .get(street.book.path() + "/events?limit=500")
                .then()
                .extract()
                .jsonPath()
                .getList("items.type");
        assertThat(events.getLast()).isEqualTo("org.moralbank.book.closed");
        street.book
                .as(Role.AUDITOR)
                .get(street.book.path() + "/redemptions?limit=500")
                .then()
                .body("items", hasSize((int) sold));
    }

    // ---- requests ------------------------------------------------------------------------------------------------

    private String begun(Street street, String mode, String whoseName, String whose, @Nullable String number) {
        Map<String, Object> body = new HashMap<>(street.redemption(mode, whoseName, whose));
        if (number != null) {
            body.put("terminal", street.terminal);
            body.put("terminalTransaction", number);
        }
        return post(street, "/redemptions", body, 201).getString("id");
    }

    /** The voucher that was made with the street and is not used. */
    private static String revocable(Street street) {
        return street.book
                .as(Role.OPERATOR)
                .get(street.book.path() + "/vouchers?status=ACTIVE")
                .then()
                .body("items", hasSize(1))
                .extract()
                .path("items[0].id");
    }

    private static JsonPath post(Street street, String path, @Nullable Object body, int status) {
        var request = street.book.as(Role.OPERATOR);
        return (body == null ? request : request.body(body))
                .post(street.book.path() + path)
                .then()
                .log()
                .ifValidationFails()
                .statusCode(status)
                .extract()
                .jsonPath();
    }

    private static ValidatableResponse upload(Street street, JsonPath allowance, Map<String, Instant> rows) {
        return street.book
                .as(Role.OPERATOR)
                .body(Map.of(
                        "merchant", street.merchant,
                        "terminal", street.terminal,
                        "allowance", allowance.getString("id"),
                        "signature", allowance.getString("signature"),
                        "rows",
                                rows.entrySet().stream()
                                        .map(row -> Map.of(
                                                "terminalTransaction", row.getKey(),
                                                "member", street.anna.id(),
                                                "amount", 10,
                                                "at", row.getValue().toString()))
                                        .toList()))
                .post(street.book.path() + "/redemptions/offline")
                .then()
                .statusCode(200);
    }

    private static Instant closedAt(Book book) {
        return Instant.parse(shown(book).extract().path("closedAt"));
    }

    private static ValidatableResponse shown(Book book) {
        return book.as(Role.AUDITOR).get(book.path()).then().statusCode(200);
    }

    private ValidatableResponse listed(Book book, String status) {
        return book.request(bank.operatorKey())
                .get("/v1/books?limit=500&after=" + TestBank.cursorBefore(book.code()) + "&status=" + status)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse changes(Book book, String query) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/status-changes" + query)
                .then()
                .statusCode(200);
    }

    private static ValidatableResponse order(Book book, String verb) {
        return book.as(Role.OPERATOR)
                .body(Map.of("reason", "合并", "actor", "W-1"))
                .post(book.path() + "/" + verb)
                .then();
    }

    private static void owing(Book book, Holder holder, long amount) {
        book.post(holder.shortfall(), new Holder(book.id(), Chart.OPENING, "", holder.unit()), Lot.OWN, amount);
    }

    private void kin(Member member, Member kin) {
        pool.preparedQuery("""
                INSERT INTO member_kin (book_id, member_id, kin_id, relation, version, registered_at)
                VALUES ($1, $2, $3, 'DAUGHTER', 1, now() - interval '2 days')
                """)
                .execute(Tuple.of((short) member.book().id(), member.id(), kin.id()))
                .await()
                .indefinitely();
    }
}
