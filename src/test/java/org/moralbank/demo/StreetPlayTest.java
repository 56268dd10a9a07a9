package org.moralbank.demo;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** The figures that the street's README says must come out, read over the API. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StreetPlayTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    private static final Set<String> POSTS_NOTHING =
            Set.of("REDEEM_AUTHORIZE", "REDEEM_VOID", "REDEEM_AUTH_EXPIRED", "BOOKING_HOLD");

    @Inject
    StreetPlay play;

    @Inject
    Pool pool;

    @Inject
    Clients clients;

    @Inject
    TestBank bank;

    private Client street;
    private String key;

    /** The first play makes everything; the others change nothing, as a test of its own says. */
    @BeforeEach
    void play() {
        street = clients.ensure(
                        new Clients.NewClient(
                                Street.NAME, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely()
                .client();
        play.play(street);
        key = bank.operatorKey();
    }

    @Test
    void fortySevenHelpersHoldTwelveHundredHours() {
        Set<String> helpers = new HashSet<>();
        long minutes = 0;
        for (String book : List.of("BHL", "NH", "QNL")) {
            for (Map<String, Object> account : items(book + "/accounts?code=2100")) {
                String owner = String.valueOf(account.get("owner"));
                if (owner.startsWith("M-" + book + "-H") && number(account, "posted") > 0) {
                    helpers.add(owner);
                    minutes += number(account, "posted");
                }
            }
        }

        assertThat(helpers).hasSize(47);
        assertThat(minutes).isEqualTo(72_000);
    }

    @Test
    void servicesWithARecordAreThere() {
        List<Map<String, Object>> bhl = items("BHL/service-records");
        int all = 0;
        for (String book : List.of("BHL", "NH", "QNL", "LS", "PF", "QX", "HUB-ST")) {
            all += items(book + "/service-records").size();
        }

        assertThat(bhl).hasSize(124);
        assertThat(bhl)
                .filteredOn(record -> "REVERSED".equals(record.get("status")))
                .hasSize(1);
        assertThat(items("LS/service-records")).hasSize(127);
        assertThat(all).isEqualTo(262);
    }

    @Test
    void ridersEarnedPointsForPostsAndIssues() {
        List<Map<String, Object>> tasks = items("QX/entries?type=EARN_POINTS_TASK");

        assertThat(items("QX/members")).hasSize(480);
        assertThat(tasks).hasSize(82 + 327);
        assertThat(tasks).filteredOn(task -> isOf(task, "POST-", 1_000)).hasSize(82);
        assertThat(tasks).filteredOn(task -> isOf(task, "ISSUE-", 200)).hasSize(327);
        assertThat(byCode("QX").get("3220")).isEqualTo(-147_400);
    }

    @Test
    void balancesOfTheBooksComeOut() {
        assertThat(byCode("BHL"))
                .containsEntry("2100", 34_469L)
                .containsEntry("2400", 300L)
                .containsEntry("3100", -8_850L)
                .containsEntry("3110", -6_720L)
                .containsEntry("3300", -19_259L);
        assertThat(byCode("LS"))
                .containsEntry("2200", 52_650L)
                .containsEntry("2300", 700L)
                .containsEntry("3240", 6_950L)
                .containsEntry("3250", 200L)
                .containsEntry("1600", 0L);
    }

    @Test
    void theTillsOfflineSalesWereUploadedUnderAnAllowanceAndTheShortfallWasRecovered() {
        List<Map<String, Object>> sold = items("LS/redemptions?merchant=MER-LS-01&terminal=T1");
        List<Map<String, Object>> allowances = items("LS/merchants/MER-LS-01/terminals/T1/allowances");

        assertThat(sold)
                .extracting(
                        sale -> sale.get("terminalTransaction"), sale -> sale.get("member"), sale -> sale.get("amount"))
                .containsExactly(tuple("000017", "M-LS-R0007", 500), tuple("000018", "M-LS-R0008", 2_000));
        assertThat(sold)
                .allSatisfy(sale ->
                        assertThat(sale).containsEntry("status", "CAPTURED").containsEntry("occurredOn", "2025-06-08"));
        assertThat(allowances)
                .extracting(allowance -> allowance.get("used"), allowance -> allowance.get("status"))
                .containsExactly(tuple(2, "ENDED"));
        assertThat(items("LS/entries?type=REDEEM_SALE_OFFLINE"))
                .extracting(entry -> entry.get("reference"))
                .containsExactly("OFF-LS01-T1-000017", "OFF-LS01-T1-000018");
        assertThat(items("LS/entries?type=SHORTFALL_RECOVER"))
                .singleElement()
                .satisfies(entry ->
                        assertThat(String.valueOf(entry.get("postings"))).contains("1600:M-LS-R0008", "400"));
    }

    @Test
    void clearingIsEqualAndOpposite() {
        assertThat(posted("BHL", "1500:NH:MIN")).isEqualTo(60);
        assertThat(posted("NH", "1500:BHL:MIN")).isEqualTo(-60);
        assertThat(posted("LS", "1500:PF:PTS")).isEqualTo(-700);
        assertThat(posted("PF", "1500:LS:PTS")).isEqualTo(700);
    }

    @Test
    void everyBookAndUnitSumsToZero() {
        for (String book : List.of("BHL", "NH", "QNL", "LS", "PF", "QX", "HUB-ST")) {
            Map<Object, Long> byUnit = items(book + "/accounts").stream()
                    .collect(groupingBy(
                            account -> account.get("unit"), summingLong(account -> number(account, "posted"))));

            assertThat(byUnit.values()).as(book).allMatch(Predicate.isEqual(0L));
        }
    }

    /** All that happened and posts is there, and nothing else: of that type, under that reference, on that day. */
    @Test
    void eachEntryIsPostedOnTheDayOfItsEvent() {
        for (String book : List.of("BHL", "NH", "QNL", "LS", "PF", "QX", "HUB-ST")) {
            List<String> happened = Street.events().stream()
                    .filter(event -> event.book().equals(book) && !POSTS_NOTHING.contains(event.type()))
                    // A recovery happens by itself, and has no reference.
                    .map(event -> event.type() + " "
                            + (event.type().equals("SHORTFALL_RECOVER") ? null : event.reference()) + " "
                            + event.date())
                    .toList();

            assertThat(items(book + "/entries"))
                    .as(book)
                    .extracting(entry -> entry.get("type") + " " + entry.get("reference") + " "
                            + Instant.parse(String.valueOf(entry.get("postedAt")))
                                    .atZone(SHANGHAI)
                                    .toLocalDate())
                    .containsExactlyInAnyOrderElementsOf(happened);
        }
    }

    @Test
    void allEventsWerePlayed() {
        List<String> answered = new ArrayList<>();
        pool.query("""
                        SELECT key
                        FROM commit_answer
                        JOIN access_client USING (client_id)
                        WHERE client = 'street-2025' AND key ~ '^street-2025:[0-9]+$'
                        """).execute().await().indefinitely().forEach(row -> answered.add(row.getString(0)));

        assertThat(answered)
                .hasSize(782)
                .containsExactlyInAnyOrderElementsOf(
                        Street.events().stream().map(Street.Event::key).toList());
    }

    /** Neither posts anything. */
    @Test
    void whatWasVoidedAndWhatExpiredIsSo() {
        Map<String, String> ends = Map.of("REDEEM_VOID", "VOIDED", "REDEEM_AUTH_EXPIRED", "EXPIRED");
        List<Tuple> happened = Street.events().stream()
                .filter(event -> ends.containsKey(event.type()))
                .map(event -> tuple(event.reference(), ends.get(event.type())))
                .toList();

        assertThat(happened).hasSize(2);
        assertThat(items("LS/redemptions"))
                .filteredOn(redemption -> ends.containsValue(redemption.get("status")))
                .extracting(redemption -> redemption.get("reference"), redemption -> redemption.get("status"))
                .containsExactlyInAnyOrderElementsOf(happened);
    }

    @Test
    void aSecondPlayChangesNothing() {
        int before = items("BHL/entries").size();

        int fresh = play.play(street);

        assertThat(fresh).isZero();
        assertThat(items("BHL/entries")).hasSize(before);
    }

    /** Whether its reference begins so, and this amount was earned. */
    private static boolean isOf(Map<String, Object> task, String reference, int points) {
        List<?> postings = (List<?>) Objects.requireNonNull(task.get("postings"));
        return String.valueOf(task.get("reference")).startsWith(reference)
                && postings.stream().anyMatch(posting -> Objects.equals(((Map<?, ?>) posting).get("amount"), points));
    }

    private Map<String, Long> byCode(String book) {
        return items(book + "/accounts").stream()
                .collect(groupingBy(
                        account -> String.valueOf(account.get("code")),
                        summingLong(account -> number(account, "posted"))));
    }

    private long posted(String book, String account) {
        return get(book + "/accounts/" + account).getLong("posted");
    }

    private static long number(Map<String, Object> account, String field) {
        return ((Number) Objects.requireNonNull(account.get(field), field)).longValue();
    }

    /** The items of all pages. */
    private List<Map<String, Object>> items(String path) {
        List<Map<String, Object>> items = new ArrayList<>();
        String after = "";
        while (after != null) {
            JsonPath page = get(path + (path.contains("?") ? "&" : "?") + "limit=500" + after);
            items.addAll(page.getList("items"));
            String next = page.getString("next");
            after = next == null ? null : "&after=" + next;
        }
        return items;
    }

    private JsonPath get(String path) {
        return RestAssured.given()
                .header("Authorization", "Bearer " + key)
                .get("/v1/books/" + path)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
