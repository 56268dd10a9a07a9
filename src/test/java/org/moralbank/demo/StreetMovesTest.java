package org.moralbank.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Client;
import org.moralbank.access.Clients;
import org.moralbank.access.Role;
import org.moralbank.imports.Moved;
import org.moralbank.platform.TestDatabase;
import org.moralbank.verifier.TestPack;

/** The street's books, each moved to another installation, are there what they were. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class StreetMovesTest {
    @Inject
    StreetPlay play;

    @Inject
    Clients clients;

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Test
    void eachBookIsTheSameAfterAMove() throws Exception {
        play.play(clients.ensure(
                        new Clients.NewClient(
                                Street.NAME, Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null),
                        ApiKey.generate())
                .await()
                .indefinitely()
                .client());
        for (String code : List.of("BHL", "NH", "QNL", "LS", "PF", "QX", "HUB-ST")) {
            short there = pool.preparedQuery("SELECT book_id FROM ledger_book WHERE code = $1")
                    .execute(Tuple.of(code))
                    .await()
                    .indefinitely()
                    .iterator()
                    .next()
                    .getShort(0);
            TestBank.Book here = bank.aBook();
            Moved moved = Moved.of(pool, there, code, here.code());

            String root = RestAssured.given()
                    .config(RestAssured.config()
                            .encoderConfig(EncoderConfig.encoderConfig()
                                    .encodeContentTypeAs("application/zip", ContentType.BINARY)))
                    .header("Authorization", "Bearer " + bank.operatorKey())
                    .header("Idempotency-Key", "move-" + code)
                    .contentType("application/zip")
                    .body(TestPack.of(here.code(), moved.entries(), moved.accounts())
                            .zipped())
                    .post(here.path() + "/imports")
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("root");

            assertThat(root).isEqualTo(Base64.getEncoder().encodeToString(TestPack.root(moved.entries())));
            assertThat(withoutStatus(Moved.tables(pool, here.id())))
                    .isEqualTo(withoutStatus(Moved.tables(pool, there)));
        }
    }

    /** Who was frozen or closed is not in the books. */
    private static List<String> withoutStatus(List<String> rows) {
        return rows.stream()
                .map(row -> row.replaceFirst(" (OPEN|FROZEN|CLOSED) ", " "))
                .toList();
    }
}
