package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;

@QuarkusTest
class TransfersTest extends Giving {
    private static final LocalDate TODAY = LocalDate.now(ZoneId.of("Asia/Shanghai"));

    private static String transfer(TestBank.Member from, TestBank.Member to, Object amount, String unit) {
        return "{'from':'%s','to':'%s','amount':%s,'unit':'%s'}".formatted(from.id(), to.id(), amount, unit);
    }

    @Test
    void givesTimeFromOneMemberToAnother() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        var response = post(book, Role.APP, "/transfers", transfer(anna, bela, 60, "MIN"));

        response.statusCode(201)
                .header("Location", book.path() + "/transfers/2")
                .body("id", equalTo("2"))
                .body("entries[0].type", equalTo("TRANSFER_TIME"))
                .body("entries[0].postings[0].balanceAfter", equalTo(0))
                .body("entries[0].postings[1].balanceAfter", equalTo(60));
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(60);
    }

    @Test
    void givesPointsOnlyWhereTheBookAllowsIt() {
        var closed = bank.aBook();
        var anna = closed.aMember().holding(60, Unit.PTS);
        var bela = closed.aMember();
        var open = bank.aBook(true, 0, true);
        var carl = open.aMember().holding(60, Unit.PTS);
        var dora = open.aMember();

        changingNothing(
                closed,
                () -> post(closed, Role.APP, "/transfers", transfer(anna, bela, 1, "PTS"))
                        .statusCode(422)
                        .body("code", equalTo("points-transfer-off")));
        post(open, Role.APP, "/transfers", transfer(carl, dora, 1, "PTS"))
                .statusCode(201)
                .body("entries[0].type", equalTo("TRANSFER_POINTS"));

        assertThat(posted(open, "2200:" + dora.id() + ":PTS:")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "0, amount",
        "-1, amount",
        "1000000000001, amount",
        "9223372036854775808, amount",
        "100000000000000000000000, amount",
        "1.5, amount",
        "60.0, amount",
        "1e2, amount",
        "'\"60\"', amount",
        "true, amount",
        "null, amount",
        "[60], amount",
        "{}, amount"
    })
    void refusesAnAmountThatIsNoWholeNumberWithinBounds(String amount, String field) {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        changingNothing(
                book,
                () -> post(book, Role.APP, "/transfers", transfer(anna, bela, amount, "MIN"))
                        .statusCode(400)
                        .body("code", equalTo("invalid-request"))
                        .body("errors.field", hasItem(field)));
    }

    @Test
    void takesAmountsFromOneToTheLargest() {
        var book = bank.aBook();
        var anna = book.aMember().holding(1_000_000_000_000L, Unit.MIN).holding(1, Unit.MIN);
        var bela = book.aMember();

        post(book, Role.APP, "/transfers", transfer(anna, bela, 1, "MIN")).statusCode(201);
        post(book, Role.APP, "/transfers", transfer(anna, bela, 1_000_000_000_000L, "MIN"))
                .statusCode(201);

        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(1_000_000_000_001L);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{'to':'B','amount':1,'unit':'MIN'}; 400; from",
                "{'from':'','to':'B','amount':1,'unit':'MIN'}; 400; from",
                "{'from':'A b','to':'B','amount':1,'unit':'MIN'}; 400; from",
                "{'from':7,'to':'B','amount':1,'unit':'MIN'}; 400; from",
                "{'from':'A','to':'B','amount':1,'unit':'EUR'}; 400; unit",
                "{'from':'A','to':'B','amount':1}; 400; unit",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','note':'x'}; 400; note",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','occurredOn':'2999-01-01'}; 400; occurredOn",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','occurredOn':'yesterday'}; 400; occurredOn",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','reference':'a b'}; 400; reference",
                "{'from':'A','to':'B','amount':1,'unit':'MIN','metadata':{'a':1}}; 400; metadata.a",
            },
            delimiter = ';')
    void namesTheFieldThatIsMalformed(String body, int status, String field) {
        var book = bank.aBook();

        changingNothing(
                book,
                () -> post(book, Role.APP, "/transfers", body)
                        .statusCode(status)
                        .body("errors.field", hasItem(field)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "{; unreadable-body",
                "{'from':'A','from':'B'}; unreadable-body",
                "{} {}; invalid-request",
                "[]; invalid-request",
                "null; invalid-request"
            },
            delimiter = ';')
    void refusesABodyThatIsNoObject(String body, String code) {
        var book = bank.aBook();

        post(book, Role.APP, "/transfers", body).statusCode(400).body("code", equalTo(code));
    }

    @Test
    void refusesWhoCannotTakePartInTheDocumentedOrder() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var frozen = book.aMember().holding(60, Unit.MIN);
        var gone = book.aMember();
        var nobody = new TestBank.Member(book, "nobody");
        status(frozen, "FROZEN");
        status(gone, "CLOSED");

        changingNothing(book, () -> {
            refused(book, nobody, nobody, "same-member");
            refused(book, nobody, gone, "unknown-member");
            refused(book, anna, nobody, "unknown-member");
            refused(book, gone, anna, "member-closed");
            refused(book, anna, gone, "member-closed");
            refused(book, frozen, gone, "member-frozen");
        });

        post(book, Role.APP, "/transfers", transfer(anna, frozen, 60, "MIN")).statusCode(201);
    }

    private void refused(TestBank.Book book, TestBank.Member from, TestBank.Member to, String code) {
        post(book, Role.APP, "/transfers", transfer(from, to, 1, "MIN"))
                .statusCode(422)
                .body("code", equalTo(code));
    }

    @Test
    void spendsWhatIsThereAndNotOneMinuteMore() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        changingNothing(
                book,
                () -> post(book, Role.APP, "/transfers", transfer(anna, bela, 61, "MIN"))
                        .statusCode(422)
                        .body("code", equalTo("insufficient-balance"))
                        .body("available", equalTo(60))
                        .body("wanted", equalTo(61)));
        post(book, Role.APP, "/transfers", transfer(anna, bela, 60, "MIN")).statusCode(201);
    }

    @Test
    void spendsWhatExpiresFirstAndThenTheRestrictedAndThenTheOwn() {
        var book = bank.aBook();
        var late = new Lot("PUBLIC", TODAY.plusDays(9), true);
        var soon = new Lot("OTHER", TODAY, true);
        var anna =
                book.aMember().holding(10, Unit.MIN).holding(10, Unit.MIN, late).holding(10, Unit.MIN, soon);
        var bela = book.aMember();

        post(book, Role.APP, "/transfers", transfer(anna, bela, 25, "MIN")).statusCode(201);

        String account = "2100:" + anna.id() + ":MIN:";
        assertThat(posted(book, account + soon.name())).isZero();
        assertThat(posted(book, account + late.name())).isZero();
        assertThat(posted(book, account)).isEqualTo(5);
        assertThat(posted(book, "2100:" + bela.id() + ":MIN:")).isEqualTo(25);
    }

    @Test
    void doesNotSpendWhatHasExpired() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.MIN, new Lot("PUBLIC", TODAY.minusDays(1), true));
        var bela = book.aMember();

        changingNothing(
                book,
                () -> post(book, Role.APP, "/transfers", transfer(anna, bela, 1, "MIN"))
                        .statusCode(422)
                        .body("code", equalTo("insufficient-balance"))
                        .body("available", equalTo(0)));
    }

    @Test
    void keepsOutWhoMayNot() {
        var book = bank.aBook();
        var other = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var body = transfer(anna, book.aMember(), 1, "MIN");

        changingNothing(book, () -> {
            post(book, Role.AUDITOR, "/transfers", body).statusCode(403);
            post(book, Role.TERMINAL, "/transfers", body).statusCode(403);
            other.as(Role.APP)
                    .body(body.replace('\'', '"'))
                    .post(book.path() + "/transfers")
                    .then()
                    .statusCode(404);
        });
        book.as(Role.TERMINAL).get(book.path() + "/transfers").then().statusCode(403);
        book.as(Role.AUDITOR).get(book.path() + "/transfers").then().statusCode(200);
    }

    @Test
    void tellsTheProblemInChineseWhenThatIsPreferred() {
        var book = bank.aBook();
        var anna = book.aMember();

        book.as(Role.APP)
                .header("Accept-Language", "zh-CN")
                .body(transfer(anna, anna, 1, "MIN").replace('\'', '"'))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("title", equalTo("付款人与收款人相同"));
    }

    @Test
    void listsTransfersInPagesAndNothingElse() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        for (int i = 1; i <= 3; i++) {
            post(
                            book,
                            Role.APP,
                            "/transfers",
                            "{'from':'%s','to':'%s','amount':%d,'unit':'MIN','reference':'T-%d'}"
                                    .formatted(anna.id(), bela.id(), i, i))
                    .statusCode(201);
        }

        String next = book.as(Role.APP)
                .get(book.path() + "/transfers?limit=2")
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of("2", "3")))
                .body("items[0].entries[0].postings", hasSize(2))
                .extract()
                .path("next");
        book.as(Role.APP)
                .get(book.path() + "/transfers?limit=2&after=" + next)
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of("4")))
                .body("next", nullValue());
        book.as(Role.APP).get(book.path() + "/transfers?reference=T-2").then().body("items.id", equalTo(List.of("3")));
        book.as(Role.APP).get(book.path() + "/transfers?unit=PTS").then().body("items", hasSize(0));
        book.as(Role.APP).get(book.path() + "/openings").then().body("items.id", equalTo(List.of("1")));
    }

    @Test
    void listsWhatAMemberGaveOrGotAndEachOnce() {
        var book = bank.aBook();
        var anna = book.aMember().holding(10, Unit.MIN).holding(10, Unit.MIN, new Lot("PUBLIC", TODAY, true)); // 1, 2
        var bela = book.aMember().holding(60, Unit.MIN); // 3
        var carl = book.aMember();
        for (String body : List.of(
                transfer(anna, bela, 15, "MIN"), // 4, of two lots
                transfer(bela, carl, 5, "MIN"), // 5
                transfer(bela, anna, 1, "MIN"), // 6
                transfer(bela, carl, 5, "MIN"))) { // 7
            post(book, Role.APP, "/transfers", body).statusCode(201);
        }
        var other = bank.aBook();
        var theOther = other.aMember().holding(60, Unit.MIN);
        post(other, Role.APP, "/transfers", transfer(theOther, other.aMember(), 1, "MIN"))
                .statusCode(201);

        assertThat(list(book, "/transfers?member=" + anna.id())).containsExactly("4", "6");
        assertThat(list(book, "/transfers?member=" + bela.id())).containsExactly("4", "5", "6", "7");
        assertThat(list(book, "/transfers?member=" + carl.id())).containsExactly("5", "7");
        assertThat(list(book, "/transfers?unit=PTS&member=" + anna.id())).isEmpty();
        assertThat(list(book, "/transfers?member=nobody")).isEmpty();
        assertThat(list(book, "/openings?member=" + bela.id())).containsExactly("3");
        String next = book.as(Role.APP)
                .get(book.path() + "/transfers?limit=1&member=" + anna.id())
                .then()
                .body("items.id", equalTo(List.of("4")))
                .extract()
                .path("next");
        assertThat(list(book, "/transfers?limit=1&member=" + anna.id() + "&after=" + next))
                .containsExactly("6");
    }

    @Test
    void refusesAListThatIsAskedForWrongly() {
        var book = bank.aBook();

        for (String query : new String[] {
            "limit=0", "limit=501", "limit=x", "unit=EUR", "from=x", "to=2025-13-01", "member=", "member=a:b"
        }) {
            book.as(Role.APP)
                    .get(book.path() + "/transfers?" + query)
                    .then()
                    .statusCode(400)
                    .body("errors.field", hasItem(query.substring(0, query.indexOf('='))));
        }
    }

    @Test
    void showsOneByItsNumberAndNothingThatIsNoTransfer() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        post(book, Role.APP, "/transfers", transfer(anna, book.aMember(), 60, "MIN"))
                .statusCode(201);

        book.as(Role.APP)
                .get(book.path() + "/transfers/2")
                .then()
                .statusCode(200)
                .body("id", equalTo("2"))
                .body("entries[0].postings[0].amount", equalTo(-60));
        for (String id : new String[] {"1", "3", "0", "-1", "x", "99999999999999999999"}) {
            book.as(Role.APP)
                    .get(book.path() + "/transfers/" + id)
                    .then()
                    .statusCode(404)
                    .body("code", equalTo("not-found"))
                    .body("what", equalTo("transfer"));
        }
    }
}
