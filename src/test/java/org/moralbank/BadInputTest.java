package org.moralbank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.TestBank.BY_HAND;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.ThrowingConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Language;
import org.moralbank.platform.ProblemTable;
import org.moralbank.platform.SecretBox;
import org.moralbank.platform.TestDatabase;
import org.moralbank.translog.TestLog;

/**
 * Bad input on every operation of the OpenAPI document: each is refused as it is documented, in both languages, and
 * nothing is posted or kept. An operation that is added to the document is tried by itself.
 *
 * <p>What is sent is the document's own example with one thing wrong, to a book in which the example as it is succeeds.
 */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class BadInputTest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Writes a lone surrogate as an escape: it has no UTF-8. */
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private static final JsonNode API = read();
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete", "patch");
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final int MEBIBYTE = 1 << 20;
    private static final String NUL = "\0";
    private static final String LONE_SURROGATE = "\ud800";

    /** Those that a community's app may not use, beside what only operators may. */
    private static final Set<String> NOT_FOR_APPS = Set.of(
            "openBook",
            "closeBook",
            "reopenBook",
            "listBookStatusChanges",
            "importBook",
            "listImports",
            "reverseEntry",
            "grant",
            "grantMany",
            "setBudget",
            "listBudgets",
            "getBudget",
            "orderGrants",
            "orderOpenings",
            "openBalance",
            "openBalances",
            "freezeMember",
            "unfreezeMember",
            "closeMember",
            "writeOffMember",
            "writeOffTeam",
            "writeOffMerchant",
            "registerTeam",
            "putMerchant",
            "suspendMerchant",
            "resumeMerchant",
            "closeMerchant",
            "listMerchantStatusChanges",
            "putStore",
            "suspendStore",
            "resumeStore",
            "closeStore",
            "listStoreStatusChanges",
            "putTerminal",
            "suspendTerminal",
            "resumeTerminal",
            "closeTerminal",
            "listTerminalStatusChanges",
            "makeTerminalKey",
            "revokeTerminalKey",
            "listTerminalKeys",
            "getTerminalKey",
            "getAllowance",
            "putCatalogue",
            "closeSettlement",
            "paySettlement",
            "rejectSettlement",
            "listSettlements",
            "getSettlement",
            "putSettlementTerms",
            "getSettlementTerms",
            "waivePayable",
            "getSettlementStatement",
            "getTransactionsFile",
            "getSettlementsFile",
            "addOrganisationUnit",
            "makeClient",
            "listClients",
            "getClient",
            "makeClientKey",
            "getClientKey",
            "revokeClientKey",
            "listMemberStatusChanges",
            "makeExport",
            "listExports",
            "getExport",
            "deleteExport",
            "getExportPack",
            "getExportFile",
            "getTrialBalance",
            "getJournal",
            "getGeneralLedger",
            "getReconciliations",
            "getSelfAudit",
            "orderSelfAudit",
            "listSelfAudits",
            "getOneSelfAudit",
            "drawSample",
            "listAnomalyKinds",
            "listAnomalies");

    /** What is the operator's of the installation, or an app's or an auditor's own. */
    private static final Set<String> NOT_FOR_COORDINATORS = Set.of(
            "makeClient",
            "listClients",
            "getClient",
            "makeClientKey",
            "getClientKey",
            "revokeClientKey",
            "listAnomalyKinds",
            "listAnomalies",
            "drawSample",
            "orderSelfAudit",
            "registerWebhook",
            "listWebhooks",
            "getWebhook",
            "suspendWebhook",
            "resumeWebhook",
            "closeWebhook",
            "rotateWebhookSecret",
            "listWebhookDeliveries",
            "replayWebhookDelivery",
            "listParkedEvents",
            "replayParkedEvents",
            "makeExport",
            "listExports",
            "getExport",
            "deleteExport",
            "getExportPack",
            "getExportFile",
            "importBook",
            "openBook",
            "closeBook",
            "reopenBook",
            "setBudget",
            "addOrganisationUnit",
            "putMerchant",
            "suspendMerchant",
            "resumeMerchant",
            "closeMerchant",
            "putStore",
            "suspendStore",
            "resumeStore",
            "closeStore",
            "putTerminal",
            "suspendTerminal",
            "resumeTerminal",
            "closeTerminal",
            "makeTerminalKey",
            "revokeTerminalKey",
            "listTerminalKeys",
            "getTerminalKey",
            "putSettlementTerms",
            "openBalance",
            "openBalances",
            "orderOpenings");

    /** What auditors may do beside reading: take copies home, and have the books checked. */
    private static final Set<String> FOR_AUDITORS = Set.of("makeExport", "deleteExport", "orderSelfAudit");

    private static final Set<String> FOR_TERMINALS = Set.of(
            "redeem",
            "captureRedemption",
            "voidRedemption",
            "refundRedemption",
            "reverseTransaction",
            "uploadOfflineSales",
            "listAllowances",
            "getAllowance",
            "listNumberGaps",
            "closeDay",
            "listDayEnds",
            "getDayEnd",
            "listRedemptions",
            "getRedemption",
            "listRefunds",
            "getRefund",
            "getAnswer",
            "getStore",
            "getTerminal",
            "getCatalogue",
            "getSettlementStatement",
            "getTransactionsFile",
            "getSettlementsFile");

    /** The codes of what is global, and so may have been made by another test's book already. */
    private static final Set<String> IS_THERE = Set.of("book-exists", "organisation-unit-exists", "client-exists");

    private static final List<String> BAD_DAYS =
            List.of("yesterday", "2025-02-30", "2025-1-6", "20250106", "%2B999999999-12-31", "");

    /** Every commit counts itself in the one, also that of a refusal; the other is taken anew while time passes. */
    private static final Set<String> NOT_BY_OPERATIONS = Set.of("commit_lock", "redemption_expiry_lease");

    /** In the first answer, and in no other. */
    private static final Set<String> SHOWN_ONCE = Set.of("key", "secret", "code", "images", "label", "pointsLeft");

    /** How many cases are tried at once. */
    private static final int HANDS = 6;

    /** The tables that operations may write, and whether they are of books; from the catalogue, so that a new one is seen. */
    private static @Nullable Map<String, Boolean> writable;

    /** Read by all tests whose requests change nothing. */
    private static @Nullable World shared;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    SecretBox box;

    private World world;

    @BeforeEach
    void prepare() {
        if (shared == null) {
            shared = aWorld();
        }
        world = shared;
    }

    // ----------------------------------------------------------------------------------------------------------------
    // What must succeed, so that what is refused is refused for its fault
    // ----------------------------------------------------------------------------------------------------------------

    /** An example of an operation's body. */
    private record Sample(Op op, String name, ObjectNode body) {
        @Override
        public String toString() {
            return op + " with example " + name;
        }
    }

    static Stream<Sample> samples() {
        return withBody(op -> true)
                .flatMap(op -> op.examples().entrySet().stream()
                        .map(example -> new Sample(op, example.getKey(), example.getValue())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("samples")
    void everyExampleSucceedsAsItIs(Sample sample) {
        World fresh = aWorld();
        if (sample.op().is("unfreezeMember")) {
            fresh.order("/members/M-BHL-H0001/freeze", "{'reason':'核实中'}");
        }
        if (sample.op().is("reopenBook")) {
            fresh.order("/close", "{'reason':'合并'}");
        }
        if (sample.op().is("resumeMerchant")) {
            fresh.order("/merchants/MER-LS-01/suspend", "{'reason':'盘点'}");
        }
        if (sample.op().is("resumeStore")) {
            fresh.order("/merchants/MER-LS-01/stores/LS-1/suspend", "{'reason':'盘点'}");
        }
        if (sample.op().is("resumeTerminal")) {
            fresh.order("/merchants/MER-LS-01/terminals/T1/suspend", "{'reason':'检修'}");
        }

        // Its content is another than that of the member who is there.
        Map<String, String> path = sample.op().is("registerMember") ? Map.of("memberId", "M-NEW") : Map.of();
        if (sample.op().is("uploadOfflineSales")) {
            fresh.allow(sample.body());
        }
        ObjectNode body = sample.body().deepCopy();
        if (body.has("code") && sample.op().is("redeem")) {
            // No code of an example is anybody's.
            body.set(
                    "code",
                    fresh.order("/pay-codes", "{'member':'M-LS-R0001'}").json().path("code"));
        }
        Request request = fresh.request(sample.op(), path).body(body);
        Answer answer = send(request);

        isDocumented(request, answer);
        if (answer.status() == 409 && !sample.op().path().contains("{")) {
            assertThat(IS_THERE).contains(answer.json().path("code").asText());
        } else {
            assertThat(answer.status()).as(answer.text()).isIn(200, 201);
            for (JsonNode result : answer.json().path("items")) {
                assertThat(result.path("result").asText("created"))
                        .as(answer.text())
                        .isEqualTo("created");
            }
            leadsToWhatWasMade(fresh, answer);
        }
        if (sample.op().method().equals("POST")) {
            isTheEffectOfItsKey(fresh, request, answer);
        }
    }

    static Stream<Op> makingWithoutABody() {
        return operations(op -> op.described().path("responses").has("201")
                && op.described().path("requestBody").isMissingNode());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("makingWithoutABody")
    void whatIsMadeWithoutABodyIsWhereItIsSaid(Op op) {
        World fresh = aWorld();

        Request request = fresh.request(op);
        Answer answer = send(request);

        assertThat(answer.status()).as(answer.text()).isEqualTo(201);
        isDocumented(request, answer);
        leadsToWhatWasMade(fresh, answer);
    }

    /** A request that was answered has its effect once, and its key stands for it and for no other. */
    private void isTheEffectOfItsKey(World in, Request request, Answer first) {
        Op op = request.op();
        if (op != null && op.isOfLines()) {
            in.awaitDone(first.header("Location").substring(in.book().path().length()));
        }
        String key = Objects.requireNonNull(request.headers().get("Idempotency-Key"));
        String sent = request.text();
        ObjectNode body = sent == null || sent.isEmpty() ? null : (ObjectNode) parse(sent);

        Map<String, String> before = written(in, false);
        Answer again = send(request);
        isReplayed(first, again);
        Answer inAnotherForm =
                send(request.with("Idempotency-Key", "\"" + key + "\"").body(reversed(body)));
        assertThat(inAnotherForm.text()).isEqualTo(again.text());
        isReplayed(first, inAnotherForm);

        boolean ofABook = request.path().startsWith(in.book().path() + "/");
        // What has no body is another request by its path only.
        Request other = body == null
                ? in.request(op(ofABook ? "giveTransfer" : "addOrganisationUnit"))
                        .body(op(ofABook ? "giveTransfer" : "addOrganisationUnit")
                                .example())
                : request.body(changed(body));
        other = other.with("Idempotency-Key", key).with("Accept-Language", Language.ZH.tag());
        check(other, send(other), 422, List.of("idempotency-key-reused"), Language.ZH);
        Map<String, String> after = written(in, false);
        before.keySet().removeIf(BadInputTest::isWrittenByItself);
        after.keySet().removeIf(BadInputTest::isWrittenByItself);
        assertThat(after).isEqualTo(before);

        Answer recorded = send(new Request(
                "GET",
                "/v1/answers/" + key + (ofABook ? "?book=" + in.book().code() : ""),
                Map.of("Authorization", "Bearer " + in.operator)));
        assertThat(recorded.json().path("status").asInt()).as(recorded.text()).isEqualTo(first.status());
        assertThat(recorded.json().path("location").asText("")).isEqualTo(first.header("Location"));
        assertThat(recorded.json().path("body")).isEqualTo(again.json());
    }

    /** Byte for byte, but for what is shown once. */
    private static void isReplayed(Answer first, Answer again) {
        assertThat(again.status()).as(again.text()).isEqualTo(first.status());
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(first.header("Idempotent-Replayed")).isEmpty();
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(again.header("Content-Type")).isEqualTo(first.header("Content-Type"));
        if (first.status() < 400 && SHOWN_ONCE.stream().anyMatch(first.json()::has)) {
            ObjectNode kept = (ObjectNode) first.json();
            SHOWN_ONCE.stream().filter(name -> !again.json().has(name)).forEach(kept::remove);
            assertThat(again.json().has("key") || again.json().has("secret")).isFalse();
            assertThat(again.json()).isEqualTo(kept);
        } else {
            assertThat(again.text()).isEqualTo(first.text());
        }
    }

    /** The same content: an empty body is an object of nothing. */
    private static ObjectNode reversed(@Nullable ObjectNode body) {
        ObjectNode reversed = JSON.objectNode();
        if (body != null) {
            List<String> names = new ArrayList<>();
            body.fieldNames().forEachRemaining(names::addFirst);
            names.forEach(name -> reversed.set(name, body.get(name)));
        }
        return reversed;
    }

    /** The same with one field that says something else. */
    private static ObjectNode changed(ObjectNode body) {
        ObjectNode changed = body.deepCopy();
        ObjectNode in = Stream.of("items", "rows")
                .map(list -> changed.path(list).path(0))
                .filter(JsonNode::isObject)
                .map(ObjectNode.class::cast)
                .findFirst()
                .orElse(changed);
        for (String name : List.of("reason", "name", "label", "bankReference", "reference", "terminalTransaction")) {
            if (in.has(name)) {
                in.put(name, "X" + in.path(name).asText());
                return changed;
            }
        }
        if (in.has("url")) {
            return changed.put("url", in.path("url").asText() + "/other");
        }
        if (in.has("formats")) {
            return changed.put("byteOrderMark", !in.path("byteOrderMark").asBoolean());
        }
        if (in.has("extent")) {
            return changed.put("extent", "INCREMENTAL");
        }
        if (in.has("day")) {
            return changed.put("day", "2025-06-08");
        }
        if (in.has("perSale")) {
            return changed.put("perSale", 999);
        }
        if (in.has("member") && !in.has("amount")) {
            return changed.put("member", "M-LS-R0002");
        }
        return changed.put("amount", in.path("amount").asInt() + 1);
    }

    /** What the service goes on with by itself after it has answered, or beside it. */
    private static boolean isWrittenByItself(String table) {
        return Stream.of("log_", "event_", "audit_", "export_", "line_job").anyMatch(table::startsWith);
    }

    /** The Location of what was made, if something was. */
    private static void leadsToWhatWasMade(World world, Answer made) {
        if (made.status() == 201) {
            String location = made.header("Location");
            assertThat(location).as(made.text()).startsWith("/v1/");
            Answer found = send(new Request("GET", location, Map.of("Authorization", "Bearer " + world.operator)));
            assertThat(found.status()).as("%s: %s", location, found.text()).isEqualTo(200);
            for (String shownOnce : List.of("key", "secret")) {
                assertThat(found.json().has(shownOnce)).as(found.text()).isFalse();
            }
        }
    }

    static Stream<Op> bodies() {
        return withBody(op -> true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void everyBodyHasAnExample(Op op) {
        assertThat(op.examples()).isNotEmpty();
    }

    static Stream<Op> reads() {
        return operations(op -> op.method().equals("GET"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reads")
    void everyReadAnswers(Op op) {
        Request request = world.request(op);
        Answer answer = send(request);

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        isDocumented(request, answer);
    }

    // ----------------------------------------------------------------------------------------------------------------
    // Who asks
    // ----------------------------------------------------------------------------------------------------------------

    static Stream<Op> operations() {
        return operations(op -> true);
    }

    @TestFactory
    Stream<DynamicTest> refusesWhoShowsNoKey() {
        return refusing(operations(), false, op -> {
            Request request = world.request(op).body(op.exampleOrNull());

            refused(request.without("Authorization"), 401, "unauthenticated");
            refused(request.with("Authorization", ""), 401, "unauthenticated");
            refused(request.with("Authorization", "Basic YTpi"), 401, "unauthenticated");
            refused(request.with("Authorization", "Bearer mb_unknown"), 401, "unauthenticated");
            refused(request.with("Authorization", "Bearer "), 401, "unauthenticated");
        });
    }

    @TestFactory
    Stream<DynamicTest> refusesARoleThatMayNot() {
        Map<Role, String> keys = Map.of(
                Role.AUDITOR, world.book().keyOf(Role.AUDITOR),
                Role.TERMINAL, world.book().keyOf(Role.TERMINAL, "MER-LS-01"),
                Role.APP, world.book().keyOf(Role.APP),
                Role.COORDINATOR, world.book().keyOf(Role.COORDINATOR));
        return refusing(operations(), false, op -> {
            List<Role> strangers = new ArrayList<>();
            if (!op.method().equals("GET") && !FOR_AUDITORS.contains(op.id())
                    || op.path().startsWith("/v1/clients")) {
                strangers.add(Role.AUDITOR);
            }
            if (!FOR_TERMINALS.contains(op.id())) {
                strangers.add(Role.TERMINAL);
            }
            if (NOT_FOR_APPS.contains(op.id())) {
                strangers.add(Role.APP);
            }
            if (NOT_FOR_COORDINATORS.contains(op.id())) {
                strangers.add(Role.COORDINATOR);
            }

            for (Role role : strangers) {
                refused(
                        world.request(op).body(op.exampleOrNull()).with("Authorization", "Bearer " + keys.get(role)),
                        403,
                        "forbidden");
            }
        });
    }

    static Stream<Op> withParameters() {
        return operations(op -> op.path().contains("{"));
    }

    @TestFactory
    Stream<DynamicTest> saysNothingOfAnotherBook() {
        String key = bank.aBook().keyOf(Role.OPERATOR);
        return refusing(withParameters(), false, op -> {
            refused(
                    world.request(op).body(op.exampleOrNull()).with("Authorization", "Bearer " + key),
                    404,
                    "not-found");
        });
    }

    // ----------------------------------------------------------------------------------------------------------------
    // Which resource, and how it is asked
    // ----------------------------------------------------------------------------------------------------------------

    /** A request with one fault. */
    private record Case(Op op, String fault, String value, String field) {
        @Override
        public String toString() {
            return op + ": " + fault;
        }
    }

    static Stream<Case> badIds() {
        List<Case> cases = new ArrayList<>();
        operations().forEach(op -> {
            for (String parameter : op.pathParameters()) {
                boolean makes = op.method().equals("PUT") && op.path().endsWith("{" + parameter + "}");
                if (!makes) {
                    cases.add(new Case(op, "unknown " + parameter, "999999", parameter));
                    cases.add(new Case(op, "unknown UUID as " + parameter, UUID.randomUUID() + "", parameter));
                }
                for (String bad : List.of("a%20b", "%00", "%C3%BC", "x'--", "a%2Fb", "-1", "x".repeat(300))) {
                    cases.add(new Case(op, parameter + " is " + (bad.length() > 9 ? "long" : bad), bad, parameter));
                }
            }
        });
        return cases.stream();
    }

    @TestFactory
    Stream<DynamicTest> findsNothingUnderAnIdThatIsNone() {
        return refusing(badIds(), false, bad -> {
            Request request = world.request(bad.op(), Map.of(bad.field(), bad.value()))
                    .body(bad.op().exampleOrNull());

            // A PUT makes what its path names, so that the name must be one; a key of an answer likewise.
            boolean named = bad.op().method().equals("PUT") && !bad.field().equals("book")
                    || bad.op().is("getAnswer") && send(request).status() == 400;
            refusedOneOf(
                    request, named ? List.of("invalid-request", "not-found", "unknown-member") : List.of("not-found"));
        });
    }

    @TestFactory
    Stream<DynamicTest> tellsWhichMethodsThePathHas() {
        return refusing(operations(), false, op -> {
            Set<String> methods = new TreeSet<>();
            operations(other -> other.path().equals(op.path())).forEach(other -> methods.add(other.method()));

            for (String method : List.of("DELETE", "PATCH", "PUT", "POST", "GET")) {
                // GET …/bulk asks for what has the id "bulk", and …/line-jobs, …/reversals and …/offline likewise.
                boolean id =
                        op.isBulk() || op.isOfLines() || op.is("reverseTransaction") || op.is("uploadOfflineSales");
                if (!methods.contains(method) && !(id && method.equals("GET"))) {
                    Answer answer = refused(
                            world.request(op).method(method).body(op.exampleOrNull()), 405, "method-not-allowed");
                    assertThat(Set.of(answer.header("Allow").split(", "))).containsAll(methods);
                    assertThat(Set.of(answer.header("Allow").split(", "))).doesNotContain(method);
                }
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> takesNothingButJsonInUtf8() {
        return refusing(bodies(), false, op -> {
            for (String type : List.of(
                    "text/plain",
                    "application/xml",
                    "application/json; charset=ISO-8859-1",
                    "application/x-www-form-urlencoded")) {
                refused(
                        world.request(op).body(op.exampleOrNull()).with("Content-Type", type),
                        415,
                        "unsupported-media-type");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> answersInNoOtherType() {
        return refusing(operations(), false, op -> {
            for (String type : List.of("image/png", "text/html", "application/xml, text/plain;q=0.5")) {
                if (type.contains("text/plain")
                        && op.described().at("/responses/200/content").has("text/plain")) {
                    continue;
                }
                refused(world.request(op).body(op.exampleOrNull()).with("Accept", type), 406, "not-acceptable");
            }
        });
    }

    @TestFactory
    Stream<DynamicTest> namesAQueryParameterThatItDoesNotHave() {
        return refusing(operations(), false, op -> {
            Answer answer =
                    refused(world.request(op).body(op.exampleOrNull()).query("surprise=1"), 400, "invalid-request");

            assertThat(answer.faults()).containsExactly("surprise");
        });
    }

    static Stream<Op> queries() {
        return operations(op -> !op.queryParameters().isEmpty());
    }

    @TestFactory
    Stream<DynamicTest> namesEachQueryParameterThatIsGivenTwice() {
        return refusing(queries(), false, op -> {
            String twice = op.queryParameters().stream()
                    .map(name -> name + "=1&" + name + "=2")
                    .collect(Collectors.joining("&"));

            Answer answer = refused(world.request(op).body(op.exampleOrNull()).query(twice), 400, "invalid-request");

            assertThat(answer.faults()).containsExactlyInAnyOrderElementsOf(Set.copyOf(op.queryParameters()));
            assertThat(answer.json().at("/errors/0/message").asText()).isEqualTo("It must be given once.");
        });
    }

    static Stream<Case> badQueries() {
        List<Case> cases = new ArrayList<>();
        operations()
                .forEach(op -> op.queryParameters().forEach(name -> {
                    List<String> values = switch (name) {
                        case "limit" -> List.of("0", "501", "-1", "abc", "1.5", "99999999999999999999", "");
                        case "after" -> List.of("!!", "AA", "*");
                        case "size" -> List.of("-1", "1.5", "abc", "9999999999999999", "%00", "");
                        case "from", "to" ->
                            op.is("getLogConsistency")
                                    ? List.of("0", "-1", "1.5", "abc", "9999999999999999", "%00", "")
                                    : BAD_DAYS;
                        case "on" -> BAD_DAYS;
                        case "asOf" -> List.of("now", "2025-06-30", "2025-06-30T25:00:00Z", "");
                        case "unit", "status", "kind", "type" -> List.of("NONE", "min", "%00", "");
                        case "group" -> List.of("1", "1-1-1-1-1", "%00");
                        default -> List.of("%00", "a%07b");
                    };
                    for (String value : values) {
                        if (!op.is("getAnswer")) {
                            cases.add(new Case(op, name + "=" + value, value, name));
                        }
                    }
                }));
        return cases.stream();
    }

    @TestFactory
    Stream<DynamicTest> namesAQueryParameterThatIsMalformed() {
        return refusing(badQueries(), false, bad -> {
            Answer answer =
                    refused(world.request(bad.op()).query(bad.field() + "=" + bad.value()), 400, "invalid-request");

            assertThat(answer.faults()).containsExactly(bad.field());
        });
    }

    /** Those that answer with what is of some days; the log counts entries. */
    static Stream<Op> periods() {
        return operations(op -> op.queryParameters().containsAll(List.of("from", "to")) && !op.is("getLogConsistency"));
    }

    @TestFactory
    Stream<DynamicTest> refusesAPeriodThatBeginsAfterItsEnd() {
        return refusing(periods(), false, op -> {
            Answer answer = refused(world.request(op).query("from=2025-01-07&to=2025-01-06"), 400, "invalid-request");

            assertThat(answer.faults()).containsExactly("from");
            assertThat(answer.json().at("/errors/0/message").asText()).isEqualTo("It is after the end of the period.");
            assertThat(send(world.request(op).query("from=2025-01-06&to=2025-01-06"))
                            .status())
                    .isEqualTo(200);
        });
    }

    // ----------------------------------------------------------------------------------------------------------------
    // The key and the condition
    // ----------------------------------------------------------------------------------------------------------------

    static Stream<Op> posts() {
        return operations(op -> op.method().equals("POST"));
    }

    @TestFactory
    Stream<DynamicTest> needsAKeyOfTheEffect() {
        return refusing(posts(), false, op -> {
            Request request = world.request(op).body(op.exampleOrNull());

            assertThat(refused(request.without("Idempotency-Key"), 400, "invalid-request")
                            .faults())
                    .containsExactly("Idempotency-Key");
            for (String key : List.of("", "x".repeat(256), "\"half", "\"a\"b\"", "\"\"", "two words", "\"a\\b\"")) {
                assertThat(refused(request.with("Idempotency-Key", key), 400, "invalid-request")
                                .faults())
                        .as(key)
                        .containsExactly("Idempotency-Key");
            }
            String body = request.text() == null ? "" : request.text();
            for (String key : List.of("cl\u00e9", "one\r\nIdempotency-Key: other", "one\r\nidempotency-key: one")) {
                String answer = raw("POST " + request.path() + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Type: application/json\r\nAuthorization: "
                        + request.headers().get("Authorization")
                        + "\r\nIdempotency-Key: " + key + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                assertThat(answer).as(key).startsWith("HTTP/1.1 400").contains("\"field\":\"Idempotency-Key\"");
            }
        });
    }

    static Stream<Op> puts() {
        return operations(op -> op.method().equals("PUT"));
    }

    @TestFactory
    Stream<DynamicTest> changesOnlyTheVersionThatIsNamed() {
        return refusing(puts(), false, op -> {
            ObjectNode changed = op.example().deepCopy();
            if (changed.has("items")) {
                changed.putArray("items");
            } else if (changed.has("fenPerPoint")) {
                changed.put("fenPerPoint", 11);
            } else {
                String text = Stream.of("name", "relation", "store")
                        .filter(changed::has)
                        .findFirst()
                        .orElse("role");
                changed.put(text, "another");
            }
            Request request = world.request(op).body(changed);

            refused(request, 428, "precondition-required");
            for (String tag : List.of("1", "\"999\"", "W/\"1\"", "\"x\"", "\"1", "\"-1\"", "\"1\", \"2\"x")) {
                refused(request.with("If-Match", tag), 412, "precondition-failed");
            }
        });
    }

    // ----------------------------------------------------------------------------------------------------------------
    // The body
    // ----------------------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> refusesABodyThatIsNotOneJsonObject() {
        return refusing(bodies(), false, op -> {
            String whole = json(op.example());
            String field = op.example().fieldNames().next();
            String twice = "{\"" + field + "\":" + json(op.example().get(field)) + "," + whole.substring(1);
            Request request = world.request(op);

            for (String unreadable : List.of(
                    "",
                    " ",
                    "{",
                    whole.substring(0, whole.length() - 1),
                    whole.replaceFirst(":", "="),
                    "{'a':1}",
                    "[".repeat(5000),
                    "{\"a\":" + "9".repeat(5000) + "}",
                    twice)) {
                refusedOneOf(request.body(unreadable), List.of("unreadable-body", "invalid-request"));
            }
            for (String other : List.of("[]", "[" + whole + "]", "\"text\"", "null", "1", "true", whole + whole)) {
                refused(request.body(other), 400, "invalid-request");
            }
            refused(request.body(twice), 400, "unreadable-body");
            refused(request.body(whole.getBytes(StandardCharsets.UTF_16)), 400, "unreadable-body");
            refused(request.body(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}), 400, "unreadable-body");
        });
    }

    @TestFactory
    Stream<DynamicTest> refusesABodyThatIsTooLarge() {
        return refusing(bodies(), false, op -> {
            Request request = world.request(op);

            if (op.isBulk() || op.isOfLines()) {
                // Only the head: the server does not wait for a body that it will not take.
                assertThat(raw("POST " + request.path() + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                                + (16 * MEBIBYTE + 1) + "\r\nContent-Type: application/json\r\n\r\n"))
                        .startsWith("HTTP/1.1 413")
                        .contains("\"code\":\"body-too-large\"");
            } else {
                String whole = json(op.example());
                refused(request.body(whole + " ".repeat(MEBIBYTE + 1 - whole.length())), 413, "body-too-large");
                assertThat(send(request.body("!" + " ".repeat(MEBIBYTE - 1))).status())
                        .isEqualTo(400);
            }
        });
    }

    /** A body with one member that is not as the schema says. */
    private record Wrong(Op op, String field, String fault, ObjectNode body) {
        @Override
        public String toString() {
            return op + ": " + field + " " + fault;
        }
    }

    /** The body of an upload, of which each row is decided by itself, with a row of a wrong form. */
    static Stream<Wrong> wrongRows() {
        return wrongElements(op("uploadOfflineSales"), "rows").stream();
    }

    @TestFactory
    Stream<DynamicTest> namesTheFieldOfARowThatIsWrong() {
        return refusing(wrongRows(), true, wrong -> {
            Answer answer = send(world.request(wrong.op()).body(wrong.body()));

            isDocumented(world.request(wrong.op()), answer);
            JsonNode errors = answer.json().path("errors");
            if (answer.status() == 200) {
                assertThat(answer.json().path("refused").asInt())
                        .as(answer.text())
                        .isEqualTo(1);
                assertThat(answer.json().at("/items/0/problem/code").asText()).isEqualTo("invalid-request");
                errors = answer.json().at("/items/0/problem/errors");
            } else {
                // It cannot be read.
                assertThat(answer.status()).as(answer.text()).isEqualTo(400);
            }
            assertThat(errors)
                    .as(answer.text())
                    .anyMatch(error -> error.path("field").asText().startsWith(wrong.field()));
        });
    }

    static Stream<Wrong> wrongBodies() {
        return withBody(op -> !op.isBulk()).flatMap(op -> wrong(op).stream());
    }

    @TestFactory
    Stream<DynamicTest> namesTheFieldThatIsWrong() {
        return refusing(wrongBodies(), false, wrong -> {
            Answer answer = refused(world.request(wrong.op()).body(wrong.body()), 400, "invalid-request");

            assertThat(answer.faults()).anyMatch(field -> field.startsWith(wrong.field()));
        });
    }

    /** One bad value of each parameter. */
    static Stream<Case> badQueriesOfBooks() {
        Map<String, Case> cases = new LinkedHashMap<>();
        badQueries()
                .filter(bad -> bad.op().path().contains("{book}"))
                .forEach(bad -> cases.putIfAbsent(bad.op() + " " + bad.field(), bad));
        return cases.values().stream();
    }

    @TestFactory
    Stream<DynamicTest> tellsWhatIsMalformedInAQueryBeforeItLooksForTheBook() {
        String stranger = bank.aBook().keyOf(Role.OPERATOR);
        return refusing(badQueriesOfBooks(), false, bad -> {
            refused(
                    world.request(bad.op())
                            .query(bad.field() + "=" + bad.value())
                            .with("Authorization", "Bearer " + stranger),
                    400,
                    "invalid-request");
        });
    }

    static Stream<Op> bodiesOfBooks() {
        return withBody(op -> op.path().contains("{book}"));
    }

    @TestFactory
    Stream<DynamicTest> looksForTheBookBeforeItTellsWhatIsWrongWithAFieldsValue() {
        String stranger = bank.aBook().keyOf(Role.OPERATOR);
        return refusing(bodiesOfBooks(), false, op -> {
            for (Wrong wrong : op.isBulk() ? List.<Wrong>of() : wrong(op)) {
                if (List.of("is missing", "is null", "is too small").contains(wrong.fault())) {
                    refused(
                            world.request(op).body(wrong.body()).with("Authorization", "Bearer " + stranger),
                            404,
                            "not-found");
                }
            }
        });
    }

    static Stream<Op> postsOfValues() {
        return withBody(op -> op.method().equals("POST") && !op.isBulk() && !op.isOfLines());
    }

    @TestFactory
    Stream<DynamicTest> asksForTheKeyBeforeItTellsWhatIsWrongWithAFieldsValue() {
        return refusing(postsOfValues(), false, op -> {
            for (Wrong wrong : wrong(op)) {
                if (List.of("is missing", "is null", "is too small").contains(wrong.fault())) {
                    Answer answer = refused(
                            world.request(op).body(wrong.body()).without("Idempotency-Key"), 400, "invalid-request");
                    assertThat(answer.faults()).containsExactly("Idempotency-Key");
                }
            }
        });
    }

    static Stream<Op> postsWithoutABody() {
        return operations(op -> op.method().equals("POST") && !op.described().has("requestBody"));
    }

    @TestFactory
    Stream<DynamicTest> refusesABodyWhereTheOperationHasNone() {
        return refusing(postsWithoutABody(), false, op -> {
            Request request = world.request(op);

            assertThat(refused(request.body("{\"reason\":\"x\",\"id\":1}"), 400, "invalid-request")
                            .faults())
                    .containsExactly("reason");
            for (String body : List.of("[]", "null", "1", "\"{}\"", " ", "{} {}")) {
                assertThat(refused(request.body(body), 400, "invalid-request").faults())
                        .as(body)
                        .containsExactly("body");
            }
            for (String body : List.of("{", "reason=x", "{,}")) {
                refused(request.body(body), 400, "unreadable-body");
            }
            refused(request.body(new byte[] {'{', (byte) 0xc3, '}'}), 400, "unreadable-body");
            refused(request.body("{" + " ".repeat(4095) + "}"), 413, "body-too-large");
            refused(request.body(" ".repeat(2 * MEBIBYTE)), 413, "body-too-large");
        });
    }

    static Stream<String> objectsOfNothing() {
        return Stream.of("", "{}", " {\n} ", "{" + " ".repeat(4094) + "}");
    }

    @ParameterizedTest
    @MethodSource("objectsOfNothing")
    void takesAnObjectOfNothingWhereTheOperationHasNoBody(String body) {
        World fresh = aWorld();

        // The last one first: a webhook that is closed is neither suspended nor resumed any more.
        for (Op op : postsWithoutABody().toList().reversed()) {
            Request request = fresh.request(op).body(body);
            Answer answer = send(request);

            assertThat(answer.status()).as("%s: %s", op, answer.text()).isIn(200, 201, 202);
            if (body.isEmpty()) {
                isTheEffectOfItsKey(fresh, request, answer);
            }
        }
    }

    static Stream<Wrong> wrongNames() {
        return withBody(op -> !op.isBulk())
                .flatMap(op -> wrong(op).stream())
                .filter(wrong -> wrong.fault().equals("is none of the names"));
    }

    @TestFactory
    Stream<DynamicTest> tellsTheNamesThatAFieldTakes() {
        return refusing(wrongNames(), false, wrong -> {
            List<String> names = new ArrayList<>();
            JsonNode schema = wrong.op().schema();
            for (String name : wrong.field().split("\\[0]\\.")) {
                JsonNode property = resolved(schema.path("properties").path(name));
                schema = property.has("items") ? resolved(property.path("items")) : property;
            }
            schema.path("enum").forEach(name -> names.add(name.asText()));
            Request request = world.request(wrong.op()).body(wrong.body());

            for (Language language : Language.values()) {
                JsonNode error = send(request.with("Accept-Language", language.tag()))
                        .json()
                        .at("/errors/0");

                assertThat(error.path("field").asText()).isEqualTo(wrong.field());
                assertThat(error.path("message").asText())
                        .isEqualTo(
                                ProblemTable.fieldMessage(language, "name", Map.of("names", String.join(", ", names))));
            }
        });
    }

    /** The bodies of a bulk operation in each of which one item is wrong. */
    static Stream<Wrong> wrongItems() {
        return wrongItems(Op::isBulk)
                .map(wrong -> new Wrong(
                        wrong.op(), wrong.field(), wrong.fault(), wrong.body().put("atomic", true)));
    }

    private static Stream<Wrong> wrongItems(Predicate<Op> ofMany) {
        return withBody(ofMany)
                .flatMap(many -> wrong(many.single()).stream().map(wrong -> {
                    ObjectNode item = wrong.body();
                    if (!wrong.field().equals("reference")) {
                        item.put("reference", "R-1");
                    }
                    return new Wrong(
                            many,
                            wrong.field(),
                            wrong.fault(),
                            JSON.objectNode().set("items", JSON.arrayNode().add(item)));
                }));
    }

    @TestFactory
    Stream<DynamicTest> refusesAJobForTheFieldOfALineThatIsWrong() {
        return refusing(wrongItems(Op::isOfLines), false, wrong -> {
            Answer answer = refused(world.request(wrong.op()).body(wrong.body()), 400, "invalid-request");
            assertThat(answer.text()).contains("items[0]." + wrong.field());
        });
    }

    @TestFactory
    Stream<DynamicTest> namesTheFieldOfAnItemThatIsWrong() {
        return refusing(wrongItems(), true, wrong -> {
            Answer whole = refused(world.request(wrong.op()).body(wrong.body()), 422, "bulk-refused");
            assertThat(whole.text()).contains("items[0]." + wrong.field());

            ObjectNode each = wrong.body().deepCopy().put("atomic", false);
            Answer answer = send(world.request(wrong.op()).body(each));

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.text()).contains("\"refused\"", "invalid-request", "items[0]." + wrong.field());
        });
    }

    static Stream<Op> bulks() {
        return withBody(Op::isBulk);
    }

    @TestFactory
    Stream<DynamicTest> takesOneToFiveHundredItems() {
        return refusing(bulks(), false, op -> {
            JsonNode item = op.example().path("items").get(0);
            ArrayNode tooMany = JSON.arrayNode();
            for (int i = 0; i < 501; i++) {
                tooMany.add(((ObjectNode) item).deepCopy().put("reference", "R-" + i));
            }
            Request request = world.request(op);

            for (JsonNode items : List.<JsonNode>of(
                    JSON.arrayNode(), tooMany, JSON.nullNode(), JSON.textNode("x"), JSON.numberNode(1), item)) {
                Answer answer = refused(request.body(JSON.objectNode().set("items", items)), 400, "invalid-request");
                assertThat(answer.faults()).containsExactly("items");
            }
            assertThat(refused(request.body(JSON.objectNode()), 400, "invalid-request")
                            .faults())
                    .containsExactly("items");
            for (JsonNode atomic : List.of(JSON.textNode("true"), JSON.numberNode(1), JSON.arrayNode())) {
                ObjectNode body = op.example().deepCopy();
                assertThat(refused(request.body(body.set("atomic", atomic)), 400, "invalid-request")
                                .faults())
                        .containsExactly("atomic");
            }
            assertThat(refused(request.body(op.example().deepCopy().put("surprise", 1)), 400, "invalid-request")
                            .faults())
                    .containsExactly("surprise");
        });
    }

    // ----------------------------------------------------------------------------------------------------------------
    // The rules
    // ----------------------------------------------------------------------------------------------------------------

    /** A body that is well-formed and breaks a rule. */
    private record Rule(Op op, String patch, String code) {
        @Override
        public String toString() {
            return op + " with " + patch + ": " + code;
        }
    }

    static Stream<Rule> rules() {
        List<Rule> rules = new ArrayList<>();
        String table = """
                giveTransfer        | {"to":"M-BHL-E0001"}                          | same-member
                giveTransfer        | {"unit":"PTS"}                                | points-transfer-off
                giveTransfer        | {"amount":1000000000000}                      | insufficient-balance
                giveTransfer        | {"from":"M-GHOST"}                            | unknown-member
                giveTransfer        | {"to":"M-GHOST"}                              | unknown-member
                giveGift            | {"to":"M-BHL-H0001"}                          | same-member
                giveGift            | {"unit":"PTS"}                                | gift-of-time-only
                giveGift            | {"amount":1000000000000}                      | insufficient-balance
                giveGift            | {"from":"M-GHOST"}                            | unknown-member
                giveGift            | {"to":"M-GHOST"}                              | unknown-member
                giveGift            | {"to":"M-LS-R0001"}                           | not-kin
                donate              | {"unit":"PTS"}                                | insufficient-balance
                donate              | {"amount":1000000000000}                      | insufficient-balance
                donate              | {"giver":"M-GHOST"}                           | unknown-member
                donate              | {"giver":null,"team":"T-GHOST"}               | unknown-team
                donate              | {"giver":null,"team":"TEAM-01","unit":"PTS"}  | team-gives-time-only
                grant               | {"unit":"PTS"}                                | fund-gives-time-only
                grant               | {"member":"M-GHOST"}                          | unknown-member
                openBalance         | {"member":"M-GHOST"}                          | unknown-member
                redeem              | {"unit":"MIN"}                                | time-not-redeemable
                redeem              | {"amount":1000000000000}                      | insufficient-balance
                redeem              | {"member":"M-GHOST"}                          | unknown-member
                redeem              | {"merchant":"MER-GHOST"}                      | unknown-merchant
                captureRedemption   | {"amount":501}                                | hold-exceeded
                refundRedemption    | {"amount":500}                                | refund-exceeded
                recordService       | {"recipient":"M-BHL-H0001"}                   | own-service
                recordService       | {"volunteer":"M-GHOST"}                       | unknown-member
                recordService       | {"recipient":"M-GHOST"}                       | unknown-member
                recordService       | {"volunteer":null,"team":"T-GHOST"}           | unknown-team
                closeMember         | {"timeTo":"M-GHOST"}                          | unknown-member
                closeMember         | {"timeTo":"M-LS-R0001"}                       | not-kin
                closeMember         | {"timeTo":"M-BHL-H0001"}                      | not-kin
                addOrganisationUnit | {"code":"C-NEW","parent":"S-GHOST"}           | unknown-organisation-unit
                addOrganisationUnit | {"code":"C-NEW","book":"B-GHOST"}             | unknown-book
                """;
        for (String line : table.strip().split("\n")) {
            String[] cells = line.split("\\|");
            rules.add(new Rule(op(cells[0].strip()), cells[1].strip(), cells[2].strip()));
        }
        return rules.stream();
    }

    @TestFactory
    Stream<DynamicTest> postsNothingThatARuleRefuses() {
        return refusing(rules(), true, rule -> {
            ObjectNode body = rule.op().example().deepCopy();
            body.setAll((ObjectNode) parse(rule.patch()));

            refused(world.request(rule.op()).body(body), 422, rule.code());
        });
    }

    /** A member that an operation's example names, by the field. */
    private record Named(Op op, String field, boolean gives) {
        @Override
        public String toString() {
            return op + ": " + field;
        }
    }

    static Stream<Named> namedMembers() {
        Set<String> giving = Set.of(
                "giveTransfer.from",
                "giveGift.from",
                "donate.giver",
                "redeem.member",
                "makePayCode.member",
                "makeVoucher.member");
        return withBody(op -> !op.isBulk())
                .flatMap(op -> Stream.of("from", "to", "giver", "member", "volunteer", "recipient", "timeTo")
                        .filter(op.example()::has)
                        .map(field -> new Named(op, field, giving.contains(op.id() + "." + field))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("namedMembers")
    void refusesWhoIsFrozenOrHasLeft(Named named) {
        World fresh = aWorld();
        String member = named.op().example().path(named.field()).asText();

        if (named.gives()) {
            fresh.order("/members/" + member + "/freeze", "{'reason':'核实中'}");
            changingNothing(
                    fresh,
                    () -> refused(fresh.request(named.op()).body(named.op().example()), 422, "member-frozen"));
            fresh.order("/members/" + member + "/unfreeze", "{'reason':'核实无误'}");
        }
        fresh.order("/members/" + member + "/close", "{'reason':'迁出社区'}");
        changingNothing(
                fresh, () -> refused(fresh.request(named.op()).body(named.op().example()), 422, "member-closed"));
    }

    /** Those whom a path names. */
    @Test
    void changesNothingOfWhoHasLeft() {
        World fresh = aWorld();
        String left = "M-BHL-H0001";
        Op kin = op("registerKin");
        Op member = op("registerMember");
        fresh.order("/members/" + left + "/close", "{'reason':'迁出社区'}");

        changingNothing(fresh, () -> {
            refused(fresh.request(member).body(member.example()), 409, "member-already-closed");
            Map<String, String> ofWhoLeft = Map.of("memberId", left, "kin", "M-LS-R0001");
            refused(fresh.request(kin, ofWhoLeft).body(kin.example()), 422, "member-closed");
            Map<String, String> asKin = Map.of("memberId", "M-LS-R0001", "kin", left);
            refused(fresh.request(kin, asKin).body(kin.example()), 422, "member-closed");
        });
    }

    // ----------------------------------------------------------------------------------------------------------------
    // Faults of a field, by its schema
    // ----------------------------------------------------------------------------------------------------------------

    private static List<Wrong> wrong(Op op) {
        List<Wrong> all = new ArrayList<>();
        op.schema().path("properties").properties().forEach(property -> {
            String field = property.getKey();
            faults(field, property.getValue())
                    .forEach((fault, value) -> all.add(
                            new Wrong(op, field, fault, op.example().deepCopy().set(field, value))));
        });
        for (JsonNode required : op.schema().path("required")) {
            String field = required.asText();
            ObjectNode without = op.example().deepCopy();
            without.remove(field);
            all.add(new Wrong(op, field, "is missing", without));
            all.add(new Wrong(op, field, "is null", op.example().deepCopy().set(field, JSON.nullNode())));
        }
        for (String field : List.of("reference", "terminalTransaction", "bankReference")) {
            // What is reversed may be a number of before, that nothing new may have.
            boolean named = op.is("reverseTransaction") && field.equals("terminalTransaction");
            if (op.schema().path("properties").has(field) && !named) {
                for (String start : List.of("=", "+", "-", "@")) {
                    all.add(new Wrong(
                            op,
                            field,
                            "begins with " + start,
                            op.example().deepCopy().put(field, start + "1")));
                }
            }
        }
        all.add(new Wrong(op, "surprise", "is unknown", op.example().deepCopy().put("surprise", 1)));
        if (!op.isOfLines()) { // whose items are those of the single operation
            op.schema().path("properties").properties().forEach(property -> {
                JsonNode element = resolved(resolved(property.getValue()).path("items"));
                if (element.has("properties") && !property.getKey().equals("rows")) {
                    all.addAll(wrongElements(op, property.getKey()));
                }
            });
        }
        return all;
    }

    /** An example with a list of objects, of which the first has a member that is not as the schema says. */
    private static List<Wrong> wrongElements(Op op, String list) {
        JsonNode schema =
                resolved(resolved(op.schema().path("properties").path(list)).path("items"));
        ObjectNode example = op.examples().values().stream()
                .filter(each -> each.path(list).path(0).isObject())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no example of " + op + " has an element of " + list));
        ObjectNode element = (ObjectNode) example.path(list).get(0);
        List<Wrong> all = new ArrayList<>();
        schema.path("properties").properties().forEach(property -> {
            String name = property.getKey();
            faults(name, property.getValue())
                    .forEach((fault, value) -> all.add(wrongElement(
                            op, example, list, name, fault, element.deepCopy().set(name, value))));
        });
        for (JsonNode required : schema.path("required")) {
            String name = required.asText();
            all.add(wrongElement(
                    op, example, list, name, "is missing", element.deepCopy().without(name)));
            all.add(wrongElement(
                    op, example, list, name, "is null", element.deepCopy().putNull(name)));
        }
        all.add(wrongElement(
                op, example, list, "surprise", "is unknown", element.deepCopy().put("surprise", 1)));
        return all;
    }

    private static Wrong wrongElement(
            Op op, ObjectNode example, String list, String name, String fault, ObjectNode instead) {
        ObjectNode body = example.deepCopy();
        ((ArrayNode) body.get(list)).set(0, instead);
        return new Wrong(op, list + "[0]." + name, fault, body);
    }

    private static Map<String, JsonNode> faults(String field, JsonNode property) {
        JsonNode schema = resolved(property);
        Map<String, JsonNode> bad = new LinkedHashMap<>();
        String type = schema.path("type").asText();
        if (!type.equals("string")) {
            bad.put("is a text", JSON.textNode("x"));
            bad.put("is an empty text", JSON.textNode(""));
        }
        if (!type.equals("integer")) {
            bad.put("is a number", JSON.numberNode(20_250_106));
            bad.put("is zero", JSON.numberNode(0));
        }
        if (!type.equals("boolean")) {
            bad.put("is a boolean", JSON.booleanNode(true));
        }
        if (!type.equals("array")) {
            bad.put("is an array", JSON.arrayNode().add(1));
            bad.put("is an empty array", JSON.arrayNode());
        }
        if (!type.equals("object")) {
            bad.put("is an object", JSON.objectNode().put("a", "b"));
        }
        bad.put("is a fraction", JSON.numberNode(new BigDecimal("60.5")));
        switch (type) {
            case "integer" -> addNumbers(schema, bad);
            case "array" -> {
                if (schema.path("minItems").asInt() > 0) {
                    bad.put("is empty", JSON.arrayNode());
                }
                if (!field.equals("rows")) { // a row that is none is refused by itself
                    bad.put("has a null", JSON.arrayNode().addNull());
                }
                bad.put("has a number", JSON.arrayNode().add(1));
                bad.put("has what is none", JSON.arrayNode().add("a b"));
            }
            case "object" -> {
                bad.put("has a number", JSON.objectNode().put("a", 1));
                bad.put("has a null", JSON.objectNode().putNull("a"));
                bad.put("has an object", JSON.objectNode().set("a", JSON.objectNode()));
                bad.put("has a long text", JSON.objectNode().put("a", "x".repeat(501)));
                bad.put("has a control character", JSON.objectNode().put("a", NUL));
                bad.put("has a lone surrogate", JSON.objectNode().put("a", LONE_SURROGATE));
                bad.put("has a bad name", JSON.objectNode().put("a b", "x"));
                ObjectNode many = JSON.objectNode();
                for (int i = 0; i < 21; i++) {
                    many.put("n" + i, "x");
                }
                bad.put("has 21 members", many);
            }
            case "string" -> addTexts(field, schema, bad);
            default -> {}
        }
        return bad;
    }

    private static void addNumbers(JsonNode schema, Map<String, JsonNode> bad) {
        long least = schema.path("minimum").asLong();
        bad.put("is too small", JSON.numberNode(least - 1));
        bad.put("is far too small", JSON.numberNode(Long.MIN_VALUE));
        bad.put("is too large", JSON.numberNode(schema.path("maximum").asLong() + 1));
        bad.put("is far too large", JSON.numberNode(Long.MAX_VALUE));
        bad.put("is 10^20", JSON.numberNode(new BigDecimal("100000000000000000000").toBigInteger()));
        bad.put("is 1E+20", JSON.numberNode(new BigDecimal("1E+20")));
        bad.put("is 60.0", JSON.numberNode(new BigDecimal("60.0")));
        bad.put("is digits", JSON.textNode("60"));
    }

    private static void addTexts(String field, JsonNode schema, Map<String, JsonNode> bad) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("is empty", "");
        texts.put("is blank", " ");
        texts.put("has a NUL", "a" + NUL);
        texts.put("has a control character", "a\u0007b");
        texts.put("has a lone surrogate", LONE_SURROGATE);
        texts.put("is long", "x".repeat(501));
        if (schema.path("format").asText().equals("date")) {
            texts.put("is no date", "yesterday");
            texts.put("is no day of a calendar", "2025-02-30");
            texts.put("is a moment", "2025-01-06T00:00:00Z");
            texts.put("is a local moment", "2025-01-06T00:00:00");
            texts.put("has no hyphens", "20250106");
            texts.put("is in the far past", "0001-01-01");
            texts.put("has a year of six digits", "+100000-01-01");
            texts.put("has spaces", " 2025-01-06 ");
            bad.put("is a date in parts", JSON.arrayNode().add(2025).add(1).add(6));
            if (field.equals("occurredOn")) {
                // Two days on it is tomorrow or later in every zone.
                texts.put(
                        "is in the future",
                        LocalDate.now(ZoneOffset.UTC).plusDays(2).toString());
            }
        } else if (schema.has("enum")) {
            texts.put("is none of the names", "NONE");
            texts.put("is in small letters", schema.path("enum").get(0).asText().toLowerCase(Locale.ROOT));
        } else if (schema.has("maxLength")) {
            texts.put("is too long", "爱".repeat(schema.path("maxLength").asInt() + 1));
        } else if (List.of("reference", "terminalTransaction", "transaction", "bankReference")
                .contains(field)) {
            texts.put("is too long", "x".repeat(101));
            texts.put("has a space", "a b");
            texts.put("is not ASCII", "ü");
        } else if (!field.equals("reason")) {
            texts.put("is too long", "x".repeat(65));
            texts.put("has a space", "a b");
            texts.put("has a slash", "a/b");
            texts.put("is not ASCII", "ü");
            texts.put("begins with a hyphen", "-a");
        }
        texts.forEach((fault, text) -> bad.put(fault, JSON.textNode(text)));
    }

    // ----------------------------------------------------------------------------------------------------------------
    // Refusals
    // ----------------------------------------------------------------------------------------------------------------

    /**
     * Tries cases side by side, each as a test of its own, and sees at the end that all of them together have changed nothing.
     *
     * @param kept whether the answers are kept: refusals by a rule are
     */
    private <C> Stream<DynamicTest> refusing(Stream<C> cases, boolean kept, ThrowingConsumer<C> trial) {
        World in = world;
        // Whatever a request changes that ought to be refused, the tests behind it have a book without that.
        shared = null;
        Map<String, String> before = written(in, kept);
        List<DynamicTest> tests = new ArrayList<>();
        try (ExecutorService hands = Executors.newFixedThreadPool(HANDS)) {
            cases.forEach(each -> {
                Future<@Nullable Throwable> tried = hands.submit(() -> {
                    try {
                        trial.accept(each);
                        return null;
                    } catch (Throwable thrown) {
                        return thrown;
                    }
                });
                tests.add(DynamicTest.dynamicTest(each.toString(), () -> {
                    Throwable thrown = tried.get();
                    if (thrown != null) {
                        throw thrown;
                    }
                }));
            });
        }
        Map<String, String> after = written(in, kept);
        tests.add(DynamicTest.dynamicTest("nothing is posted or kept", () -> {
            assertThat(after).isEqualTo(before);
            shared = in;
        }));
        return tests.stream();
    }

    /** Sees that refusals, which are kept, change nothing in a book. */
    private void changingNothing(World in, Runnable refusals) {
        Map<String, String> before = written(in, true);
        refusals.run();
        assertThat(written(in, true)).isEqualTo(before);
    }

    private static Answer refused(Request request, int status, String code) {
        return refused(request, status, List.of(code));
    }

    /** The statuses are those of the codes. */
    private static void refusedOneOf(Request request, List<String> codes) {
        refused(request, 0, codes);
    }

    /** Sends a request in each language, and sees the problem that it is answered with. */
    private static Answer refused(Request request, int status, List<String> codes) {
        List<Answer> answers = new ArrayList<>();
        for (Language language : Language.values()) {
            Request asked = request.with("Accept-Language", language.tag());
            String key = request.headers().get("Idempotency-Key");
            if (isKept(codes) && key != null) {
                asked = asked.with("Idempotency-Key", key + language);
            }
            Answer answer = send(asked);
            check(asked, answer, status, codes, language);
            answers.add(answer);
        }
        return answers.getFirst();
    }

    /** A refusal by a rule is kept, in the language in which it was told. */
    private static boolean isKept(List<String> codes) {
        return codes.stream().allMatch(code -> ProblemTable.entry(code).status() == 422);
    }

    private static void check(Request request, Answer answer, int status, List<String> codes, Language language) {
        JsonNode problem = answer.json();
        String code = problem.path("code").asText();
        assertThat(code)
                .as("%s %s %s: %s %s", request.method(), request.path(), start(request), answer.status(), answer.text())
                .isIn(codes);
        ProblemTable.Entry entry = ProblemTable.entry(code);
        assertThat(answer.status())
                .isEqualTo(status == 0 ? entry.status() : status)
                .isLessThan(500);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        isDocumented(request, answer);
        assertThat(answer.header("Content-Language")).isEqualTo(language.tag());
        assertThat(answer.header("Trace-Id")).isNotBlank();
        assertThat(problem.path("type").asText()).isEqualTo("/problems/" + code);
        assertThat(problem.path("title").asText()).isEqualTo(entry.title(language));
        assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
        assertThat(problem.path("detail").asText()).isNotBlank();
        assertThat(problem.path("instance").asText()).isEqualTo(request.path().split("\\?", 2)[0]);
        assertThat(problem.path("retryable").isBoolean()).isTrue();
        assertThat(problem.path("retryable").asBoolean()).isEqualTo(entry.retryable());
        if (code.equals("invalid-request")) {
            assertThat(problem.path("errors")).isNotEmpty();
        }
        if (code.equals("not-found") && language == Language.ZH) {
            assertThat(problem.path("detail").asText()).doesNotContainPattern("[A-Za-z]");
        }
    }

    /** Whether the operation's own description has such an answer. */
    private static void isDocumented(Request request, Answer answer) {
        if (request.op() != null) {
            assertThat(DocumentedAnswers.faults(
                            request.op().id(),
                            request.op().described().path("responses"),
                            answer.status(),
                            answer.header("Content-Type"),
                            answer.body()))
                    .isEmpty();
        }
    }

    private static String start(Request request) {
        String text = request.text() == null ? "" : request.text();
        return text.substring(0, Math.min(500, text.length()));
    }

    /**
     * What is in each table that an operation may write, of the book or, where a table is not of books, of all: how many rows,
     * and who wrote them, which a row that is changed in place tells.
     */
    private Map<String, String> written(World in, boolean kept) {
        if (writable == null) {
            writable = pool.query("""
                            SELECT c.relname, EXISTS (SELECT FROM pg_attribute a
                                                      WHERE a.attrelid = c.oid AND a.attname = 'book_id')
                            FROM pg_class c
                            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
                            ORDER BY c.relname
                            """).execute().await().indefinitely().stream()
                    .filter(row -> !NOT_BY_OPERATIONS.contains(row.getString(0)))
                    .collect(Collectors.toMap(row -> row.getString(0), row -> row.getBoolean(1)));
        }
        String all = writable.entrySet().stream()
                .map(table ->
                        "SELECT '%1$s', count(*) || ' rows, ' || coalesce(sum(xmin::text::bigint), 0) FROM %1$s%2$s"
                                .formatted(table.getKey(), ofTheBook(table.getKey(), table.getValue())))
                .collect(Collectors.joining(" UNION ALL "));
        Map<String, String> written = new TreeMap<>();
        pool.preparedQuery(all)
                .execute(Tuple.of((short) in.book().id()))
                .await()
                .indefinitely()
                .forEach(row -> written.put(row.getString(0), row.getString(1)));
        if (kept) {
            written.remove("commit_answer");
        }
        return written;
    }

    private static String ofTheBook(String table, boolean hasBook) {
        return switch (table) {
            case "ledger_book" -> ""; // also those that an operation opens
            case "commit_answer" -> " WHERE book_id IN (0, $1)";
            default -> hasBook ? " WHERE book_id = $1" : "";
        };
    }

    // ----------------------------------------------------------------------------------------------------------------
    // The book in which the examples succeed
    // ----------------------------------------------------------------------------------------------------------------

    /** A book with all that the examples name, and the values of the paths' parameters. */
    private final class World {
        private final TestBank.Book book = bank.aBook();
        private final String operator = bank.operatorKey();
        private final Map<String, String> values = new LinkedHashMap<>();

        TestBank.Book book() {
            return book;
        }

        /** Allows what an example uploads, on the day when that was sold. */
        void allow(ObjectNode upload) {
            String id = upload.path("allowance").asText();
            Instant from = Instant.parse("2025-06-09T00:00:00Z");
            Instant until = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(3600);
            String signed = "allowance " + id + " " + book.id() + " MER-LS-01 T1 1000 50 " + from + " " + until;
            String signature = Base64.getUrlEncoder().withoutPadding().encodeToString(box.seal(new byte[0], signed));
            sql(
                    BY_HAND
                            + "INSERT INTO redemption_allowance (book_id, merchant, terminal, allowance_id, per_sale, sales, used,"
                            + " valid_from, valid_until, signature, client_id, client)"
                            + " VALUES ($1, 'MER-LS-01', 'T1', $2, 1000, 50, 0, $3, $4, $5, 1, 'test')",
                    Tuple.of(
                            (short) book.id(),
                            UUID.fromString(id),
                            from.atOffset(ZoneOffset.UTC),
                            until.atOffset(ZoneOffset.UTC),
                            signature));
            upload.put("signature", signature);
        }

        /** A valid request but for the body; a POST with a key of its own. */
        Request request(Op op) {
            return request(op, Map.of());
        }

        Request request(Op op, Map<String, String> others) {
            String path = op.path();
            String collection = path.replaceFirst("^/v1/books/[^/]+/", "").replaceFirst("/.*", "");
            for (String parameter : op.pathParameters()) {
                String value = values.getOrDefault(
                        op.id() + "." + parameter,
                        values.getOrDefault(collection + "." + parameter, values.get(parameter)));
                assertThat(value).as("a value of %s for %s", parameter, op).isNotNull();
                path = path.replace("{" + parameter + "}", others.getOrDefault(parameter, value));
            }
            if (op.is("getAnswer")) {
                path += "?book=" + book.code();
            }
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Authorization", "Bearer " + operator);
            headers.put("Content-Type", "application/json");
            if (op.method().equals("POST")) {
                headers.put("Idempotency-Key", UUID.randomUUID().toString());
            }
            return new Request(op, op.method(), path, headers, null);
        }

        Answer order(String path, String body) {
            Answer answer = send(new Request(
                            "POST",
                            path.startsWith("/v1/") ? path : book.path() + path,
                            Map.of(
                                    "Authorization",
                                    "Bearer " + operator,
                                    "Content-Type",
                                    "application/json",
                                    "Idempotency-Key",
                                    UUID.randomUUID().toString()))
                    .body(body.replace('\'', '"')));
            assertThat(answer.status()).as(answer.text()).isIn(200, 201);
            return answer;
        }

        private void awaitDone(String path) {
            long until = System.nanoTime() + 30_000_000_000L;
            String status = "";
            while (!status.equals("DONE")) {
                assertThat(System.nanoTime()).as("%s is %s", path, status).isLessThan(until);
                status = send(new Request("GET", book.path() + path, Map.of("Authorization", "Bearer " + operator)))
                        .json()
                        .path("status")
                        .asText();
            }
        }

        private void idOf(String collection, String body) {
            values.put(collection + ".id", made("/" + collection, body));
        }

        private String made(String path, String body) {
            String location = order(path, body).header("Location");
            return location.substring(location.lastIndexOf('/') + 1);
        }
    }

    private World aWorld() {
        World made = new World();
        TestBank.Book book = made.book().since(Instant.parse("2025-01-01T00:00:00Z"));
        // Owed since the half year that is closed below, and that the example closes.
        String settled = book.aMerchant();
        for (String merchant : List.of("MER-LS-01", settled)) {
            Holder opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
            Holder payable = Holder.of(book.id(), Chart.MERCHANT_PAYABLE, merchant);
            book.postAt(
                    Instant.parse("2025-06-01T00:00:00Z"),
                    EntryType.OPENING,
                    draft -> draft.debit(opening, 500).credit(payable, 500),
                    opening,
                    payable);
        }
        TestBank.Member helper = book.aMember("M-BHL-H0001", "60-69").holding(1000, Unit.MIN);
        TestBank.Member elder = book.aMember("M-BHL-E0001", "70-79").holding(1000, Unit.MIN);
        book.aMember("M-LS-R0001", "50-59").holding(10_000, Unit.PTS);
        sql("""
                INSERT INTO member_kin (book_id, member_id, kin_id, relation, proof, version, registered_at)
                VALUES ($1, $2, $3, 'PARENT', 'KP-0001', 1, now() - interval '2 days')
                """, Tuple.of((short) book.id(), helper.id(), elder.id()));
        for (String team : List.of("TEAM-01", "T-BHL-01")) {
            sql(
                    "INSERT INTO member_team (book_id, team_id, name, version, registered_at) VALUES ($1, $2, '银龄互助队', 1, now())",
                    Tuple.of((short) book.id(), team));
        }
        book.open(Holder.of(book.id(), Chart.TEAM_TIME, "TEAM-01"), Lot.OWN, 600);
        Map<String, String> values = made.values;
        values.put("book", book.code());
        values.put("memberId", helper.id());
        values.put("kin", elder.id());
        values.put("teamId", "T-BHL-01");
        values.put("merchants.id", "MER-LS-01");
        values.put("account", "2100:M-BHL-H0001:MIN");
        for (String operation : List.of("setBudget", "listBudgets", "getBudget")) {
            values.put(operation + ".account", "3110:PUBLIC.2030:MIN");
        }
        values.put("number", "1");
        values.put("storeId", "LS-1");
        values.put("terminalId", "T1");
        for (String put : List.of("putMerchant", "putStore", "putTerminal", "putCatalogue", "putSettlementTerms")) {
            Op op = op(put);
            assertThat(send(made.request(op).body(op.example())).status()).isEqualTo(201);
        }
        values.put(
                "merchants.keyId",
                made.order("/merchants/MER-LS-01/terminals/T1/keys", "")
                        .json()
                        .path("keyId")
                        .asText());
        String allowances = "/merchants/MER-LS-01/terminals/T1/allowances";
        values.put(
                "merchants.allowanceId",
                made.order(allowances, "{'perSale':1,'count':1,'hours':1}")
                        .json()
                        .path("id")
                        .asText());
        // A terminal has one that holds at a time.
        made.order(allowances + "/" + values.get("merchants.allowanceId") + "/revoke", "");
        values.put("merchant", "MER-LS-01");
        values.put("terminal", "T1");
        values.put("day", "2025-06-08");
        made.idOf("transfers", "{'from':'M-BHL-E0001','to':'M-BHL-H0001','amount':1,'unit':'MIN'}");
        made.idOf("gifts", "{'from':'M-BHL-H0001','to':'M-BHL-E0001','amount':1,'unit':'MIN'}");
        made.idOf("donations", "{'giver':'M-BHL-H0001','amount':1,'unit':'MIN'}");
        made.idOf("grants", "{'fund':'PUBLIC','member':'M-BHL-E0001','amount':1,'unit':'MIN'}");
        made.idOf("openings", "{'member':'M-BHL-E0001','amount':1,'unit':'MIN'}");
        String redemption = "{'mode':'%s','member':'%s','merchant':'MER-LS-01','amount':500,'unit':'PTS'}";
        made.idOf("redemptions", redemption.formatted("SALE", "M-LS-R0001"));
        values.put("entry", made.made("/redemptions/" + values.get("redemptions.id") + "/refunds", "{'amount':1}"));
        // Of another member, so that the first can leave.
        book.aMember("M-LS-R0009", "50-59").holding(1_000, Unit.PTS);
        String held = made.made("/redemptions", redemption.formatted("AUTHORIZE", "M-LS-R0009"));
        values.put("captureRedemption.id", held);
        values.put("voidRedemption.id", held);
        // Of a member and a team of their own: who owes cannot leave.
        TestBank.Member owing = book.aMember("M-LS-R0003", "50-59");
        for (Holder debt : List.of(
                Holder.of(book.id(), Chart.SHORTFALL_POINTS, owing.id()),
                Holder.of(book.id(), Chart.SHORTFALL_TIME, "T-BHL-01"))) {
            book.post(debt, new Holder(book.id(), Chart.OPENING, "", debt.unit()), Lot.OWN, 10_000);
        }
        values.put("writeOffMember.memberId", owing.id());
        String owingShop = book.aMerchant();
        book.post(
                Holder.of(book.id(), Chart.MERCHANT_PAYABLE, owingShop),
                new Holder(book.id(), Chart.OPENING, "", Unit.PTS),
                Lot.OWN,
                10_000);
        values.put("writeOffMerchant.id", owingShop);
        made.idOf("settlements", "{'merchant':'" + settled + "','through':'2025-06-30','maker':'W-001'}");
        values.put("day", "2025-06-30");
        made.idOf("pay-codes", "{'member':'M-LS-R0001'}");
        // Of a member of its own: who has points held cannot leave.
        book.aMember("M-LS-R0002", "50-59").holding(100, Unit.PTS);
        made.idOf("vouchers", "{'member':'M-LS-R0002','amount':1,'unit':'PTS'}");
        values.put(
                "members.id",
                made.order("/members/M-BHL-H0001/pay-devices", "{}")
                        .json()
                        .path("id")
                        .asText());
        made.idOf(
                "service-records",
                "{'volunteer':'M-BHL-H0001','activity':'代买药品','minutes':1,'place':'北环路','organiser':'互助队','leader':'L-1'}");
        // Ended: a book has one at a time.
        UUID selfAudit = UUID.randomUUID();
        sql("""
                INSERT INTO audit_run (book_id, run_id, extent, status, ordered_by, ordered_at, after_seq, through_seq, fence, begun_at,
                                       ended_at)
                VALUES ($1, $2, 'FULL', 'WHOLE', 'tests', now(), 0, 0, 1, now(), now())
                """, Tuple.of((short) book.id(), selfAudit));
        values.put("self-audits.id", selfAudit.toString());
        values.put("kind", "hours-a-day");
        Op budget = op("setBudget");
        assertThat(send(made.request(budget).body(budget.example())).status()).isEqualTo(201);
        values.put("seq", values.get("transfers.id"));

        String unit = "U-" + book.code();
        if (!hasUnit("S9")) {
            made.order("/v1/organisation-units", "{'code':'S9','kind':'STREET','name':'大石街道'}");
        }
        if (!hasBook("XQ")) {
            made.order("/v1/books", "{'book':'XQ','name':'新桥社区'}");
        }
        made.order(
                "/v1/organisation-units",
                "{'code':'" + unit + "','kind':'COMMUNITY','name':'社区','book':'" + book.code() + "'}");
        values.put("code", unit);
        String client = "c-" + book.code();
        made.order("/v1/clients", "{'name':'" + client + "','roles':['APP'],'books':['" + book.code() + "']}");
        values.put("client", client);
        values.put(
                "keyId",
                made.order("/v1/clients/" + client + "/keys", "")
                        .json()
                        .path("keyId")
                        .asText());
        values.put(
                "webhook",
                made.order("/v1/webhooks", "{'url':'https://app.example.org/events','books':['" + book.code() + "']}")
                        .json()
                        .path("id")
                        .asText());
        values.put("event", book.code() + "-1");
        made.idOf("exports", "{'contents':['ACCOUNTS'],'formats':['JSONL']}");
        made.awaitDone("/exports/" + values.get("exports.id"));
        values.put(
                "line-jobs.id",
                made.made(
                        "/transfers/line-jobs",
                        "{'items':[{'from':'M-BHL-E0001','to':'M-BHL-H0001','amount':1,'unit':'MIN','reference':'L-1'}]}"));
        made.awaitDone("/line-jobs/" + values.get("line-jobs.id"));
        values.put("name", "accounts.jsonl");
        String key = UUID.randomUUID().toString();
        assertThat(send(made.request(op("openBalance"))
                                .with("Idempotency-Key", key)
                                .body(op("openBalance").example()))
                        .status())
                .isEqualTo(201);
        values.put("key", key);
        TestLog.integrate(pool);
        values.put("level", "0");
        values.put("index", "000.p/1");
        return made;
    }

    private boolean hasUnit(String code) {
        return pool.preparedQuery("SELECT 1 FROM member_organisation_unit WHERE code = $1")
                        .execute(Tuple.of(code))
                        .await()
                        .indefinitely()
                        .size()
                > 0;
    }

    private boolean hasBook(String code) {
        return pool.preparedQuery("SELECT 1 FROM ledger_book WHERE code = $1")
                        .execute(Tuple.of(code))
                        .await()
                        .indefinitely()
                        .size()
                > 0;
    }

    private void sql(String sql, Tuple arguments) {
        pool.preparedQuery(sql).execute(arguments).await().indefinitely();
    }

    // ----------------------------------------------------------------------------------------------------------------
    // Requests
    // ----------------------------------------------------------------------------------------------------------------

    /**
     * A request that can be changed a little.
     *
     * @param op which operation is asked; null where none is
     */
    private record Request(
            @Nullable Op op, String method, String path, Map<String, String> headers, byte @Nullable [] bytes) {
        Request(String method, String path, Map<String, String> headers) {
            this(null, method, path, headers, null);
        }

        Request method(String other) {
            return new Request(null, other, path, headers, bytes);
        }

        Request with(String name, String value) {
            Map<String, String> others = new LinkedHashMap<>(headers);
            others.put(name, value);
            return new Request(op, method, path, others, bytes);
        }

        Request without(String name) {
            Map<String, String> others = new LinkedHashMap<>(headers);
            others.remove(name);
            return new Request(op, method, path, others, bytes);
        }

        Request query(String query) {
            return new Request(op, method, path + (path.contains("?") ? "&" : "?") + query, headers, bytes);
        }

        Request body(@Nullable JsonNode body) {
            return body == null ? this : body(json(body));
        }

        Request body(String body) {
            return body(body.getBytes(StandardCharsets.UTF_8));
        }

        Request body(byte[] body) {
            return new Request(op, method, path, headers, body);
        }

        @Nullable
        String text() {
            return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** What is answered. */
    private record Answer(int status, Map<String, List<String>> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String header(String name) {
            return String.join(", ", headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
        }

        JsonNode json() {
            return parse(text());
        }

        /** The fields of {@code errors}. */
        List<String> faults() {
            List<String> fields = new ArrayList<>();
            json().path("errors")
                    .forEach(error -> fields.add(error.path("field").asText()));
            return fields;
        }
    }

    private static Answer send(Request request) {
        HttpRequest.Builder http = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RestAssured.port + request.path()))
                .method(
                        request.method(),
                        request.bytes() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(request.bytes()));
        request.headers().forEach(http::setHeader);
        try {
            HttpResponse<byte[]> answer = HTTP.send(http.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(answer.statusCode(), answer.headers().map(), answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(request.method() + " " + request.path(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends what no client of HTTP would, in Latin-1, and gives what is answered up to the end of its JSON. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("localhost", RestAssured.port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
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

    // ----------------------------------------------------------------------------------------------------------------
    // The document
    // ----------------------------------------------------------------------------------------------------------------

    /** An operation of the document. */
    private record Op(String id, String method, String path, JsonNode described) {
        boolean is(String other) {
            return id.equals(other);
        }

        boolean isBulk() {
            return path.endsWith("/bulk");
        }

        /** Whether it orders a job of lines. */
        boolean isOfLines() {
            return method.equals("POST") && path.endsWith("/line-jobs");
        }

        /** The operation that a bulk or a job does many times. */
        Op single() {
            String one = path.replaceFirst("/(bulk|line-jobs)$", "");
            return operations(op -> op.method().equals("POST") && op.path().equals(one))
                    .findFirst()
                    .orElseThrow();
        }

        /** Whether its body is one that can be wrong member by member; imports are files. */
        boolean hasJson() {
            return !media().isMissingNode();
        }

        private JsonNode media() {
            return described.path("requestBody").path("content").path("application/json");
        }

        JsonNode schema() {
            return resolved(media().path("schema"));
        }

        Map<String, ObjectNode> examples() {
            Map<String, ObjectNode> examples = new LinkedHashMap<>();
            media().path("examples")
                    .properties()
                    .forEach(example -> examples.put(
                            example.getKey(), (ObjectNode) example.getValue().path("value")));
            return examples;
        }

        ObjectNode example() {
            Iterator<ObjectNode> examples = examples().values().iterator();
            assertThat(examples.hasNext()).as("%s has an example", id).isTrue();
            return examples.next();
        }

        @Nullable
        ObjectNode exampleOrNull() {
            return hasJson() ? example() : null;
        }

        List<String> pathParameters() {
            return parameters("path");
        }

        List<String> queryParameters() {
            return parameters("query");
        }

        private List<String> parameters(String in) {
            List<String> names = new ArrayList<>();
            described.path("parameters").forEach(parameter -> {
                if (parameter.path("in").asText().equals(in)) {
                    names.add(parameter.path("name").asText());
                }
            });
            return names;
        }

        @Override
        public String toString() {
            return id;
        }
    }

    private static Stream<Op> operations(Predicate<Op> which) {
        List<Op> operations = new ArrayList<>();
        API.path("paths").properties().forEach(path -> {
            if (path.getKey().startsWith("/v1/")) {
                path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        operations.add(new Op(
                                method.getValue().path("operationId").asText(),
                                method.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                method.getValue()));
                    }
                });
            }
        });
        return operations.stream().filter(which);
    }

    private static Stream<Op> withBody(Predicate<Op> which) {
        return operations(Op::hasJson).filter(which);
    }

    private static Op op(String id) {
        return operations(op -> op.is(id)).findFirst().orElseThrow();
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? API.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static JsonNode read() {
        try {
            return new YAMLMapper().readTree(Path.of("openapi/openapi.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String json(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(text, e);
        }
    }
}
