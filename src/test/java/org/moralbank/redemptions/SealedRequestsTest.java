package org.moralbank.redemptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.TestBank.Book;
import org.moralbank.access.ApiKey;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.Json;
import org.moralbank.platform.Sha256;
import org.moralbank.platform.TestDatabase;

/** What is kept of a request that shows a code: nothing from which the code could be found by trial. Over HTTP. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class SealedRequestsTest {
    private static final String KEY = "till-1";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Test
    void keepsNoPlainHashOfARequestThatShowsAVoucherWhichIsStillGood() {
        var till = aTill();
        String voucher = till.book.aMember().holding(1000, Unit.PTS).voucher(400);
        byte[] body = sale(till, voucher);

        till.send("/redemptions", body).statusCode(422).body("code", equalTo("insufficient-balance"));

        assertThat(kept(till)).isNotEqualTo(till.plainHash("/redemptions", body));
        till.send("/redemptions", body).statusCode(422).header("Idempotent-Replayed", "true");
    }

    @Test
    void keepsThePlainHashOfARequestWithoutACode() {
        var till = aTill();
        byte[] body = Json.bytes(Map.of("merchant", till.merchant, "terminal", "T1", "terminalTransaction", "1"));

        till.send("/redemptions/reversals", body).statusCode(200);

        // Thus the hash of this test is the service's.
        assertThat(kept(till)).isEqualTo(till.plainHash("/redemptions/reversals", body));
    }

    @Test
    void keepsNoPlainHashOfAnUploadNotEvenOfRowsWhoseFormIsWrong() {
        var till = aTill();
        String voucher = till.book.aMember().holding(1000, Unit.PTS).voucher(400);
        byte[] body = Json.bytes(Map.of(
                "merchant",
                till.merchant,
                "terminal",
                "T1",
                "allowance",
                UUID.randomUUID().toString(),
                "signature",
                "x".repeat(40),
                "rows",
                List.of(Map.of("terminalTransaction", "1", "code", voucher, "amount", -1, "at", "yesterday"))));

        till.send("/redemptions/offline", body).statusCode(200).body("refused", equalTo(1));

        assertThat(kept(till)).isNotEqualTo(till.plainHash("/redemptions/offline", body));
    }

    @Test
    void answersWhatWasKeptBeforeRequestsWereSealedAndNothingElseUnderItsKey() {
        var till = aTill();
        var anna = till.book.aMember().holding(1000, Unit.PTS);
        byte[] body = sale(till, anna.payCode());
        byte[] other = sale(till, anna.payCode());
        String answered = "{\"status\":\"CAPTURED\",\"id\":\"of before\"}";
        pool.preparedQuery("""
                        INSERT INTO commit_answer (book_id, client_id, key, fingerprint, status, location, body)
                        VALUES ($1, $2, $3, $4, 201, NULL, $5)
                        """)
                .execute(Tuple.of(
                        (short) till.book.id(),
                        clientOf(till),
                        KEY,
                        Buffer.buffer(till.plainHash("/redemptions", body)),
                        Buffer.buffer(answered)))
                .await()
                .indefinitely();

        String again = till.send("/redemptions", body)
                .statusCode(201)
                .header("Idempotent-Replayed", "true")
                .extract()
                .asString();
        till.send("/redemptions", other).statusCode(422).body("code", equalTo("idempotency-key-reused"));

        assertThat(again).isEqualTo(answered);
    }

    // ---- fixtures ------------------------------------------------------------------------------------------------

    private record Till(Book book, String merchant, String apiKey) {
        ValidatableResponse send(String path, byte[] body) {
            return book.request(apiKey)
                    .header("Idempotency-Key", KEY)
                    .body(body)
                    .post(book.path() + path)
                    .then();
        }

        /** As api.md says it: of method, path, sorted query and canonical body. */
        byte[] plainHash(String path, byte[] body) {
            try {
                String line = "POST " + book.path() + path + "\n\n";
                return Sha256.of(line.getBytes(StandardCharsets.UTF_8), CanonicalJson.of(body));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    private Till aTill() {
        var book = bank.aBook();
        String merchant = book.aMerchant();
        book.aTerminal(merchant, "T1", false);
        return new Till(book, merchant, book.keyOfTerminal(merchant, "T1"));
    }

    /** More than the voucher of the tests, and less than the member has. */
    private static byte[] sale(Till till, String code) {
        return Json.bytes(Map.of(
                "mode",
                "SALE",
                "code",
                code,
                "merchant",
                till.merchant,
                "amount",
                500,
                "unit",
                "PTS",
                "terminalTransaction",
                "1"));
    }

    private int clientOf(Till till) {
        return one(
                        "SELECT client_id FROM access_key WHERE key_hash = $1",
                        Tuple.of(Buffer.buffer(ApiKey.hash(till.apiKey))))
                .getInteger(0);
    }

    private byte[] kept(Till till) {
        return one(
                        "SELECT fingerprint FROM commit_answer WHERE book_id = $1 AND client_id = $2 AND key = $3",
                        Tuple.of((short) till.book.id(), clientOf(till), KEY))
                .getBuffer(0)
                .getBytes();
    }

    private Row one(String sql, Tuple arguments) {
        return pool.preparedQuery(sql)
                .execute(arguments)
                .await()
                .indefinitely()
                .iterator()
                .next();
    }
}
