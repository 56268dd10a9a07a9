package org.moralbank.translog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.equalToIgnoringCase;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ExtractableResponse;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;
import org.moralbank.proofs.Bundles;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Consistency;
import org.moralbank.proofs.Frontier;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.Receipt;
import org.moralbank.proofs.VerificationKey;

/** The log over HTTP, as those read it who have only its keys. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class LogTest {
    private static final String FOR_EVER = "private, max-age=31536000, immutable";

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    /** A book with so many entries, all of them in its log. */
    private TestBank.Book aBook(int entries) {
        TestBank.Book book = bank.aBook();
        post(book, entries);
        return book;
    }

    private void post(TestBank.Book book, int entries) {
        for (int i = 0; i < entries; i++) {
            book.aMember().holding(1 + i, Unit.MIN);
        }
        TestLog.integrate(pool);
    }

    private static ExtractableResponse<Response> get(TestBank.Book book, String path) {
        return book.as(Role.AUDITOR)
                .get(book.path() + "/log" + path)
                .then()
                .statusCode(200)
                .extract();
    }

    private static List<VerificationKey> keys(TestBank.Book book) {
        return get(book, "/key").asString().lines().map(VerificationKey::parse).toList();
    }

    private static Checkpoint checkpoint(TestBank.Book book) {
        return Checkpoint.verified(get(book, "/checkpoint").asString(), keys(book));
    }

    // ---- what it proves ----------------------------------------------------------------------------------------

    @Test
    void theEntriesGiveTheSignedRoot() {
        var book = aBook(5);

        Checkpoint checkpoint = checkpoint(book);
        Frontier frontier = new Frontier();
        List<byte[]> entries = Bundles.read(get(book, "/tile/entries/000.p/5").asByteArray());
        entries.forEach(entry -> frontier.append(Hash.leaf(entry)));

        assertThat(checkpoint.origin()).isEqualTo("log.example/" + book.code());
        assertThat(checkpoint.size()).isEqualTo(5);
        assertThat(frontier.root()).isEqualTo(checkpoint.root());
        byte[] tile = get(book, "/tile/0/000.p/5").asByteArray();
        assertThat(tile).hasSize(5 * 32);
        assertThat(Hash.at(tile, 3)).isEqualTo(Hash.leaf(entries.get(3)));
        book.as(Role.APP)
                .get(book.path() + "/entries/4")
                .then()
                .body("leafHash", equalTo(Hash.at(tile, 3).hex()));
    }

    @Test
    void aReceiptHoldsForTheNewestCheckpointAndForOneThatWasPosted() {
        var book = aBook(3);
        String posted = get(book, "/checkpoint").asString();
        post(book, 4);

        byte[] entry =
                Bundles.read(get(book, "/tile/entries/000.p/7").asByteArray()).get(1);
        Receipt now = Receipt.parse(get(book, "/proofs/2").asString());
        Receipt then = Receipt.parse(get(book, "/proofs/2?size=3").asString());

        assertThat(now.verified(entry, keys(book)).size()).isEqualTo(7);
        assertThat(then.verified(entry, keys(book)).size()).isEqualTo(3);
        assertThat(then.checkpoint()).isEqualTo(posted);
        assertThat(get(book, "/checkpoint?size=3").asString()).isEqualTo(posted);
    }

    @Test
    void whoKeptACheckpointSeesThatTheLogHasKeptToIt() {
        var book = aBook(3);
        Checkpoint kept = checkpoint(book);
        post(book, 3);
        Checkpoint now = checkpoint(book);

        var proof = get(book, "/consistency?from=3&to=6").jsonPath();
        List<Hash> path =
                proof.getList("proof", String.class).stream().map(Hash::parse).toList();

        assertThat(new Consistency(3, 6, path).proves(kept.root(), now.root())).isTrue();
        assertThat(proof.getLong("from")).isEqualTo(3);
        assertThat(proof.getLong("to")).isEqualTo(6);
        assertThat(get(book, "/consistency?from=3").asString())
                .isEqualTo(get(book, "/consistency?from=3&to=6").asString());
    }

    // ---- as c2sp.org has it ------------------------------------------------------------------------------------

    @Test
    void saysOfWhatTypeItIsAndHowLongItMayBeKept() {
        var book = aBook(2);

        for (String path : List.of("/checkpoint", "/proofs/1", "/key")) {
            var answer = get(book, path);
            assertThat(answer.header("Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
            assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
        }
        for (String path : List.of("/tile/0/000.p/2", "/tile/entries/000.p/2")) {
            var answer = get(book, path);
            assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
            assertThat(answer.header("Cache-Control")).isEqualTo(FOR_EVER);
        }
        assertThat(get(book, "/checkpoint?size=2").header("Cache-Control")).isEqualTo(FOR_EVER);
    }

    @Test
    void compressesBundlesForWhoAcceptsIt() throws IOException, InterruptedException {
        var book = aBook(9);
        byte[] plain = raw(book, "identity").body();

        HttpResponse<byte[]> compressed = raw(book, "deflate, gzip;q=0.8");
        assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(compressed.headers().firstValue("Vary")).contains("Accept-Encoding");
        assertThat(compressed.body().length).isLessThan(plain.length / 2);
        assertThat(new GZIPInputStream(new java.io.ByteArrayInputStream(compressed.body())).readAllBytes())
                .isEqualTo(plain);
        for (String none : List.of("identity", "br", "gzip;q=0", "gzip; q=0.0, br")) {
            assertThat(raw(book, none).headers().firstValue("Content-Encoding"))
                    .as(none)
                    .isEmpty();
        }
    }

    private static HttpResponse<byte[]> raw(TestBank.Book book, String accepted)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + io.restassured.RestAssured.port
                        + book.path() + "/log/tile/entries/000.p/9"))
                .header("Authorization", "Bearer " + book.keyOf(Role.AUDITOR))
                .header("Accept-Encoding", accepted)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
    }

    @Test
    void hasTheTilesOfItsSizeAndNoOthers() {
        var book = aBook(258);

        assertThat(get(book, "/tile/0/000").asByteArray()).hasSize(8_192);
        assertThat(get(book, "/tile/0/001.p/2").asByteArray()).hasSize(64);
        assertThat(get(book, "/tile/1/000.p/1").asByteArray()).hasSize(32);
        assertThat(Bundles.read(get(book, "/tile/entries/000").asByteArray())).hasSize(256);
        assertThat(Bundles.read(get(book, "/tile/entries/001.p/2").asByteArray()))
                .hasSize(2);
        assertThat(get(book, "/proofs/257").asString()).contains("\nindex 256\n");
        for (String none : List.of(
                "tile/0/001",
                "tile/0/001.p/3",
                "tile/0/002.p/1",
                "tile/1/000.p/2",
                "tile/1/000",
                "tile/2/000.p/1",
                "tile/63/000.p/1",
                "tile/64/000.p/1",
                "tile/00/000",
                "tile/0/0",
                "tile/0/x000/000",
                "tile/0/000.p/0",
                "tile/0/000.p/256",
                "tile/entries/001",
                "tile/entries/001.p/3",
                "tile/entries/x999/x999/x999/x999/x999/999",
                "tile/x/000",
                "proofs/259",
                "proofs/0",
                "proofs/-1",
                "proofs/01",
                "proofs/1?size=257",
                "proofs/258?size=0",
                "checkpoint?size=257",
                "consistency?from=1&to=259")) {
            book.as(Role.AUDITOR)
                    .get(book.path() + "/log/" + none)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("code", equalTo("not-found"));
        }
        book.as(Role.AUDITOR)
                .get(book.path() + "/log/consistency?from=8&to=7")
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo("from"));
    }

    // ---- who may read it, and how it stands --------------------------------------------------------------------

    @Test
    void isReadByWhoMayReadTheEntries() {
        var book = aBook(1);

        for (String path :
                List.of("", "/checkpoint", "/tile/0/000.p/1", "/tile/entries/000.p/1", "/proofs/1", "/key")) {
            for (Role role : List.of(Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)) {
                book.as(role).get(book.path() + "/log" + path).then().statusCode(200);
            }
            book.as(Role.TERMINAL).get(book.path() + "/log" + path).then().statusCode(403);
            bank.aBook()
                    .as(Role.OPERATOR)
                    .get(book.path() + "/log" + path)
                    .then()
                    .statusCode(404);
        }
    }

    @Test
    void hasNothingBeforeItWasSigned() {
        var book = bank.aBook();

        book.as(Role.AUDITOR)
                .get(book.path() + "/log")
                .then()
                .statusCode(200)
                .body("size", equalTo(0))
                .body("keys", hasSize(0))
                .body("signedAt", nullValue());
        book.as(Role.AUDITOR).get(book.path() + "/log/checkpoint").then().statusCode(404);
        book.as(Role.AUDITOR).get(book.path() + "/log/consistency").then().statusCode(404);
        assertThat(get(book, "/key").asString()).isEmpty();
    }

    @Test
    void namesTheEntryOverWhichNothingIsSigned() throws SQLException {
        var book = aBook(3);
        try (Connection superuser = TestDatabase.shared().connectAsAdmin();
                var statement = superuser.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            String entry = " WHERE book_id = " + book.id() + " AND seq = 2";
            statement.execute("UPDATE ledger_entry SET canonical = canonical || 'x'" + entry);
            try {
                post(book, 1);

                book.as(Role.AUDITOR)
                        .get(book.path() + "/log")
                        .then()
                        .statusCode(200)
                        .body("size", equalTo(3))
                        .body("lastSeq", equalTo(4))
                        .body("refused.seq", equalTo(2))
                        .body("refused.reason", equalToIgnoringCase("ENTRY_CHANGED"));
                assertThat(checkpoint(book).size()).isEqualTo(3);
            } finally {
                statement.execute(
                        "UPDATE ledger_entry SET canonical = substr(canonical, 1, length(canonical) - 1)" + entry);
            }
        }
        TestLog.integrate(pool);

        book.as(Role.AUDITOR)
                .get(book.path() + "/log")
                .then()
                .body("size", equalTo(4))
                .body("refused", nullValue());
    }
}
