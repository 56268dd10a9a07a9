package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** What the exports of a book may come to together. */
@QuarkusTest
@TestProfile(ExportRoomTest.WithLittleRoom.class)
@QuarkusTestResource(TestDatabase.class)
class ExportRoomTest {
    /** More than two small exports take, and less than one in all formats. */
    private static final int ROOM = 8 * 1024;

    private static final String SMALL = "{\"formats\":[\"JSONL\"]}";
    private static final String LARGE = "{\"formats\":[\"JSONL\",\"CSV\",\"HLEDGER\",\"BEANCOUNT\",\"XLSX\"]}";

    /** A book's exports have next to no room. */
    public static final class WithLittleRoom implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("moralbank.exports.most-bytes-of-a-book", Integer.toString(ROOM));
        }
    }

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    private TestBank.Book aBookWithEntries() {
        var book = bank.aBook();
        for (int i = 0; i < 5; i++) {
            book.aMember().holding(60, Unit.MIN);
        }
        return book;
    }

    @Test
    void anExportForWhichThereIsNoRoomIsGivenUpAndLeavesNothing() {
        var book = aBookWithEntries();
        String before = ExportsTest.export(book, SMALL);
        long kept = bytesOf(book);
        assertThat(kept).isPositive();

        String id = asked(book, LARGE);

        ExportsTest.awaitStatus(book, id, "FAILED");
        book.as(Role.AUDITOR)
                .get(book.path() + "/exports/" + id)
                .then()
                .body("lastError", equalTo("export-too-large"))
                .body("files.size()", is(0));
        assertThat(bytesOf(book)).isEqualTo(kept);
        for (String what : new String[] {"/pack", "/files/manifest.json"}) {
            book.as(Role.AUDITOR)
                    .header("Accept", "*/*")
                    .get(book.path() + "/exports/" + id + what)
                    .then()
                    .statusCode(409)
                    .body("code", equalTo("export-too-large"))
                    .body("mostBytes", is(ROOM));
            book.as(Role.AUDITOR)
                    .header("Accept", "*/*")
                    .get(book.path() + "/exports/" + before + what)
                    .then()
                    .statusCode(200);
        }
    }

    @Test
    void exportsAreMadeUpToTheBoundAndAgainWhenOneWasDeleted() {
        var book = aBookWithEntries();
        String first = ExportsTest.export(book, SMALL);
        long one = bytesOf(book);
        for (int made = 2; made <= ROOM / one; made++) {
            ExportsTest.export(book, SMALL);
        }

        String tooMuch = asked(book, SMALL);
        ExportsTest.awaitStatus(book, tooMuch, "FAILED");
        assertThat(bytesOf(book)).isEqualTo(ROOM / one * one).isLessThanOrEqualTo(ROOM);

        book.as(Role.AUDITOR).delete(book.path() + "/exports/" + first).then().statusCode(204);
        ExportsTest.export(book, SMALL);
        // Other books have room of their own.
        ExportsTest.export(aBookWithEntries(), SMALL);
    }

    @Test
    void whatIsBeingMadeOfAnotherExportTakesRoomToo() {
        var book = aBookWithEntries();
        String other = ExportsTest.export(book, SMALL);
        pool.preparedQuery("""
                        UPDATE export_job
                        SET status = 'RUNNING', ended_at = NULL, expires_at = NULL, lease_until = now() + interval '1 hour'
                        WHERE export_id = $1
                        """)
                .execute(Tuple.of(UUID.fromString(other)))
                .await()
                .indefinitely();
        pool.preparedQuery("""
                        INSERT INTO export_chunk (book_id, export_id, name, chunk_no, bytes)
                        SELECT book_id, export_id, 'journal.csv', 0, decode(repeat('00', $2), 'hex')
                        FROM export_job
                        WHERE export_id = $1
                        """)
                .execute(Tuple.of(UUID.fromString(other), ROOM))
                .await()
                .indefinitely();

        String id = asked(book, SMALL);

        ExportsTest.awaitStatus(book, id, "FAILED");
    }

    private static String asked(TestBank.Book book, String body) {
        return book.as(Role.AUDITOR)
                .body(body)
                .post(book.path() + "/exports")
                .then()
                .statusCode(201)
                .extract()
                .path("id");
    }

    /** What the exports of a book take. */
    private long bytesOf(TestBank.Book book) {
        return pool.preparedQuery(
                        "SELECT coalesce(sum(octet_length(bytes)), 0)::bigint FROM export_chunk WHERE book_id = $1")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }
}
