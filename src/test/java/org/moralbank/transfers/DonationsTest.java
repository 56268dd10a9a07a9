package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;

@QuarkusTest
class DonationsTest extends Giving {
    @Test
    void givesAMembersTimeAndPointsToThePools() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN).holding(100, Unit.PTS);

        post(book, Role.APP, "/donations", "{'giver':'%s','amount':60,'unit':'MIN'}".formatted(anna.id()))
                .statusCode(201)
                .header("Location", book.path() + "/donations/3")
                .body("entries[0].type", equalTo("DONATE_TIME"));
        post(book, Role.APP, "/donations", "{'giver':'%s','amount':99,'unit':'PTS'}".formatted(anna.id()))
                .statusCode(201)
                .body("entries[0].type", equalTo("DONATE_POINTS"));

        assertThat(posted(book, "2400::MIN:")).isEqualTo(60);
        assertThat(posted(book, "2410::PTS:")).isEqualTo(99);
        assertThat(posted(book, "2200:" + anna.id() + ":PTS:")).isEqualTo(1);
        book.as(Role.APP).get(book.path() + "/donations").then().body("items.id", equalTo(List.of("3", "4")));
    }

    @Test
    void givesATeamsTimeButNotItsPoints() {
        var book = bank.aBook();
        team(book, "TEAM-01");
        book.open(Holder.of(book.id(), Chart.TEAM_TIME, "TEAM-01"), Lot.OWN, 60);

        changingNothing(
                book,
                () -> post(book, Role.APP, "/donations", "{'team':'TEAM-01','amount':60,'unit':'PTS'}")
                        .statusCode(422)
                        .body("code", equalTo("team-gives-time-only")));
        post(book, Role.APP, "/donations", "{'team':'TEAM-01','amount':60,'unit':'MIN'}")
                .statusCode(201);

        assertThat(posted(book, "2110:TEAM-01:MIN:")).isZero();
        assertThat(posted(book, "2400::MIN:")).isEqualTo(60);
    }

    /** A donation that it had given on was taken back. */
    @ParameterizedTest
    @EnumSource(Unit.class)
    void whatThePoolOwesIsPaidFromTheNextDonation(Unit unit) {
        boolean time = unit == Unit.MIN;
        String donation = time ? "DONATE_TIME" : "DONATE_POINTS";
        var book = bank.aBook();
        var anna = book.aMember().holding(100, unit);
        book.post(
                Holder.of(book.id(), time ? Chart.SHORTFALL_TIME : Chart.SHORTFALL_POINTS, Holder.POOL),
                new Holder(book.id(), Chart.OPENING, "", unit),
                Lot.OWN,
                70);

        donate(book, anna, 60, unit)
                .body("entries.type", contains(donation, "SHORTFALL_RECOVER"))
                .body("entries.group.unique()", hasSize(1))
                .body("entries.group", not(hasItem(nullValue())));
        donate(book, anna, 30, unit).body("entries.type", contains(donation, "SHORTFALL_RECOVER"));
        donate(book, anna, 5, unit)
                .body("entries.type", contains(donation))
                .body("entries.group", contains(nullValue()));

        book.as(Role.AUDITOR)
                .get(book.path() + (time ? "/accounts/1610:POOL:MIN" : "/accounts/1600:POOL:PTS"))
                .then()
                .body("posted", equalTo(0));
        book.as(Role.AUDITOR)
                .get(book.path() + (time ? "/accounts/2400:MIN" : "/accounts/2410:PTS"))
                .then()
                .body("posted", equalTo(25));
    }

    private static ValidatableResponse donate(TestBank.Book book, TestBank.Member giver, long amount, Unit unit) {
        return book.as(Role.APP)
                .body(Map.of("giver", giver.id(), "amount", amount, "unit", unit))
                .post(book.path() + "/donations")
                .then()
                .statusCode(201);
    }

    @Test
    void listsWhatAMemberOrATeamGave() {
        var book = bank.aBook();
        var anna = book.aMember("TEAM-01", "70-79").holding(60, Unit.MIN).holding(60, Unit.PTS); // 1, 2
        team(book, "TEAM-01"); // of the same id
        book.open(Holder.of(book.id(), Chart.TEAM_TIME, "TEAM-01"), Lot.OWN, 60); // 3
        for (String body : List.of(
                "{'giver':'TEAM-01','amount':1,'unit':'MIN'}",
                "{'team':'TEAM-01','amount':1,'unit':'MIN'}",
                "{'giver':'TEAM-01','amount':1,'unit':'PTS'}")) {
            post(book, Role.APP, "/donations", body).statusCode(201);
        }

        assertThat(list(book, "/donations?giver=" + anna.id())).containsExactly("4", "6");
        assertThat(list(book, "/donations?team=TEAM-01")).containsExactly("5");
        assertThat(list(book, "/donations?team=TEAM-01&giver=" + anna.id())).isEmpty();
        assertThat(list(book, "/donations?giver=nobody")).isEmpty();
        for (String query : new String[] {"giver=a:b", "team=a:b"}) {
            book.as(Role.APP)
                    .get(book.path() + "/donations?" + query)
                    .then()
                    .statusCode(400)
                    .body("errors.field", hasItem(query.substring(0, query.indexOf('='))));
        }
    }

    @Test
    void wantsExactlyOneGiver() {
        var book = bank.aBook();

        post(book, Role.APP, "/donations", "{'giver':'A','team':'B','amount':1,'unit':'MIN'}")
                .statusCode(400)
                .body("errors.field", hasItem("giver"));
        post(book, Role.APP, "/donations", "{'amount':1,'unit':'MIN'}")
                .statusCode(400)
                .body("errors.field", hasItem("giver"));
    }

    @Test
    void refusesWhoCannotGive() {
        var book = bank.aBook();
        var frozen = book.aMember("frozen", "70-79").holding(60, Unit.MIN);
        var gone = book.aMember("gone", "70-79");
        var granted = book.aMember("granted", "70-79")
                .holding(60, Unit.MIN, new Lot("PUBLIC", LocalDate.now().plusDays(9), true));
        status(frozen, "FROZEN");
        status(gone, "CLOSED");

        changingNothing(book, () -> {
            refused(book, "'giver':'nobody'", "unknown-member");
            refused(book, "'giver':'gone'", "member-closed");
            refused(book, "'giver':'frozen'", "member-frozen");
            refused(book, "'team':'nobody'", "unknown-team");
            refused(book, "'giver':'" + granted.id() + "'", "insufficient-balance");
        });
    }

    private void refused(TestBank.Book book, String giver, String code) {
        post(book, Role.APP, "/donations", "{" + giver + ",'amount':1,'unit':'MIN'}")
                .statusCode(422)
                .body("code", equalTo(code));
    }
}
