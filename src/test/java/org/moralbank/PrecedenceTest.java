package org.moralbank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.lessThan;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/**
 * Of two things that are wrong with a request, the one is told that stands first in the order that the OpenAPI document and
 * the READMEs give.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PrecedenceTest {
    private static final int MEBIBYTE = 1 << 20;

    /** What any operation may tell, besides its own refusals. */
    private static final Set<String> OF_ALL = Set.of(
            "body-too-large",
            "forbidden",
            "idempotency-key-reused",
            "invalid-request",
            "method-not-allowed",
            "no-such-path",
            "not-acceptable",
            "not-found",
            "unauthenticated",
            "unreadable-body",
            "unsupported-media-type");

    private static final Pattern TOLD = Pattern.compile("(?s)HTTP/1.1 ([0-9]{3}) .*?\"code\":\"([a-z-]+)\".*");

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    /**
     * One thing that is wrong.
     *
     * @param part what of the request it is in; two of one part exclude one another
     */
    private record Fault(String part, String told, Consumer<Request> in) {
        String code() {
            return told.substring(told.indexOf(' ') + 1);
        }
    }

    /** A request as it is sent, each part of which can be wrong by itself. */
    private static final class Request {
        private String method = "POST";

        /** Null where the path names none. */
        private @Nullable String book;

        private String rest;
        private String query = "";
        private final Map<String, String> headers = new LinkedHashMap<>();
        private String moreHeaders = "";
        private final Map<String, String> fields = new LinkedHashMap<>();
        private String end = "}";
        private int padding = 0;
        private int untoldLength = 0;

        Request(TestBank.Book book, Role role, String rest) {
            this(book, book.keyOf(role), rest);
        }

        Request(TestBank.Book book, String apiKey, String rest) {
            this(book.code(), apiKey, rest);
        }

        Request(@Nullable String book, String apiKey, String rest) {
            this.book = book;
            this.rest = rest;
            headers.put("Host", "localhost");
            headers.put("Connection", "close");
            headers.put("Authorization", "Bearer " + apiKey);
            headers.put("Content-Type", "application/json");
            headers.put("Idempotency-Key", UUID.randomUUID().toString());
        }

        Request with(String field, String value) {
            fields.put(field, value);
            return this;
        }

        /** As one edits the first version of something. */
        Request editing() {
            method = "PUT";
            headers.put("If-Match", "\"1\"");
            return this;
        }

        String told() throws IOException {
            String body = fields.entrySet().stream()
                            .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
                            .collect(Collectors.joining(",", "{", end))
                    + " ".repeat(padding);
            StringBuilder head = new StringBuilder(
                    method + " /v1" + (book == null ? "" : "/books/" + book) + rest + query + " HTTP/1.1\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            head.append(moreHeaders).append("Content-Length: ").append(body.length() + untoldLength);
            Matcher told = TOLD.matcher(answer(head + "\r\n\r\n" + body));
            return told.matches() ? told.group(1) + " " + told.group(2) : "no problem";
        }
    }

    @Test
    void tellsTheFirstThatIsWrongWithAPost() throws IOException {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        String stranger = bank.aBook().code();
        String auditor = book.keyOf(Role.AUDITOR);
        String app = book.keyOf(Role.APP);
        String used = UUID.randomUUID().toString();
        book.request(app)
                .header("Idempotency-Key", used)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);

        List<Fault> faults = List.of(
                new Fault("length", "413 body-too-large", request -> request.untoldLength = 16 * MEBIBYTE),
                new Fault("operation", "404 no-such-path", request -> request.rest = "/transfer" + tail(request)),
                new Fault("path", "405 method-not-allowed", request -> request.method = "PUT"),
                new Fault("accept", "406 not-acceptable", request -> request.headers.put("Accept", "image/png")),
                new Fault("who", "401 unauthenticated", request -> request.headers.remove("Authorization")),
                new Fault("who", "403 forbidden", request -> request.headers.put("Authorization", "Bearer " + auditor)),
                new Fault("path", "400 invalid-request", request -> request.rest += ";a=b"),
                new Fault("path", "404 not-found", request -> request.book += "%07"),
                new Fault("key", "400 invalid-request", request -> request.moreHeaders = "Idempotency-Key: b\r\n"),
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("type", "415 unsupported-media-type", request -> request.headers.put("Content-Type", "a/b")),
                new Fault("size", "413 body-too-large", request -> request.padding = MEBIBYTE),
                new Fault("syntax", "400 unreadable-body", request -> request.end = ""),
                new Fault("field", "400 invalid-request", request -> request.fields.put("surprise", "1")),
                new Fault("path", "404 not-found", request -> request.book = stranger),
                new Fault("key", "400 invalid-request", request -> request.headers.remove("Idempotency-Key")),
                new Fault("value", "400 invalid-request", request -> request.fields.put("amount", "0")),
                new Fault("key", "422 idempotency-key-reused", request -> {
                    request.headers.put("Idempotency-Key", used);
                    request.headers.computeIfPresent("Authorization", (name, own) -> "Bearer " + app);
                }),
                new Fault("rule", "422 same-member", request -> request.fields.put("to", '"' + anna.id() + '"')));

        tellsTheFirst("giveTransfer", faults, () -> {
            Request request = new Request(book, Role.APP, "/transfers");
            request.fields.put("from", '"' + anna.id() + '"');
            request.fields.put("to", '"' + bela.id() + '"');
            request.fields.put("amount", "2");
            request.fields.put("unit", "\"MIN\"");
            return request;
        });
    }

    @Test
    void tellsTheFirstThatIsWrongWithAPut() throws IOException {
        var book = bank.aBook();
        String open = book.aMerchant();
        String closed = book.aMerchant();
        for (String merchant : List.of(open, closed)) {
            book.aTerminal(merchant, "T1", false);
        }
        book.as(Role.OPERATOR)
                .body("{\"reason\":\"歇业\"}")
                .post(book.path() + "/merchants/" + closed + "/close")
                .then()
                .statusCode(200);

        List<Fault> faults = List.of(
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("type", "415 unsupported-media-type", request -> request.headers.put("Content-Type", "a/b")),
                new Fault("field", "400 invalid-request", request -> request.fields.put("surprise", "1")),
                new Fault("store", "400 invalid-request", request -> request.fields.put("store", "\"a b\"")),
                new Fault("merchant", "404 not-found", request -> request.rest = "/merchants/GHOST/terminals/T1"),
                new Fault(
                        "merchant",
                        "409 merchant-already-closed",
                        request -> request.rest = "/merchants/" + closed + "/terminals/T1"),
                new Fault("version", "428 precondition-required", request -> request.headers.remove("If-Match")),
                new Fault("version", "412 precondition-failed", request -> request.headers.put("If-Match", "\"9\"")),
                new Fault("store", "422 unknown-store", request -> request.fields.put("store", "\"GHOST\"")));

        tellsTheFirst(
                "putTerminal",
                faults,
                () -> new Request(book, Role.OPERATOR, "/merchants/" + open + "/terminals/T1")
                        .with("partialApproval", "true")
                        .editing());
    }

    private enum Given {
        TRANSFER("giveTransfer"),
        GIFT("giveGift"),
        DONATION("donate"),
        GRANT("grant"),
        OPENING("openBalance");

        private final String operation;

        Given(String operation) {
            this.operation = operation;
        }

        String path() {
            return "/" + name().toLowerCase(Locale.ROOT) + "s";
        }
    }

    @ParameterizedTest
    @EnumSource(Given.class)
    void tellsTheFirstThatIsWrongWithWhatIsGiven(Given given) throws IOException {
        String operator = bank.operatorKey();
        List<TestBank.Book> books = anOpenAndAClosedOne(operator, book -> {
            book.aMember("DORA", "80+");
            book.aTeam("TEAM");
            kin(book, "ANNA", "BELA");
            letADayPass(book);
            post(book, operator, "donated", "/donations", "{\"giver\":\"ANNA\",\"amount\":20,\"unit\":\"MIN\"}");
        });

        List<Fault> faults = new ArrayList<>(beforeTheRules("amount"));
        switch (given) {
            case TRANSFER ->
                faults.addAll(List.of(
                        new Fault(
                                "to",
                                "422 same-member",
                                request -> request.fields.put("to", request.fields.get("from"))),
                        field("from", "422 unknown-member", "\"GHOST\""),
                        field("from", "422 member-closed", "\"GONE\""),
                        field("from", "422 member-frozen", "\"COLD\""),
                        field("to", "422 unknown-member", "\"GHOST-2\""),
                        field("to", "422 member-closed", "\"LEFT\""),
                        field("unit", "422 points-transfer-off", "\"PTS\"")));
            case GIFT ->
                faults.addAll(List.of(
                        field("unit", "422 gift-of-time-only", "\"PTS\""),
                        new Fault(
                                "to",
                                "422 same-member",
                                request -> request.fields.put("to", request.fields.get("from"))),
                        field("from", "422 unknown-member", "\"GHOST\""),
                        field("from", "422 member-closed", "\"GONE\""),
                        field("from", "422 member-frozen", "\"COLD\""),
                        field("to", "422 unknown-member", "\"GHOST-2\""),
                        field("to", "422 member-closed", "\"LEFT\""),
                        field("to", "422 not-kin", "\"DORA\"")));
            case DONATION ->
                faults.addAll(List.of(
                        new Fault("giver", "422 team-gives-time-only", request -> {
                            request.fields.remove("giver");
                            request.fields.put("team", "\"GHOST\"");
                            request.fields.put("unit", "\"PTS\"");
                        }),
                        field("giver", "422 unknown-member", "\"GHOST\""),
                        field("giver", "422 member-closed", "\"GONE\""),
                        field("giver", "422 member-frozen", "\"COLD\""),
                        new Fault("giver", "422 unknown-team", request -> {
                            request.fields.remove("giver");
                            request.fields.put("team", "\"GHOST\"");
                        })));
            case OPENING ->
                faults.addAll(List.of(
                        field("member", "422 unknown-member", "\"GHOST\""),
                        field("member", "422 member-closed", "\"GONE\"")));
            case GRANT ->
                faults.addAll(List.of(
                        new Fault("unit", "422 fund-gives-time-only", request -> {
                            request.fields.put("fund", "\"FUND\"");
                            request.fields.put("unit", "\"PTS\"");
                        }),
                        field("member", "422 unknown-member", "\"GHOST\""),
                        field("member", "422 member-closed", "\"GONE\"")));
        }
        faults.add(bookClosed(books));
        if (given != Given.OPENING) {
            faults.add(field("amount", "422 insufficient-balance", "1000"));
        }

        tellsTheFirst(given.operation, faults, () -> {
            Request request = new Request(books.getFirst(), operator, given.path());
            switch (given) {
                case TRANSFER, GIFT -> request.with("from", "\"ANNA\"").with("to", "\"BELA\"");
                case DONATION -> request.with("giver", "\"ANNA\"");
                case GRANT -> request.with("fund", "\"POOL\"").with("member", "\"ANNA\"");
                case OPENING -> request.with("member", "\"ANNA\"");
            }
            return request.with("amount", "2").with("unit", "\"MIN\"");
        });
    }

    @Test
    void tellsTheFirstThatIsWrongWithAServiceRecord() throws IOException {
        String operator = bank.operatorKey();
        String service = "\"activity\":\"care\",\"place\":\"home\",\"organiser\":\"team\",\"leader\":\"L-1\"";
        List<TestBank.Book> books = anOpenAndAClosedOne(
                operator,
                book -> post(
                        book,
                        operator,
                        "served",
                        "/service-records",
                        "{\"volunteer\":\"ANNA\",\"minutes\":1,\"reference\":\"SERVED\"," + service + "}"));

        List<Fault> faults = new ArrayList<>(beforeTheRules("minutes"));
        faults.addAll(List.of(
                field("reference", "409 duplicate-reference", "\"SERVED\""),
                bookClosed(books),
                new Fault(
                        "recipient",
                        "422 own-service",
                        request -> request.fields.put("recipient", request.fields.get("volunteer"))),
                field("volunteer", "422 unknown-member", "\"GHOST\""),
                field("volunteer", "422 member-closed", "\"GONE\""),
                field("recipient", "422 unknown-member", "\"GHOST-2\""),
                field("recipient", "422 member-closed", "\"LEFT\""),
                field("recipient", "422 member-frozen", "\"COLD\""),
                field("minutes", "422 insufficient-balance", "1000")));

        tellsTheFirst(
                "recordService",
                faults,
                () -> new Request(books.getFirst(), operator, "/service-records")
                        .with("volunteer", "\"ANNA\"")
                        .with("recipient", "\"BELA\"")
                        .with("minutes", "30")
                        .with("activity", "\"care\"")
                        .with("place", "\"home\"")
                        .with("organiser", "\"team\"")
                        .with("leader", "\"L-1\"")
                        .with("payer", "\"RECIPIENT\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SALE", "AUTHORIZE"})
    void tellsTheFirstThatIsWrongWithARedemption(String mode) throws IOException {
        String operator = bank.operatorKey();
        List<TestBank.Book> books = anOpenAndAClosedOne(operator, book -> {
            for (String merchant : List.of("SHOP", "STOPPED", "CLOSED")) {
                aShop(book, merchant);
                for (String terminal : List.of("T1", "T2")) {
                    sale(book, operator, "SALE", merchant, terminal, "SOLD");
                    post(
                            book,
                            operator,
                            merchant + terminal + "reversed",
                            "/redemptions/reversals",
                            "{\"merchant\":\"%s\",\"terminal\":\"%s\",\"terminalTransaction\":\"REVERSED\"}"
                                    .formatted(merchant, terminal));
                }
                post(book, operator, merchant + "t", "/merchants/" + merchant + "/terminals/T2/suspend", REASON);
            }
            post(book, operator, "stopped", "/merchants/STOPPED/suspend", REASON);
            post(book, operator, "closed", "/merchants/CLOSED/close", REASON);
        });

        List<Fault> faults = new ArrayList<>(beforeTheRules("amount"));
        faults.addAll(List.of(
                field("merchant", "422 unknown-merchant", "\"GHOST\""),
                new Fault(
                        "transaction",
                        "409 transaction-reversed",
                        request -> request.with("terminalTransaction", "\"REVERSED\"")),
                new Fault(
                        "transaction",
                        "409 duplicate-reference",
                        request -> request.with("terminalTransaction", "\"SOLD\"")),
                bookClosed(books),
                field("merchant", "422 merchant-suspended", "\"STOPPED\""),
                field("merchant", "422 merchant-closed", "\"CLOSED\""),
                new Fault("transaction", "422 terminal-unknown", request -> request.with("terminal", "\"GHOST\"")),
                field("terminal", "422 terminal-suspended", "\"T2\""),
                field("unit", "422 time-not-redeemable", "\"MIN\""),
                field("member", "422 unknown-member", "\"GHOST\""),
                field("member", "422 member-closed", "\"GONE\""),
                field("member", "422 member-frozen", "\"COLD\""),
                field("lines", "422 item-unknown", "[{\"item\":\"GHOST\",\"count\":1}]"),
                field("amount", "422 insufficient-balance", "1000")));

        tellsTheFirst(
                "redeem",
                faults,
                () -> new Request(books.getFirst(), operator, "/redemptions")
                        .with("mode", '"' + mode + '"')
                        .with("member", "\"ANNA\"")
                        .with("merchant", "\"SHOP\"")
                        .with("terminal", "\"T1\"")
                        .with("terminalTransaction", '"' + UUID.randomUUID().toString() + '"')
                        .with("amount", "2")
                        .with("unit", "\"PTS\""));
    }

    @Test
    void tellsTheFirstThatIsWrongWithACaptureAndARefund() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        aShop(book, "SHOP");
        String held = sale(book, operator, "AUTHORIZE", "SHOP", "T1", "HELD");
        String sold = sale(book, operator, "SALE", "SHOP", "T1", "SOLD");
        String ended = sale(book, operator, "AUTHORIZE", "SHOP", "T1", "ENDED");
        String reversed = sale(book, operator, "AUTHORIZE", "SHOP", "T1", "REVERSED");
        post(book, operator, "void", "/redemptions/" + ended + "/void", "{}");
        post(
                book,
                operator,
                "reversed",
                "/redemptions/reversals",
                "{\"merchant\":\"SHOP\",\"terminal\":\"T1\",\"terminalTransaction\":\"REVERSED\"}");

        List<Fault> ofACapture = new ArrayList<>(beforeTheRules("amount"));
        ofACapture.addAll(List.of(
                at("/redemptions/" + ended + "/capture", "409 hold-not-active"),
                at("/redemptions/" + reversed + "/capture", "409 transaction-reversed"),
                field("amount", "422 hold-exceeded", "1000")));
        tellsTheFirst(
                "captureRedemption",
                ofACapture,
                () -> new Request(book, operator, "/redemptions/" + held + "/capture").with("amount", "1"));

        List<Fault> ofARefund = new ArrayList<>(beforeTheRules("amount"));
        ofARefund.addAll(List.of(
                field("terminal", "422 terminal-unknown", "\"GHOST\""),
                at("/redemptions/" + held + "/refunds", "409 redemption-not-captured"),
                at("/redemptions/" + reversed + "/refunds", "409 transaction-reversed"),
                field("amount", "422 refund-exceeded", "1000")));
        tellsTheFirst(
                "refundRedemption",
                ofARefund,
                () -> new Request(book, operator, "/redemptions/" + sold + "/refunds").with("amount", "1"));
    }

    @Test
    void tellsTheFirstThatIsWrongWithAMember() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);

        List<Fault> faults = new ArrayList<>(beforeTheVersion("role"));
        faults.add(at("/members/GONE", "409 member-already-closed"));
        faults.addAll(WRONG_VERSIONS);

        tellsTheFirst(
                "registerMember",
                faults,
                () -> new Request(book, operator, "/members/ANNA")
                        .with("role", "\"other\"")
                        .editing());
    }

    @Test
    void tellsTheFirstThatIsWrongWithABulk() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        String item = "[{\"from\":\"ANNA\",\"to\":\"%s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"R-1\"}]";

        List<Fault> faults = new ArrayList<>(beforeTheRules("items", "[]"));
        faults.add(field("items", "422 bulk-refused", item.formatted("ANNA")));

        tellsTheFirst(
                "giveTransfers",
                faults,
                () -> new Request(book, operator, "/transfers/bulk")
                        .with("items", item.formatted("BELA"))
                        .with("atomic", "true"));
    }

    @Test
    void tellsTheFirstThatIsWrongWithAReversal() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        book.aMember("OLGA", "80+");
        String grant = "{\"fund\":\"PUBLIC\",\"member\":\"OLGA\",\"amount\":10,\"unit\":\"MIN\"}";
        // Of these two the fund had one back by a reversal, and the other by the closing.
        String reversed =
                post(book, operator, "first", "/grants", grant).extract().path("id");
        int reversal = post(book, operator, "reversal", "/entries/" + reversed + "/reversal", REASON)
                .extract()
                .path("entries[0].seq");
        String givenBack =
                post(book, operator, "second", "/grants", grant).extract().path("id");
        int closing = post(book, operator, "closing", "/members/OLGA/close", REASON)
                .extract()
                .path("entries[0].seq");
        String right = post(book, operator, "third", "/grants", grant.replace("OLGA", "ANNA"))
                .extract()
                .path("id");

        List<Fault> faults = new ArrayList<>(beforeTheRules("reason", "\"\""));
        // It is looked for before the commit.
        faults.add(faults.size() - 1, at("/entries/1000/reversal", "404 not-found"));
        faults.addAll(List.of(
                at("/entries/" + reversal + "/reversal", "409 reversal-not-reversible"),
                at("/entries/" + closing + "/reversal", "409 use-other-operation"),
                at("/entries/" + reversed + "/reversal", "409 already-reversed"),
                at("/entries/" + givenBack + "/reversal", "409 given-back")));

        tellsTheFirst(
                "reverseEntry",
                faults,
                () -> new Request(book, operator, "/entries/" + right + "/reversal").with("reason", "\"wrong\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"freeze", "unfreeze"})
    void tellsTheFirstThatIsWrongWithAFreezeAndItsEnd(String order) throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        boolean freezes = order.equals("freeze");

        List<Fault> faults = new ArrayList<>(beforeTheRules("reason", "\"\""));
        faults.addAll(List.of(
                at("/members/GHOST/" + order, "404 not-found"),
                at("/members/GONE/" + order, "409 member-already-closed"),
                freezes
                        ? at("/members/COLD/freeze", "409 member-already-frozen")
                        : at("/members/ANNA/unfreeze", "409 member-not-frozen")));

        tellsTheFirst(
                order + "Member",
                faults,
                () -> new Request(book, operator, (freezes ? "/members/ANNA/" : "/members/COLD/") + order)
                        .with("reason", "\"other\""));
    }

    /** Some have several things wrong themselves: DORA is young and no kin, NEW is young and kin since now, HELD owes. */
    @Test
    void tellsTheFirstThatIsWrongWithAClosing() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        aShop(book, "SHOP");
        book.aMember("HELD", "80+").holding(60, Unit.PTS);
        book.aMember("OWES", "80+");
        for (String young : List.of("DORA", "NEW", "YOUNG")) {
            book.aMember(young, "40-49");
        }
        for (String leaver : List.of("ANNA", "HELD", "OWES")) {
            kin(book, leaver, "BELA");
            kin(book, leaver, "YOUNG");
        }
        letADayPass(book);
        for (String leaver : List.of("ANNA", "HELD", "OWES")) {
            kin(book, leaver, "NEW");
        }
        post(book, operator, "held", "/redemptions", """
                {"mode":"AUTHORIZE","member":"HELD","amount":1,"unit":"PTS","merchant":"SHOP","terminal":"T1",
                 "terminalTransaction":"HELD"}
                """);
        for (String debtor : List.of("HELD", "OWES")) {
            book.post(
                    Holder.of(book.id(), Chart.SHORTFALL_TIME, debtor),
                    Holder.of(book.id(), Chart.TIME_POOL),
                    Lot.OWN,
                    5);
        }

        List<Fault> faults = new ArrayList<>(beforeTheRules("reason", "\"\""));
        faults.addAll(List.of(
                at("/members/GHOST/close", "404 not-found"),
                at("/members/GONE/close", "409 member-already-closed"),
                at("/members/HELD/close", "409 member-has-holds"),
                field("timeTo", "422 unknown-member", "\"GHOST\""),
                field("timeTo", "422 member-closed", "\"LEFT\""),
                field("timeTo", "422 not-kin", "\"DORA\""),
                field("timeTo", "422 kin-cooling-off", "\"NEW\""),
                field("timeTo", "422 kin-too-young", "\"YOUNG\""),
                at("/members/OWES/close", "409 shortfall-open")));

        tellsTheFirst(
                "closeMember",
                faults,
                () -> new Request(book, operator, "/members/ANNA/close")
                        .with("reason", "\"moved\"")
                        .with("timeTo", "\"BELA\""));
    }

    @Test
    void tellsTheFirstThatIsWrongWithKin() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        furnish(book, operator);
        book.aMember("MOVED", "80+");
        book.aMember("AWAY", "80+");
        kin(book, "ANNA", "BELA");
        kin(book, "ANNA", "AWAY");
        kin(book, "MOVED", "BELA");
        post(book, operator, "moved", "/members/MOVED/close", REASON);
        post(book, operator, "away", "/members/AWAY/close", REASON);

        List<Fault> faults = new ArrayList<>(beforeTheVersion("relation"));
        faults.addAll(List.of(
                inPath("member", "404 not-found", "ANNA", "GHOST"),
                inPath("kin", "404 not-found", "BELA", "GHOST-2"),
                new Fault(
                        "kin",
                        "422 own-kin",
                        request -> request.rest = request.rest.replaceFirst("([^/]+)/kin/.*", "$1/kin/$1")),
                inPath("member", "422 member-closed", "ANNA", "MOVED"),
                inPath("kin", "422 member-closed", "BELA", "AWAY")));
        faults.addAll(WRONG_VERSIONS);

        tellsTheFirst(
                "registerKin",
                faults,
                () -> new Request(book, operator, "/members/ANNA/kin/BELA")
                        .with("relation", "\"SPOUSE\"")
                        .editing());
    }

    @Test
    void tellsTheFirstThatIsWrongWithATeam() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        book.aTeam("TEAM");

        List<Fault> faults = beforeTheVersionOfATeam();
        faults.addAll(WRONG_VERSIONS);

        tellsTheFirst(
                "registerTeam",
                faults,
                () -> new Request(book, operator, "/teams/TEAM")
                        .with("name", "\"other\"")
                        .editing());
    }

    @ParameterizedTest
    @CsvSource({"registerMember, members, TEAM, role", "registerTeam, teams, ANNA, name"})
    void tellsTheFirstThatIsWrongWithWhoIsNew(String operation, String kind, String taken, String field)
            throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        book.aMember("ANNA", "80+");
        book.aTeam("TEAM");

        List<Fault> faults =
                kind.equals("teams") ? beforeTheVersionOfATeam() : new ArrayList<>(beforeTheVersion(field));
        faults.addAll(List.of(
                new Fault("version", "412 precondition-failed", request -> request.headers.put("If-Match", "\"9\"")),
                at("/" + kind + "/" + taken, "409 id-taken")));

        tellsTheFirst(operation, faults, () -> {
            Request request = new Request(book, operator, "/" + kind + "/NEW").with(field, "\"some\"");
            request.method = "PUT";
            return request;
        });
    }

    @Test
    void tellsTheFirstThatIsWrongWithAMerchant() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book book = bank.aBook();
        aShop(book, "SHOP");
        aShop(book, "CLOSED");
        post(book, operator, "closed", "/merchants/CLOSED/close", REASON);

        List<Fault> faults = new ArrayList<>(beforeTheVersion("name"));
        faults.add(at("/merchants/CLOSED", "409 merchant-already-closed"));
        faults.addAll(WRONG_VERSIONS);

        tellsTheFirst(
                "putMerchant",
                faults,
                () -> new Request(book, operator, "/merchants/SHOP")
                        .with("name", "\"other\"")
                        .with("kind", "\"COMMUNITY_STORE\"")
                        .editing());
    }

    /** Whoever may not, is told so before anything is said of what he sent. */
    @Test
    void tellsTheFirstThatIsWrongWithAnOrganisationUnit() throws IOException {
        String operator = bank.operatorKey();
        TestBank.Book kept = bank.aBook();
        String ofOneBook = kept.keyOf(Role.OPERATOR);
        String keeper = "K-" + kept.code();
        kept.request(operator)
                .header("Idempotency-Key", USED)
                .body("{\"code\":\"%s\",\"kind\":\"STREET\",\"name\":\"n\",\"book\":\"%s\"}"
                        .formatted(keeper, kept.code()))
                .post("/v1/organisation-units")
                .then()
                .statusCode(201);

        List<Fault> faults = new ArrayList<>();
        faults.addAll(List.of(
                new Fault(
                        "who", "403 forbidden", request -> request.headers.put("Authorization", "Bearer " + ofOneBook)),
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("syntax", "400 unreadable-body", request -> request.end = "")));
        faults.addAll(beforeTheRules("name", "\"\""));
        faults.addAll(List.of(
                field("code", "409 organisation-unit-exists", '"' + keeper + '"'),
                field("parent", "422 unknown-organisation-unit", "\"GHOST\""),
                field("book", "422 unknown-book", "\"GHOST\""),
                field("book", "409 book-kept-by-another", '"' + kept.code() + '"')));

        tellsTheFirst(
                "addOrganisationUnit",
                faults,
                () -> new Request((String) null, operator, "/organisation-units")
                        .with("code", "\"N-" + kept.code() + '"')
                        .with("parent", '"' + keeper + '"')
                        .with("kind", "\"COMMUNITY\"")
                        .with("name", "\"n\"")
                        .with("book", '"' + bank.aBook().code() + '"'));
    }

    // ---- what is wrong with some of them -----------------------------------------------------------------------

    private static final String REASON = "{\"reason\":\"moved\"}";

    /** A key under which the client has asked for something else before. */
    private static final String USED = "used";

    /** What is told before a POST's own rules, the value of a number in its body among it. */
    private static List<Fault> beforeTheRules(String number) {
        return beforeTheRules(number, "0");
    }

    /** The same with a value of a field of its body that is wrong. */
    private static List<Fault> beforeTheRules(String name, String wrong) {
        return List.of(
                new Fault("key", "400 invalid-request", request -> request.headers.remove("Idempotency-Key")),
                field(name, "400 invalid-request", wrong),
                new Fault(
                        "key", "422 idempotency-key-reused", request -> request.headers.put("Idempotency-Key", USED)));
    }

    private static Fault field(String name, String told, String value) {
        return new Fault(name, told, request -> request.fields.put(name, value));
    }

    /** What is told of a PUT before it is looked at what there is, a text in its body among it. */
    private static List<Fault> beforeTheVersion(String name) {
        return List.of(
                new Fault("query", "400 invalid-request", request -> request.query = "?surprise=1"),
                new Fault("type", "415 unsupported-media-type", request -> request.headers.put("Content-Type", "a/b")),
                new Fault("field", "400 invalid-request", request -> request.fields.put("surprise", "1")),
                field(name, "400 invalid-request", "\"\""));
    }

    /** The media type is looked at sooner there. */
    private static List<Fault> beforeTheVersionOfATeam() {
        List<Fault> faults = new ArrayList<>(beforeTheVersion("name"));
        faults.addFirst(faults.remove(1));
        return faults;
    }

    /** Of an edit. */
    private static final List<Fault> WRONG_VERSIONS = List.of(
            new Fault("version", "428 precondition-required", request -> request.headers.remove("If-Match")),
            new Fault("version", "412 precondition-failed", request -> request.headers.put("If-Match", "\"9\"")));

    /** Another id in the path, wherever it stands there. */
    private static Fault inPath(String part, String told, String right, String wrong) {
        return new Fault(part, told, request -> request.rest = request.rest.replace(right, wrong));
    }

    private static Fault at(String rest, String told) {
        return new Fault("path", told, request -> request.rest = rest);
    }

    private static Fault bookClosed(List<TestBank.Book> books) {
        return new Fault(
                "book",
                "409 book-closed",
                request -> request.book = books.getLast().code());
    }

    /** Two books with the same in them, of which the second is closed then. */
    private List<TestBank.Book> anOpenAndAClosedOne(String operator, Consumer<TestBank.Book> more) {
        List<TestBank.Book> books = List.of(bank.aBook(), bank.aBook());
        for (TestBank.Book book : books) {
            furnish(book, operator);
            more.accept(book);
        }
        post(books.getLast(), operator, "book-closed", "/close", REASON);
        return books;
    }

    /** ANNA and BELA have something, COLD is frozen, GONE and LEFT are not there any more. */
    private static void furnish(TestBank.Book book, String operator) {
        for (String member : List.of("ANNA", "BELA", "COLD", "GONE", "LEFT")) {
            book.aMember(member, "80+").holding(60, Unit.MIN).holding(60, Unit.PTS);
        }
        post(book, operator, USED, "/members/COLD/freeze", REASON);
        post(book, operator, "gone", "/members/GONE/close", REASON);
        post(book, operator, "left", "/members/LEFT/close", REASON);
    }

    private static void kin(TestBank.Book book, String member, String kin) {
        book.as(Role.OPERATOR)
                .body("{\"relation\":\"PARENT\"}")
                .put(book.path() + "/members/" + member + "/kin/" + kin)
                .then()
                .statusCode(201);
    }

    /** Since kin were registered. */
    private void letADayPass(TestBank.Book book) {
        pool.preparedQuery("UPDATE member_kin SET registered_at = registered_at - interval '1 day' WHERE book_id = $1")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely();
    }

    /** With two terminals. */
    private static void aShop(TestBank.Book book, String merchant) {
        book.as(Role.OPERATOR)
                .body("{\"name\":\"shop\",\"kind\":\"COMMUNITY_STORE\"}")
                .put(book.path() + "/merchants/" + merchant)
                .then()
                .statusCode(201);
        book.aTerminal(merchant, "T1", false);
        book.aTerminal(merchant, "T2", false);
    }

    /** The id of a redemption of BELA's. */
    private static String sale(
            TestBank.Book book, String operator, String mode, String merchant, String terminal, String transaction) {
        return post(book, operator, merchant + terminal + transaction, "/redemptions", """
                        {"mode":"%s","member":"BELA","amount":1,"unit":"PTS","merchant":"%s","terminal":"%s",
                         "terminalTransaction":"%s"}
                        """.formatted(
                                mode, merchant, terminal, transaction))
                .extract()
                .path("id");
    }

    private static ValidatableResponse post(TestBank.Book book, String operator, String key, String path, String body) {
        return book.request(operator)
                .header("Idempotency-Key", key)
                .body(body)
                .post(book.path() + path)
                .then()
                .statusCode(lessThan(300));
    }

    private static String tail(Request request) {
        return request.rest.substring("/transfers".length());
    }

    /**
     * Of any two faults the first; and the document has the operation's own rules in this order. Of a code that is told of one
     * member after the other, the first counts.
     */
    private static void tellsTheFirst(String operation, List<Fault> faults, Supplier<Request> right)
            throws IOException {
        List<String> refusals = DocumentedAnswers.refusals(operation);
        assertThat(faults)
                .extracting(Fault::code)
                .allMatch(code -> OF_ALL.contains(code) || refusals.contains(code), "is told by " + operation);
        assertThat(faults.stream()
                        .map(Fault::code)
                        .filter(refusals::contains)
                        .distinct()
                        .toList())
                .as("the order of the x-refusals of " + operation)
                .isSortedAccordingTo(Comparator.comparing(refusals::indexOf));
        List<String> wrong = new ArrayList<>();
        for (int first = 0; first < faults.size(); first++) {
            for (int second = first; second < faults.size(); second++) {
                Fault one = faults.get(first);
                Fault other = faults.get(second);
                if (first == second || !one.part().equals(other.part())) {
                    Request request = right.get();
                    other.in().accept(request);
                    if (first != second) {
                        one.in().accept(request);
                    }
                    String told = request.told();
                    if (!told.equals(one.told())) {
                        wrong.add("%d %s with %d %s: %s".formatted(first, one.told(), second, other.told(), told));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static String answer(String request) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            String text = "";
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException refused) {
                // The server may close before it has read all.
            }
            // It does not close at once where it waits for a body that it will not take.
            while (!text.endsWith("}")) {
                int length = socket.getInputStream().read(some);
                if (length < 0) {
                    break;
                }
                read.write(some, 0, length);
                text = read.toString(StandardCharsets.UTF_8);
            }
            return text;
        }
    }
}
