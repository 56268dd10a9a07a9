package org.moralbank.merchants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class CatalogueTest {
    /** A Wednesday. */
    private static final LocalDate DAY = LocalDate.of(2025, 12, 31);

    private static final String RICE = item("RICE", 2500, "FOOD", "");
    private static final String SOAP = item("SOAP", 300, "DAILY", "");

    @Inject
    TestBank bank;

    @Inject
    Commits commits;

    // ---- editing -----------------------------------------------------------------------------------------------

    @Test
    void makesACatalogueAndReplacesItWhole() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        get(book, merchant).statusCode(404);

        put(book, merchant, items(RICE, SOAP), null)
                .statusCode(201)
                .header("Location", equalTo(path(book, merchant)))
                .header("ETag", equalTo("\"1\""))
                .body("items.id", contains("RICE", "SOAP"))
                .body("items[0].price.amount", equalTo(2500))
                .body("items[0].price.unit", equalTo("PTS"))
                .body("items[0].active", equalTo(true))
                .body("items[0].perMember", nullValue())
                .body("items[0].weekdays", nullValue());
        put(book, merchant, items(RICE, SOAP), null).statusCode(200).header("ETag", equalTo("\"1\""));
        put(book, merchant, items(SOAP, RICE), null).statusCode(428);
        put(book, merchant, items(SOAP, RICE), "\"2\"").statusCode(412);
        put(book, merchant, items(SOAP, RICE), "\"1\"").statusCode(200).body("items.id", contains("SOAP", "RICE"));
        put(book, merchant, items(RICE), "\"2\"").statusCode(200);
        get(book, merchant).header("ETag", equalTo("\"3\"")).body("items.id", contains("RICE"));
        put(book, merchant, items(), "\"3\"").statusCode(200);
        get(book, merchant).body("version", equalTo(4)).body("items", hasSize(0));
        put(book, merchant, items(SOAP), "\"4\"").statusCode(200);

        get(book, merchant).body("items.id", contains("SOAP"));
    }

    @Test
    void showsLimitsAndWeekdaysAsTheyWereGiven() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String limited = item(
                "RICE",
                1,
                "FOOD",
                ",'perMember':{'count':2,'period':'WEEK'},'weekdays':['SUNDAY','MONDAY','SUNDAY'],'active':false");

        put(book, merchant, items(limited), null).statusCode(201);

        get(book, merchant)
                .body("items[0].perMember.count", equalTo(2))
                .body("items[0].perMember.period", equalTo("WEEK"))
                .body("items[0].weekdays", contains("MONDAY", "SUNDAY"))
                .body("items[0].active", equalTo(false));
        put(book, merchant, items(limited), null).statusCode(200).body("version", equalTo(1));
    }

    @Test
    void holdsAThousandItems() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        String[] thousand = IntStream.range(0, 1000)
                .mapToObj(i -> item("I-" + i, 1 + i, "FOOD", ""))
                .toArray(String[]::new);
        String[] more = IntStream.range(0, 1001)
                .mapToObj(i -> item("I-" + i, 1 + i, "FOOD", ""))
                .toArray(String[]::new);

        put(book, merchant, items(more), null).statusCode(400).body("errors.field", contains("items"));
        put(book, merchant, items(thousand), null).statusCode(201);

        get(book, merchant).body("items", hasSize(1000)).body("items[999].id", equalTo("I-999"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                        | items",
                "{'items':null}                                            | items",
                "{'items':[null]}                                          | items[0]",
                "{'items':[{}]}                                            | items[0].id",
                "{'items':[{'id':'A','name':'A','category':'F'}]}          | items[0].price",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':0,'unit':'PTS'}}]} | items[0].price.amount",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1000000000001,'unit':'PTS'}}]} | items[0].price.amount",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'MIN'}}]} | items[0].price.unit",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1}}]} | items[0].price.unit",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'},'perMember':{'count':0,'period':'DAY'}}]} | items[0].perMember.count",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'},'perMember':{'count':1}}]} | items[0].perMember.period",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'},'weekdays':[]}]} | items[0].weekdays",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'},'weekdays':[null]}]} | items[0].weekdays[0]",
                "{'items':[{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'}},{'id':'A','name':'A','category':'F','price':{'amount':1,'unit':'PTS'}}]} | items[1].id",
            },
            quoteCharacter = '`')
    void refusesAMalformedCatalogueByField(String body, String field) {
        var book = bank.aBook();
        var merchant = book.aMerchant();

        put(book, merchant, body.replace('\'', '"'), null)
                .statusCode(400)
                .body("errors.field", org.hamcrest.Matchers.hasItem(field));

        get(book, merchant).statusCode(404);
    }

    @Test
    void isOfAMerchantThatIsThereAndNotClosed() {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, "MER-GHOST", items(RICE), null).statusCode(404);
        put(book, merchant, items(RICE), null).statusCode(201);
        book.as(Role.OPERATOR)
                .body("{\"reason\":\"停止合作\"}")
                .post(book.path() + "/merchants/" + merchant + "/close")
                .then()
                .statusCode(200);

        put(book, merchant, items(SOAP), "\"1\"").statusCode(409).body("code", equalTo("merchant-already-closed"));

        get(book, merchant).body("items.id", contains("RICE"));
    }

    @Test
    void aTillReadsItsMerchantsOnly() {
        var book = bank.aBook();
        var own = book.aMerchant();
        var other = book.aMerchant();
        put(book, own, items(RICE), null).statusCode(201);
        put(book, other, items(RICE), null).statusCode(201);
        var till = book.keyOfTerminal(own, "T1");

        book.request(till).get(path(book, own)).then().statusCode(200);
        book.request(till).get(path(book, other)).then().statusCode(404);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void isEditedByThoseRolesOnly(Role role) {
        var book = bank.aBook();
        var merchant = book.aMerchant();

        book.as(role)
                .body(items(RICE))
                .put(path(book, merchant))
                .then()
                .statusCode(role == Role.OPERATOR || role == Role.COORDINATOR ? 201 : 403);
    }

    // ---- buying ------------------------------------------------------------------------------------------------

    @Test
    void sellsLinesThatComeToTheAmount() {
        var shop = aShop(RICE, SOAP);

        shop.buy("M-1", DAY, 2500 + 2 * 300 + 300, new Line("RICE", 1), new Line("SOAP", 2), new Line("SOAP", 1))
                .isSold();
    }

    @Test
    void refusesAnAmountThatIsNotThatOfTheLines() {
        var shop = aShop(RICE, SOAP);

        for (long amount : List.of(2799L, 2801L)) {
            shop.buy("M-1", DAY, amount, new Line("RICE", 1), new Line("SOAP", 1))
                    .isRefused("amount-differs", Map.of("amount", amount, "sum", 2800));
        }
    }

    @Test
    void asksNothingOfTheCatalogueWithoutLines() {
        var book = bank.aBook();
        var shop = new Shop(book, book.aMerchant());

        shop.buy("M-1", DAY, 17).isSold();
        shop.giveBack("M-1", DAY);
    }

    @Test
    void refusesWhatIsNotInTheCatalogueOrNotSoldAtPresent() {
        var shop = aShop(RICE, item("SOAP", 300, "DAILY", ",'active':false"));

        shop.buy("M-1", DAY, 1, new Line("TEA", 1)).isRefused("item-unknown", Map.of("item", "TEA"));
        shop.buy("M-1", DAY, 300, new Line("SOAP", 1)).isRefused("item-not-active", Map.of("item", "SOAP"));
        put(shop.book, shop.merchant, items(SOAP), "\"1\"").statusCode(200);
        shop.buy("M-1", DAY, 2500, new Line("RICE", 1)).isRefused("item-unknown", Map.of("item", "RICE"));
        shop.buy("M-1", DAY, 300, new Line("SOAP", 1)).isSold();
    }

    @Test
    void refusesACategoryThatTheMerchantMayNotSell() {
        var shop = aShop(RICE, SOAP);
        shop.book
                .as(Role.OPERATOR)
                .header("If-Match", "\"1\"")
                .body("{\"name\":\"A\",\"kind\":\"COMMERCIAL\",\"categories\":[\"DAILY\"]}")
                .put(shop.book.path() + "/merchants/" + shop.merchant)
                .then()
                .statusCode(200);

        shop.buy("M-1", DAY, 2800, new Line("SOAP", 1), new Line("RICE", 1))
                .isRefused("category-not-allowed", Map.of("item", "RICE", "category", "FOOD"));
        shop.buy("M-1", DAY, 300, new Line("SOAP", 1)).isSold();
    }

    @Test
    void refusesAnItemOnAnotherDayOfTheWeek() {
        var shop = aShop(item("RICE", 1, "FOOD", ",'weekdays':['THURSDAY']"));

        shop.buy("M-1", DAY, 1, new Line("RICE", 1))
                .isRefused("not-on-this-day", Map.of("item", "RICE", "weekday", "WEDNESDAY"));
        shop.buy("M-1", DAY.plusDays(1), 1, new Line("RICE", 1)).isSold();
        shop.buy("M-1", DAY.plusDays(2), 1, new Line("RICE", 1)).isRefused("not-on-this-day", Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        // bought on, still in the period, in the next; 2025-12-31 is a Wednesday
        "DAY,   2025-12-31, 2025-12-31, 2026-01-01",
        "WEEK,  2025-12-31, 2026-01-04, 2026-01-05",
        "WEEK,  2025-12-31, 2025-12-29, 2025-12-28",
        "MONTH, 2025-12-31, 2025-12-01, 2026-01-01",
        "MONTH, 2025-12-31, 2025-12-30, 2026-12-31",
        "YEAR,  2025-12-31, 2025-01-01, 2026-01-01",
    })
    void aMemberBuysSoManyInAPeriodAndAgainInTheNext(
            String period, LocalDate bought, LocalDate within, LocalDate next) {
        var shop = aShop(limited(period, 2));

        shop.buy("M-1", bought, 2, new Line("RICE", 2)).isSold();

        shop.buy("M-1", within, 1, new Line("RICE", 1))
                .isRefused(
                        "limit-exceeded",
                        Map.of("item", "RICE", "period", period, "limit", 2, "bought", 2, "wouldBe", 3));
        shop.buy("M-2", within, 2, new Line("RICE", 2)).isSold();
        shop.buy("M-1", next, 1, new Line("RICE", 1)).isSold();
        shop.buy("M-1", next, 2, new Line("RICE", 2)).isRefused("limit-exceeded", Map.of("bought", 1, "wouldBe", 3));
        shop.buy("M-1", next, 1, new Line("RICE", 1)).isSold();
    }

    @Test
    void aLimitForEverHoldsForEver() {
        var shop = aShop(limited("EVER", 1));
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isSold();

        shop.buy("M-1", DAY.plusYears(20), 1, new Line("RICE", 1)).isRefused("limit-exceeded", Map.of());
    }

    @Test
    void countsAnItemThatStandsInSeveralLinesTogether() {
        var shop = aShop(limited("DAY", 2));

        shop.buy("M-1", DAY, 3, new Line("RICE", 1), new Line("RICE", 2))
                .isRefused("limit-exceeded", Map.of("bought", 0, "wouldBe", 3));
        shop.buy("M-1", DAY, 2, new Line("RICE", 1), new Line("RICE", 1)).isSold();
    }

    @Test
    void aRefusalCountsNothing() {
        var shop = aShop(limited("DAY", 1), SOAP);

        shop.buy("M-1", DAY, 1, new Line("RICE", 1), new Line("SOAP", 1)).isRefused("amount-differs", Map.of());
        shop.buy("M-1", DAY, 602, new Line("RICE", 2), new Line("SOAP", 2)).isRefused("limit-exceeded", Map.of());

        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isSold();
    }

    @Test
    void whatIsGivenBackMayBeBoughtAgain() {
        var shop = aShop(limited("MONTH", 1));
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isSold();
        shop.buy("M-1", DAY.plusDays(1), 1, new Line("RICE", 1)).isSold();

        shop.giveBack("M-1", DAY, new Line("RICE", 1));

        shop.buy("M-1", DAY.plusDays(1), 1, new Line("RICE", 1)).isRefused("limit-exceeded", Map.of());
        shop.buy("M-1", DAY.minusDays(1), 1, new Line("RICE", 1)).isSold();
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isRefused("limit-exceeded", Map.of());
    }

    @Test
    void countsWhatWasBoughtBeforeALimitWasSetOrTheItemLeft() {
        var shop = aShop(item("RICE", 1, "FOOD", ""));
        shop.buy("M-1", DAY, 3, new Line("RICE", 3)).isSold();
        put(shop.book, shop.merchant, items(), "\"1\"").statusCode(200);

        put(shop.book, shop.merchant, items(limited("YEAR", 4)), "\"2\"").statusCode(200);

        shop.buy("M-1", DAY, 2, new Line("RICE", 2)).isRefused("limit-exceeded", Map.of("bought", 3, "wouldBe", 5));
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isSold();
    }

    /** The same member at 64 tills, in one commit or in many. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void ofSixtyFourWhoBuyAtOnceNoMoreGetItThanMay(int limit) {
        var shop = aShop(limited("DAY", limit));
        List<Uni<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            all.add(shop.ask("M-1", DAY, 1, List.of(new Line("RICE", 1))));
        }

        List<Answer> answers = Collections.synchronizedList(new ArrayList<>());
        Uni.join().all(all).andFailFast().await().indefinitely().forEach(answers::add);

        assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(limit);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> assertThat(Json.mapper()
                                .readTree(answer.body())
                                .path("code")
                                .asText())
                        .isEqualTo("limit-exceeded"));
        shop.giveBack("M-1", DAY, new Line("RICE", 1));
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isSold();
        shop.buy("M-1", DAY, 1, new Line("RICE", 1)).isRefused("limit-exceeded", Map.of("bought", limit));
    }

    // ---- fixtures ----------------------------------------------------------------------------------------------

    private static String item(String id, long price, String category, String more) {
        return "{'id':'%s','name':'商品','category':'%s','price':{'amount':%d,'unit':'PTS'}%s}"
                .formatted(id, category, price, more);
    }

    private static String limited(String period, int count) {
        return item("RICE", 1, "FOOD", ",'perMember':{'count':%d,'period':'%s'}".formatted(count, period));
    }

    private static String items(String... items) {
        return "{\"items\":[" + String.join(",", items).replace('\'', '"') + "]}";
    }

    private static String path(Book book, String merchant) {
        return book.path() + "/merchants/" + merchant + "/catalogue";
    }

    private static ValidatableResponse put(Book book, String merchant, String body, @Nullable String ifMatch) {
        var request = book.as(Role.COORDINATOR).body(body);
        if (ifMatch != null) {
            request.header("If-Match", ifMatch);
        }
        return request.put(path(book, merchant)).then();
    }

    private static ValidatableResponse get(Book book, String merchant) {
        return book.as(Role.APP).get(path(book, merchant)).then();
    }

    private Shop aShop(String... items) {
        var book = bank.aBook();
        var merchant = book.aMerchant();
        put(book, merchant, items(items), null).statusCode(201);
        return new Shop(book, merchant);
    }

    /** Buys as the works of redemptions do. */
    private final class Shop {
        private final Book book;
        private final String merchant;

        Shop(Book book, String merchant) {
            this.book = book;
            this.merchant = merchant;
        }

        Bought buy(String member, LocalDate day, long amount, Line... lines) {
            return new Bought(ask(member, day, amount, List.of(lines)).await().indefinitely());
        }

        Uni<Answer> ask(String member, LocalDate day, long amount, List<Line> lines) {
            return submit(member, lines, set -> Catalogue.buy(set, book.id(), merchant, member, lines, amount, day));
        }

        void giveBack(String member, LocalDate day, Line... lines) {
            Answer answer = submit(
                            member,
                            List.of(lines),
                            set -> Catalogue.giveBack(set, book.id(), merchant, member, List.of(lines), day))
                    .await()
                    .indefinitely();
            new Bought(answer).isSold();
        }

        private Uni<Answer> submit(String member, List<Line> lines, java.util.function.Consumer<WorkingSet> decision) {
            Ask ask = new Ask(new Importer(1), book.id(), null, new byte[0], Language.EN, "/", null);
            return commits.submit(ask, book.id(), new Work() {
                @Override
                public void needs(Needs needs) {
                    Merchants.need(needs, book.id(), merchant);
                    Catalogue.need(needs, book.id(), merchant, member, lines);
                }

                @Override
                public Answer decide(WorkingSet set) {
                    decision.accept(set);
                    return Answer.ok(Map.of());
                }
            });
        }
    }

    private record Bought(Answer answer) {
        void isSold() {
            assertThat(answer.status())
                    .as(new String(answer.body(), StandardCharsets.UTF_8))
                    .isEqualTo(200);
        }

        void isRefused(String code, Map<String, Object> facts) {
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            assertThat(answer.status()).as(body).isEqualTo(422);
            io.restassured.path.json.JsonPath json = io.restassured.path.json.JsonPath.from(body);
            assertThat(json.getString("code")).isEqualTo(code);
            facts.forEach(
                    (name, value) -> assertThat(json.getString(name)).as(name).isEqualTo(String.valueOf(value)));
        }
    }
}
