package org.moralbank.merchants;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Merchants, as works see them: read by one statement of arrays, and written by Hibernate. */
final class MerchantTable implements Table<Merchant.Key, Merchant> {
    /** Merchants, by book and id. */
    static final MerchantTable MERCHANTS = new MerchantTable();

    /** What {@link #merchant} reads, from {@code redemption_merchant m}. */
    static final String COLUMNS = """
            m.book_id, m.merchant_id, m.name, m.kind, m.status, m.categories, m.discount_basis_points, m.payable_floor,
            m.version, m.registered_at
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[]) AS k (book_id, merchant_id)
            JOIN redemption_merchant m USING (book_id, merchant_id)
            """;

    private MerchantTable() {}

    @Override
    public Future<Map<Merchant.Key, Merchant>> load(SqlConnection connection, List<Merchant.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] ids = keys.stream().map(Merchant.Key::id).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Merchant.Key, Merchant> found = HashMap.newHashMap(rows.size());
                    rows.forEach(row -> {
                        Merchant merchant = merchant(row);
                        found.put(merchant.key(), merchant);
                    });
                    return found;
                });
    }

    @Override
    public int changedUnder(Merchant.Key merchant) {
        return merchant.book();
    }

    @Override
    public void write(Writing writing, List<Change<Merchant.Key, Merchant>> changes) {
        for (Change<Merchant.Key, Merchant> change : changes) {
            MerchantEntity entity = MerchantEntity.of(change.after());
            writing.entities(session -> Future.fromCompletionStage((change.isInsert()
                            ? session.persist(entity)
                            : session.merge(entity).replaceWithVoid())
                    .subscribeAsCompletionStage()));
        }
    }

    static Merchant merchant(Row row) {
        return new Merchant(
                row.getShort(0),
                row.getString(1),
                row.getString(2),
                Merchant.Kind.valueOf(row.getString(3)),
                Merchant.Status.valueOf(row.getString(4)),
                List.of(row.getArrayOfStrings(5)),
                row.getInteger(6),
                row.getLong(7),
                row.getLong(8),
                row.getOffsetDateTime(9).toInstant());
    }
}
