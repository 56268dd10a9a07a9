package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.moralbank.access.Role;

@QuarkusTest
class OpeningsTest extends Giving {
    @Test
    void bringsTimeAndPoints() {
        var book = bank.aBook();
        var anna = book.aMember();

        post(book, Role.OPERATOR, "/openings", "{'member':'%s','amount':600,'unit':'MIN'}".formatted(anna.id()))
                .statusCode(201)
                .header("Location", book.path() + "/openings/1")
                .body("entries[0].type", equalTo("OPENING"));
        post(book, Role.OPERATOR, "/openings", "{'member':'%s','amount':2000,'unit':'PTS'}".formatted(anna.id()))
                .statusCode(201);

        assertThat(balances(book))
                .containsEntry("3300::MIN:", -600L)
                .containsEntry("3300::PTS:", -2000L)
                .containsEntry("2100:" + anna.id() + ":MIN:", 600L)
                .containsEntry("2200:" + anna.id() + ":PTS:", 2000L);
        book.as(Role.AUDITOR).get(book.path() + "/openings/2").then().body("entries[0].unit", equalTo("PTS"));
    }

    @Test
    void isForTheOperatorOnly() {
        var book = bank.aBook();
        var body = "{'member':'%s','amount':600,'unit':'MIN'}"
                .formatted(book.aMember().id());

        changingNothing(book, () -> {
            post(book, Role.COORDINATOR, "/openings", body).statusCode(403);
            post(book, Role.APP, "/openings/bulk", "{'items':[]}").statusCode(403);
        });
    }

    @Test
    void refusesWhoIsUnknownOrHasLeft() {
        var book = bank.aBook();
        var gone = book.aMember("gone", "70-79");
        status(gone, "CLOSED");

        changingNothing(book, () -> {
            post(book, Role.OPERATOR, "/openings", "{'member':'nobody','amount':1,'unit':'MIN'}")
                    .statusCode(422)
                    .body("code", equalTo("unknown-member"));
            post(book, Role.OPERATOR, "/openings", "{'member':'gone','amount':1,'unit':'MIN'}")
                    .statusCode(422)
                    .body("code", equalTo("member-closed"));
        });
    }
}
