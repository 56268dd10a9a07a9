package org.moralbank.transfers;

import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class TransfersTest {
    @Inject
    TestBank bank;

    @Test
    void givesTimeFromOneMemberToAnother() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();

        book.as(Role.APP)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":60,\"unit\":\"MIN\"}".formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201)
                .body("entries[0].postings[0].balanceAfter", equalTo(0))
                .body("entries[0].postings[1].balanceAfter", equalTo(60));
    }
}
