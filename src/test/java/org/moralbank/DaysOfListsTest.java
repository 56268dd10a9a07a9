package org.moralbank;

import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.hasSize;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.access.Role;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Ids;
import org.moralbank.platform.TestDatabase;

/** Lists that filter by the days on which something was registered, made or ordered: days of the book's calendar. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DaysOfListsTest {
    /** In Shanghai the last moment of January, and the first and the last of the first of February. */
    private static final List<String> MOMENTS = List.of(
            "2025-01-31T15:59:59.999999Z",
            "2025-01-31T16:00:00Z",
            "2025-02-01T15:59:59.999999Z",
            "2025-02-01T16:00:00Z");

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    enum Listed {
        MEMBERS("members", "memberId", "member", "member_id", "registered_at"),
        TEAMS("teams", "teamId", "member_team", "team_id", "registered_at"),
        MERCHANTS("merchants", "id", "redemption_merchant", "merchant_id", "registered_at"),
        VOUCHERS("vouchers", "id", "pay_voucher", "voucher_id", "created_at"),
        EXPORTS("exports", "id", "export_job", "export_id", "created_at"),
        LINE_JOBS("line-jobs", "id", "line_job", "job_id", "created_at"),
        SELF_AUDITS("self-audits", "id", "audit_run", "run_id", "ordered_at");

        private final String path;
        private final String id;
        private final String table;
        private final String key;
        private final String time;

        Listed(String path, String id, String table, String key, String time) {
            this.path = path;
            this.id = id;
            this.table = table;
            this.key = key;
            this.time = time;
        }
    }

    @ParameterizedTest
    @EnumSource
    void bothDaysAreIncludedAndAreThoseOfTheBooksCalendar(Listed listed) {
        var book = bank.aBook();
        List<String> ids = new ArrayList<>();
        for (String moment : MOMENTS) {
            String id = one(book, listed);
            ids.add(id);
            sql(
                    BY_HAND
                            + "UPDATE %s SET %s = $3 WHERE book_id = $1 AND %s::text = $2"
                                    .formatted(listed.table, listed.time, listed.key),
                    Tuple.of((short) book.id(), id, OffsetDateTime.parse(moment)));
        }

        lists(book, listed, "?from=2025-02-01&to=2025-02-01", ids.get(1), ids.get(2));
        lists(book, listed, "?to=2025-01-31", ids.get(0));
        lists(book, listed, "?from=2025-02-02", ids.get(3));
        book.as(Role.OPERATOR)
                .get(book.path() + "/" + listed.path + "?from=2025-01-31&to=2025-02-02")
                .then()
                .body("items", hasSize(4));
    }

    private static void lists(TestBank.Book book, Listed listed, String query, String... ids) {
        book.as(Role.OPERATOR)
                .get(book.path() + "/" + listed.path + query)
                .then()
                .statusCode(200)
                .body("items." + listed.id, containsInAnyOrder(ids));
    }

    private String one(TestBank.Book book, Listed listed) {
        return switch (listed) {
            case MEMBERS -> book.aMember().id();
            case TEAMS -> book.aTeam();
            case MERCHANTS -> book.aMerchant();
            case VOUCHERS -> {
                var anna = book.aMember().holding(10, Unit.PTS);
                yield made(book, listed, "{\"member\":\"%s\",\"amount\":10,\"unit\":\"PTS\"}".formatted(anna.id()));
            }
            case EXPORTS -> made(book, listed, "{\"formats\":[\"JSONL\"]}");
            case LINE_JOBS -> aLineJob(book);
            case SELF_AUDITS -> aSelfAudit(book);
        };
    }

    private static String made(TestBank.Book book, Listed listed, String body) {
        return book.as(Role.OPERATOR)
                .body(body)
                .post(book.path() + "/" + listed.path)
                .then()
                .extract()
                .path("id");
    }

    /** One that has ended: its row is changed by nobody any more. */
    private static String aLineJob(TestBank.Book book) {
        String id = book.as(Role.OPERATOR)
                .body("{\"items\":[{\"member\":\"A\",\"amount\":1,\"unit\":\"MIN\",\"reference\":\"O-1\"}]}")
                .post(book.path() + "/openings/line-jobs")
                .then()
                .extract()
                .path("id");
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            while (book.as(Role.OPERATOR).get(book.path() + "/line-jobs/" + id).path("endedAt") == null) {
                Thread.onSpinWait();
            }
        });
        return id;
    }

    /** One that has ended: a book has one at a time. */
    private String aSelfAudit(TestBank.Book book) {
        var id = Ids.next();
        sql("""
                INSERT INTO audit_run (book_id, run_id, extent, status, ordered_by, ordered_at, after_seq, through_seq, fence,
                                       begun_at, ended_at)
                VALUES ($1, $2, 'FULL', 'WHOLE', 'tests', now(), 0, 0, 1, now(), now())
                """, Tuple.of((short) book.id(), id));
        return id.toString();
    }

    private void sql(String sql, Tuple arguments) {
        pool.preparedQuery(sql).execute(arguments).await().indefinitely();
    }
}
