package org.moralbank.platform;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.Unit;

/** What the protocol refuses is told as problem details too, whoever notices it. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class ProtocolProblemsTest {
    private static final int LARGEST_BODY = 16 << 20;

    @Inject
    TestBank bank;

    @Test
    void tellsThatAPathIsNotThere() {
        problem(caller().get("/v1/nothing"), 404, "no-such-path");
        problem(given().get("/nothing"), 404, "no-such-path");
    }

    @Test
    void tellsWhichMethodsAPathHas() {
        problem(caller().delete("/v1/books/B/transfers"), 405, "method-not-allowed")
                .header("Allow", equalTo("GET, HEAD, OPTIONS, POST"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /members/m1         | GET, HEAD, OPTIONS, PUT
                    /members/m1/kin/m2  | GET, HEAD, OPTIONS, PUT
                    /members/m1/freeze  | OPTIONS, POST
                    /merchants          | GET, HEAD, OPTIONS
                    /merchants/shop     | GET, HEAD, OPTIONS, PUT
                    /exports            | GET, HEAD, OPTIONS, POST
                    /exports/e1         | DELETE, GET, HEAD, OPTIONS
                    /exports/e1/pack    | GET, HEAD, OPTIONS
                    """)
    void tellsTheMethodsOfThatPathAloneAlsoWhenAsked(String path, String allowed) {
        caller().options("/v1/books/B" + path).then().statusCode(204).header("Allow", equalTo(allowed));
        problem(caller().patch("/v1/books/B" + path), 405, "method-not-allowed").header("Allow", equalTo(allowed));
    }

    @Test
    void hasNoMethodsToTellOfWhatIsNotThere() {
        problem(caller().options("/v1/nothing"), 404, "no-such-path");
        problem(caller().options("/v1/books/B/nothing"), 404, "no-such-path");
    }

    @Test
    void tellsThatNoSuchTypeIsAnswered() {
        problem(caller().accept("image/png").body("{}").post("/v1/books/B/transfers"), 406, "not-acceptable");
    }

    @Test
    void takesJsonInUtf8Only() {
        problem(
                        caller().contentType("text/plain").body("{}").post("/v1/books/B/transfers"),
                        415,
                        "unsupported-media-type")
                .header("Accept", equalTo("application/json"))
                .body("mediaTypes", equalTo("application/json"))
                .body("detail", equalTo("The operation takes application/json."));
        problem(
                caller().contentType("application/merge-patch+json").body("{}").post("/v1/books/B/transfers"),
                415,
                "unsupported-media-type");
        problem(
                caller().contentType("application/json; charset=ISO-8859-1")
                        .body("{}")
                        .post("/v1/books/B/transfers"),
                415,
                "unsupported-media-type");
        problem(
                caller().contentType("application/json; charset=utf-8")
                        .body("{}")
                        .post("/v1/books/B/transfers"),
                404,
                "not-found");
    }

    @Test
    void tellsWhereABodyIsNotJson() {
        problem(post("{\"from\":"), 400, "unreadable-body").body("where", equalTo("line 1, column 9"));
        problem(post(""), 400, "unreadable-body");
        problem(post("{} {}"), 400, "invalid-request");
        problem(post(new byte[] {0, 0, 0, 0x7b, 0x7f, 0, 0, 0}), 400, "unreadable-body");
        problem(post(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}), 400, "unreadable-body");
        problem(post("{\"from\":\"A\",\"from\":\"B\"}"), 400, "unreadable-body");
    }

    @Test
    void tellsWhichFieldIsNotThere() {
        problem(post("{\"amuont\":1}"), 400, "invalid-request")
                .body("errors.field", hasItem("amuont"))
                .body("detail", equalTo("amuont: There is no such field."));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"amount":"60"}             | amount: It must be a whole number of at most 13 digits, without quotes.
                    {"amount":60.5}             | amount: It must be a whole number of at most 13 digits, without quotes.
                    {"amount":1.0}              | amount: It must be a whole number of at most 13 digits, without quotes.
                    {"amount":1e30}             | amount: It must be a whole number of at most 13 digits, without quotes.
                    {"amount":10000000000000000000000} | amount: It must be a whole number of at most 13 digits, without quotes.
                    {"from":7}                  | from: It must be a text in quotes.
                    {"occurredOn":"27/11/2026"} | occurredOn: It must be a day, like 2025-01-31.
                    {"occurredOn":"2026-02-30"} | occurredOn: It must be a day, like 2025-01-31.
                    {"metadata":"till 7"}       | metadata: It must be a JSON object.
                    {"metadata":{"till":7}}     | metadata.till: It must be a text in quotes.
                    """)
    void tellsOfWhichTypeAFieldMustBe(String body, String detail) {
        problem(post(body), 400, "invalid-request").body("detail", equalTo(detail));
    }

    @Test
    void refusesMoreThanTheLargestBodyWhateverIsAsked() throws IOException {
        String tooLarge = "POST /v1/books/B/transfers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Accept-Language: zh\r\nContent-Length: " + (LARGEST_BODY + 1) + "\r\n\r\n";

        assertThat(raw(tooLarge))
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("content-type: application/problem+json")
                .containsIgnoringCase("content-language: zh-CN")
                .contains("\"code\":\"body-too-large\"", "\"limitBytes\":" + LARGEST_BODY);
    }

    @Test
    void refusesAChunkedBodyThatGrowsTooLarge() throws IOException {
        String start = "POST /v1/books/B/transfers HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + bank.aBook().keyOf(Role.APP) + "\r\nTransfer-Encoding: chunked\r\n\r\n";

        assertThat(raw(start, (1 << 20) + 1)).startsWith("HTTP/1.1 413").contains("\"code\":\"body-too-large\"");
        assertThat(raw(start, LARGEST_BODY + (1 << 20)))
                .startsWith("HTTP/1.1 413")
                .contains("\"code\":\"body-too-large\"");
    }

    /** The server answers this before any code of ours; that it is refused is all that can be held. */
    @Test
    void refusesAPathOrQueryThatIsNotPercentEncoded() throws IOException {
        for (String path : List.of("/v1/books/%zz", "/v1/books?after=%zz")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400");
        }
    }

    /** The framework drops it with what stands behind it, and would tell of something else. */
    @Test
    void refusesASemicolonInAPathThatIsNotPercentEncoded() throws IOException {
        var book = bank.aBook();
        var anna = book.aMember();
        String client = book.keyOf(Role.APP);
        for (String key : List.of("x", "x;p=1")) {
            book.request(client)
                    .header("Idempotency-Key", key)
                    .body("{\"from\":\"%1$s\",\"to\":\"%1$s\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"%2$s\"}"
                            .formatted(anna.id(), key))
                    .post(book.path() + "/transfers")
                    .then()
                    .statusCode(422);
        }
        RequestSpecification asItStands = book.request(client).urlEncodingEnabled(false);

        asItStands
                .get("/v1/answers/x%3Bp=1?book=" + book.code())
                .then()
                .statusCode(200)
                .body("key", equalTo("x;p=1"));
        for (String path : List.of("/v1/answers/x;p=1", "/v1;a/answers/x", "/v1/answers/x;", "//v1/answers/x;p=1")) {
            problem(asItStands.get(path + "?book=" + book.code()), 400, "invalid-request")
                    .body("errors.field", equalTo(List.of("path")))
                    .body("errors[0].message", containsString("%3B"));
        }
    }

    @Test
    void aRefusedPathLeavesTheConnectionToTheNextRequest() throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            for (String path : List.of("/v1/books/B;/transfers", "/v1/nothing", "/v1/books/B;/transfers")) {
                socket.getOutputStream()
                        .write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
                                        + " ".repeat(100_000))
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(answer(socket)).startsWith("HTTP/1.1 40");
            }
        }
    }

    @Test
    void refusesAQueryParameterThatTheOperationDoesNotHave() {
        problem(caller().body("{}").post("/v1/books/B/transfers?dryRun=true&x"), 400, "invalid-request")
                .body("errors.field", equalTo(List.of("dryRun", "x")));
    }

    @Test
    void asksWhoCallsBeforeItTellsAnythingElse() {
        problem(given().body("{").post("/v1/books/B/transfers?x=1"), 401, "unauthenticated")
                .header("WWW-Authenticate", "Bearer");
    }

    @Test
    void answersInTheLanguageThatIsAsked() {
        problem(caller().header("Accept-Language", "zh-CN,en;q=0.5").get("/v1/nothing"), 404, "no-such-path")
                .header("Content-Language", "zh-CN")
                .body("title", equalTo("路径不存在"));
        problem(caller().header("Accept-Language", "fr").get("/v1/nothing"), 404, "no-such-path")
                .header("Content-Language", "en");
    }

    @Test
    void tellsTheLanguageOfARefusalAlsoWhenItIsReplayed() {
        var book = bank.aBook();
        var anna = book.aMember();
        String client = book.keyOf(Role.APP);
        String key = UUID.randomUUID().toString();
        String body = "{\"from\":\"%1$s\",\"to\":\"%1$s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id());

        for (String language : new String[] {"zh", "en"}) {
            problem(
                            book.request(client)
                                    .header("Idempotency-Key", key)
                                    .header("Accept-Language", language)
                                    .body(body)
                                    .post(book.path() + "/transfers"),
                            422,
                            "same-member")
                    .header("Content-Language", "zh-CN");
        }
    }

    /** By it a till measures its own clock. */
    @ParameterizedTest
    @CsvSource({"/problems, 200", "/v1/nothing, 404", "/v1/books, 401"})
    void tellsTheTimeInEveryAnswer(String path, int status) {
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String date = given().get(path).then().statusCode(status).extract().header("Date");

        assertThat(date).matches("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT");
        assertThat(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from))
                .isBetween(before, Instant.now());
    }

    @Test
    void namesARequestByItsTraceOrByANewOne() {
        given().header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .get("/problems")
                .then()
                .header("Trace-Id", "4bf92f3577b34da6a3ce929d0e0e4736");
        given().header("traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01")
                .get("/problems")
                .then()
                .header("Trace-Id", matchesPattern("(?!0{32})[0-9a-f]{32}"));
    }

    @Test
    void servesAPageForEachCodeInBothLanguages() {
        for (ProblemTable.Entry entry : ProblemTable.all()) {
            page("/problems/" + entry.code(), "en").body(containsString(entry.code()));
            page("/problems/" + entry.code(), "zh-CN")
                    .body(containsString(ProblemPages.escaped(entry.chinese().action())));
        }
        page("/problems", "en").body(containsString("/problems/insufficient-balance"));
        problem(given().get("/problems/<script>"), 404, "not-found").body(not(containsString("text/html")));
    }

    @Test
    void pagesEscapeWhatTheySay() {
        assertThat(ProblemPages.escaped("<a href=\"x\">'&'</a>"))
                .isEqualTo("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    }

    @Test
    void isReadyWithDatabaseAndLanes() {
        given().get("/q/health/live").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/started").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.name", hasItem("database"))
                .body("checks.name", hasItem("lanes"));
    }

    /** An id in a path is a person's; and whoever sends many paths leaves room for those of the API. */
    @Test
    void metersThePathsOfOperationsAndNoOthers() {
        for (int i = 0; i < 500; i++) {
            given().options("/v1/books/B/members/zhangsan-" + i);
        }
        given().put("/v1/books/B/members/lisi/close").then().statusCode(405);
        bank.aBook().as(Role.AUDITOR).get("/v1/books").then().statusCode(200);

        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(not(containsString("zhangsan")))
                .body(not(containsString("lisi")))
                .body(containsString("uri=\"/v1/books\""))
                .body(containsString("uri=\"UNKNOWN\""));
    }

    @Test
    void countsRefusalsByCodeAndPostingsByType() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1, Unit.MIN);

        book.as(Role.APP)
                .body("{\"from\":\"%1$s\",\"to\":\"%1$s\",\"amount\":1,\"unit\":\"MIN\"}".formatted(anna.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(422);

        given().get("/q/metrics")
                .then()
                .body(containsString("moralbank_commits_refusals_total{code=\"same-member\"}"))
                .body(matchesPattern(
                        "(?s).*moralbank_ledger_postings_total\\{type=\"opening\"\\} (?!0\\.0)[0-9.E]+\n.*"))
                .body(containsString("moralbank_commits_queue"));
    }

    @Test
    void metersEachPoolByItself() {
        String metrics = given().get("/q/metrics").asString();
        Map<String, Double> ratios = new TreeMap<>();
        metrics.lines()
                .filter(line -> line.startsWith("sql_pool_ratio{"))
                .forEach(line -> ratios.put(
                        line.replaceFirst(".*pool_name=\"([^\"]*)\".*", "$1"),
                        Double.valueOf(line.substring(line.lastIndexOf(' ') + 1))));

        assertThat(ratios).hasSize(2).containsKey("lookups");
        assertThat(ratios.values()).allSatisfy(ratio -> assertThat(ratio).isBetween(0.0, 1.0));
    }

    private static ValidatableResponse page(String path, String language) {
        return given().header("Accept-Language", language)
                .get(path)
                .then()
                .statusCode(200)
                .contentType("text/html")
                .header("Content-Language", language)
                .header("Content-Security-Policy", notNullValue());
    }

    /** Behind a migration, for instance, or while another server becomes the first. */
    @Test
    void tellsThatTheDatabaseHasNoTimeForARead() throws SQLException {
        var book = bank.aBook();
        try (var busy = SomebodyElse.holding(TestDatabase.shared(), "LOCK TABLE member_organisation_unit")) {
            problem(book.as(Role.OPERATOR).get("/v1/organisation-units"), 503, "database-unavailable")
                    .header("Retry-After", "1");
        }
    }

    private static ValidatableResponse problem(Response response, int status, String code) {
        return response.then()
                .statusCode(status)
                .contentType(Problem.MEDIA_TYPE)
                .header("Content-Language", notNullValue())
                .header("Trace-Id", matchesPattern("[0-9a-f]{32}"))
                .body("type", equalTo("/problems/" + code))
                .body("code", equalTo(code))
                .body("status", is(status))
                .body("instance", notNullValue());
    }

    private Response post(Object body) {
        RequestSpecification request = caller();
        return (body instanceof byte[] bytes ? request.body(bytes) : request.body((String) body))
                .post("/v1/books/B/transfers");
    }

    /** A client of a book of its own, as it was sent: REST Assured adds no charset. */
    private RequestSpecification caller() {
        return bank.aBook()
                .as(Role.APP)
                .config(RestAssuredConfig.config()
                        .encoderConfig(EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)));
    }

    private String raw(String request) throws IOException {
        return raw(request, 0);
    }

    /** Sends a request as it stands, with a chunked body of some spaces, and gives what is answered until the end. */
    private String raw(String request, int spaces) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            try {
                byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                for (int sent = 0; sent < spaces; sent += 0x10000) {
                    out.write(chunk);
                }
                if (spaces > 0) {
                    out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException refused) {
                // The server may close before it has read all.
            }
            return answer(socket);
        }
    }

    private static String answer(Socket socket) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] some = new byte[8192];
        String text = "";
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
