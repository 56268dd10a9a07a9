package org.moralbank.transfers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.TestBank.BY_HAND;

import io.quarkus.test.common.QuarkusTestResource;
import io.restassured.response.ValidatableResponse;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** What the tests of this package do again and again: post, and look at the books. */
@QuarkusTestResource(TestDatabase.class)
abstract class Giving {
    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    ValidatableResponse post(TestBank.Book book, Role role, String path, String body) {
        return book.as(role)
                .body(body.replace('\'', '"'))
                .post(book.path() + path)
                .then();
    }

    /** The ids of a page. */
    List<String> list(TestBank.Book book, String path) {
        return book.as(Role.APP)
                .get(book.path() + path)
                .then()
                .statusCode(200)
                .extract()
                .path("items.id");
    }

    /** Everything that a book holds, by account; what a refusal must leave as it was. */
    TreeMap<String, Long> balances(TestBank.Book book) {
        var balances = new TreeMap<String, Long>();
        for (Row row : rows("""
                SELECT code || ':' || owner || ':' || unit || ':' || lot, posted
                FROM ledger_account
                WHERE book_id = $1
                """, Tuple.of((short) book.id()))) {
            balances.put(row.getString(0), row.getLong(1));
        }
        return balances;
    }

    long posted(TestBank.Book book, String account) {
        return balances(book).getOrDefault(account, 0L);
    }

    long entries(TestBank.Book book) {
        return rows("SELECT count(*) FROM ledger_entry WHERE book_id = $1", Tuple.of((short) book.id()))
                .getFirst()
                .getLong(0);
    }

    /** Runs something that posts nothing, and sees that it did not. */
    void changingNothing(TestBank.Book book, Runnable refused) {
        var before = balances(book);
        var count = entries(book);

        refused.run();

        assertThat(balances(book)).isEqualTo(before);
        assertThat(entries(book)).isEqualTo(count);
    }

    void status(TestBank.Member member, String status) {
        rows(
                BY_HAND + "UPDATE member SET status = $3 WHERE book_id = $1 AND member_id = $2",
                Tuple.of((short) member.book().id(), member.id(), status));
    }

    void kin(TestBank.Member giver, TestBank.Member kin, Duration ago) {
        rows(
                """
                INSERT INTO member_kin (book_id, member_id, kin_id, relation, version, registered_at)
                VALUES ($1, $2, $3, 'mother', 1, $4)
                """,
                Tuple.of(
                        (short) giver.book().id(),
                        giver.id(),
                        kin.id(),
                        OffsetDateTime.now(ZoneOffset.UTC).minus(ago)));
    }

    void team(TestBank.Book book, String id) {
        rows(
                "INSERT INTO member_team (book_id, team_id, name, version, registered_at) VALUES ($1, $2, $2, 1, now())",
                Tuple.of((short) book.id(), id));
    }

    List<Row> rows(String sql, Tuple arguments) {
        return pool.preparedQuery(sql)
                .execute(arguments)
                .map(rows -> {
                    var list = new ArrayList<Row>();
                    rows.forEach(list::add);
                    return list;
                })
                .await()
                .indefinitely();
    }
}
