package org.moralbank.settlements;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Which settlement a payment of the bank was for. It is written with the settlement. */
final class BankReferenceTable implements Table<BankReferenceTable.Key, UUID> {
    static final BankReferenceTable BANK_REFERENCES = new BankReferenceTable();

    private static final String LOAD = """
            SELECT s.book_id, s.bank_reference, s.settlement_id
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, bank_reference)
            JOIN settlement s USING (book_id, bank_reference)
            """;

    private BankReferenceTable() {}

    /** The bank's own number of a payment. */
    record Key(int book, String bankReference) {}

    @Override
    public Future<Map<Key, UUID>> load(SqlConnection connection, List<Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] references = keys.stream().map(Key::bankReference).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, references)))
                .map(rows -> {
                    Map<Key, UUID> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> found.put(new Key(row.getShort(0), row.getString(1)), row.getUUID(2)));
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<Key, UUID>> changes) {
        // A column of the settlement, which is written too.
    }
}
