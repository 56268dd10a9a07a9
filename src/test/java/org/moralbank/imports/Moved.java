package org.moralbank.imports;

import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A book as an export of another installation would have it, read off the tables: the code of the book is all that differs. */
public record Moved(List<String> entries, List<String> accounts) {
    public static Moved of(Pool pool, int book, String from, String to) {
        List<String> entries = new ArrayList<>();
        for (Row row : rows(pool, "SELECT canonical FROM ledger_entry WHERE book_id = $1 ORDER BY seq", book)) {
            entries.add(new String(row.getBuffer(0).getBytes(), StandardCharsets.UTF_8)
                    .replace("\"book\":\"" + from + "\"", "\"book\":\"" + to + "\""));
        }
        List<String> accounts = new ArrayList<>();
        String sql = """
                SELECT concat_ws(':', code, nullif(owner, ''), unit, nullif(lot, '')), expires_on, posted, restricted, version
                FROM ledger_account WHERE book_id = $1 ORDER BY account_id
                """;
        for (Row row : rows(pool, sql, book)) {
            accounts.add("{\"account\":\"" + row.getString(0) + "\""
                    + (row.getLocalDate(1) == null ? "" : ",\"expiresOn\":\"" + row.getLocalDate(1) + "\"")
                    + ",\"posted\":\"" + row.getLong(2) + "\",\"restricted\":" + row.getBoolean(3) + ",\"version\":\""
                    + row.getLong(4) + "\"}");
        }
        return new Moved(entries, accounts);
    }

    /** All of a book but its number and code, who posted, and what is not in the books. */
    public static List<String> tables(Pool pool, int book) {
        List<String> all = new ArrayList<>();
        for (String sql : List.of("""
                SELECT concat_ws(' ', account_id, code, owner, unit, lot, expires_on, restricted, floor, ceiling, status, posted,
                                 version)
                FROM ledger_account WHERE book_id = $1 ORDER BY account_id
                """, """
                SELECT concat_ws(' ', seq, posted_at, group_id, reverses, occurred_on, type, unit, actor, on_behalf_of, approver,
                                 reference, accounts)
                FROM ledger_entry WHERE book_id = $1 ORDER BY seq
                """, """
                SELECT concat_ws(' ', seq, account_id, amount, balance_after, version)
                FROM ledger_posting WHERE book_id = $1 ORDER BY seq, account_id
                """)) {
            rows(pool, sql, book).forEach(row -> all.add(row.getString(0)));
        }
        return all;
    }

    private static Iterable<Row> rows(Pool pool, String sql, int book) {
        return pool.preparedQuery(sql).execute(Tuple.of((short) book)).await().indefinitely();
    }
}
