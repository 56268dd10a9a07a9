package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;

@QuarkusTest
class GiftsTest extends Giving {
    private static String gift(TestBank.Member from, TestBank.Member to, long amount, String unit) {
        return "{'from':'%s','to':'%s','amount':%d,'unit':'%s'}".formatted(from.id(), to.id(), amount, unit);
    }

    @Test
    void givesTimeToKinOfSixtyOrMoreADayAfterTheRegistration() {
        var book = bank.aBook();
        var son = book.aMember("son", "30-39").holding(60, Unit.MIN);
        var mother = book.aMember("mother", "60-69");
        kin(son, mother, Duration.ofHours(24).plusSeconds(1));

        post(book, Role.APP, "/gifts", gift(son, mother, 60, "MIN"))
                .statusCode(201)
                .header("Location", book.path() + "/gifts/2")
                .body("entries[0].type", equalTo("GIFT_TIME_KIN"))
                .body("entries[0].postings[1].balanceAfter", equalTo(60));

        assertThat(posted(book, "2100:mother:MIN:")).isEqualTo(60);
        book.as(Role.AUDITOR).get(book.path() + "/gifts/2").then().statusCode(200);
        assertThat(list(book, "/gifts?member=mother")).containsExactly("2");
        assertThat(list(book, "/gifts?member=nobody")).isEmpty();
        book.as(Role.AUDITOR).get(book.path() + "/gifts").then().body("items.id[0]", equalTo("2"));
    }

    @Test
    void refusesWhoIsNotKinOrNotYetOrTooYoung() {
        var book = bank.aBook();
        var son = book.aMember("son", "30-39").holding(60, Unit.MIN);
        var mother = book.aMember("mother", "60-69");
        var fresh = book.aMember("fresh", "80+");
        var sister = book.aMember("sister", "50-59");
        kin(mother, son, Duration.ofDays(9));
        kin(son, fresh, Duration.ofHours(24).minusMinutes(1));
        kin(son, sister, Duration.ofDays(9));

        changingNothing(book, () -> {
            refused(book, gift(son, mother, 1, "MIN"), "not-kin");
            refused(book, gift(son, fresh, 1, "MIN"), "kin-cooling-off");
            refused(book, gift(son, sister, 1, "MIN"), "kin-too-young");
        });
    }

    @Test
    void refusesInTheDocumentedOrder() {
        var book = bank.aBook();
        var son = book.aMember("son", "30-39");
        var gone = book.aMember("gone", "70-79");
        var frozen = book.aMember("frozen", "70-79");
        var nobody = new TestBank.Member(book, "nobody");
        status(gone, "CLOSED");
        status(frozen, "FROZEN");
        kin(son, gone, Duration.ofDays(9));
        kin(son, frozen, Duration.ofDays(9));

        changingNothing(book, () -> {
            refused(book, gift(son, son, 1, "PTS"), "gift-of-time-only");
            refused(book, gift(son, son, 1, "MIN"), "same-member");
            refused(book, gift(nobody, son, 1, "MIN"), "unknown-member");
            refused(book, gift(gone, nobody, 1, "MIN"), "member-closed");
            refused(book, gift(frozen, nobody, 1, "MIN"), "member-frozen");
            refused(book, gift(son, nobody, 1, "MIN"), "unknown-member");
            refused(book, gift(son, gone, 1, "MIN"), "member-closed");
            refused(book, gift(son, frozen, 1, "MIN"), "insufficient-balance");
        });
    }

    @Test
    void leavesGrantedTimeAlone() {
        var book = bank.aBook();
        var today = LocalDate.now(ZoneId.of("Asia/Shanghai"));
        var mother = book.aMember("mother", "60-69");
        var son = book.aMember("son", "30-39")
                .holding(10, Unit.MIN)
                .holding(50, Unit.MIN, new Lot("PUBLIC", today.plusDays(9), true));
        kin(son, mother, Duration.ofDays(9));

        changingNothing(book, () -> refused(book, gift(son, mother, 11, "MIN"), "insufficient-balance"));
        post(book, Role.APP, "/gifts", gift(son, mother, 10, "MIN")).statusCode(201);

        assertThat(posted(book, "2100:son:MIN:")).isZero();
    }

    private void refused(TestBank.Book book, String body, String code) {
        post(book, Role.APP, "/gifts", body).statusCode(422).body("code", equalTo(code));
    }
}
