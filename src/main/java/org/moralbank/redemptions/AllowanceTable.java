package org.moralbank.redemptions;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.ledger.Attribution;
import org.moralbank.platform.Moments;
import org.moralbank.redemptions.Allowance.Till;

/** Rows of {@code redemption_allowance}, all of a terminal at once that can still be uploaded under. */
final class AllowanceTable implements Table<Till, Allowance.All> {
    static final AllowanceTable ALLOWANCES = new AllowanceTable();

    static final String COLUMNS = """
            a.book_id, a.merchant, a.terminal, a.allowance_id, a.per_sale, a.sales, a.used, a.valid_from, a.valid_until,
            a.revoked_at, a.signature, a.client_id, a.client, a.actor
            """;

    /**
     * What ended long ago is of no use to a till, and would be read at each upload. It is reckoned back from the last that the
     * terminal had where all are over, so that what plays the past by its own clock finds them; {@link Allowance#isOver} is the
     * rule.
     */
    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, merchant, terminal)
            CROSS JOIN LATERAL (
                SELECT max(l.valid_until) AS until
                FROM redemption_allowance l
                WHERE l.book_id = k.book_id AND l.merchant = k.merchant AND l.terminal = k.terminal) latest
            JOIN redemption_allowance a
                ON a.book_id = k.book_id AND a.merchant = k.merchant AND a.terminal = k.terminal
            WHERE a.valid_until > least(clock_timestamp(), latest.until) - interval '60 days'
            ORDER BY a.allowance_id
            """;

    private static final String UPSERT = """
            INSERT INTO redemption_allowance (book_id, merchant, terminal, allowance_id, per_sale, sales, used, valid_from,
                                              valid_until, revoked_at, signature, client_id, client, actor)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (book_id, merchant, terminal, allowance_id) DO UPDATE
            SET used = excluded.used, revoked_at = excluded.revoked_at
            """;

    private AllowanceTable() {}

    @Override
    public Future<Map<Till, Allowance.All>> load(SqlConnection connection, List<Till> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        String[] merchants = keys.stream().map(Till::merchant).toArray(String[]::new);
        String[] terminals = keys.stream().map(Till::terminal).toArray(String[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, merchants, terminals)))
                .map(rows -> {
                    Map<Till, List<Allowance>> found = new HashMap<>();
                    for (Row row : rows) {
                        Allowance allowance = allowance(row);
                        found.computeIfAbsent(allowance.till(), none -> new ArrayList<>())
                                .add(allowance);
                    }
                    Map<Till, Allowance.All> all = HashMap.newHashMap(found.size());
                    found.forEach((till, allowances) -> all.put(till, new Allowance.All(List.copyOf(allowances))));
                    return all;
                });
    }

    /** A row of {@link #COLUMNS}. */
    static Allowance allowance(Row row) {
        return new Allowance(
                new Till(row.getShort(0), row.getString(1), row.getString(2)),
                row.getUUID(3),
                row.getLong(4),
                row.getInteger(5),
                row.getInteger(6),
                row.getOffsetDateTime(7).toInstant(),
                row.getOffsetDateTime(8).toInstant(),
                Moments.instant(row.getOffsetDateTime(9)),
                row.getString(10),
                new Attribution(row.getInteger(11), row.getString(12), row.getString(13), null, null));
    }

    @Override
    public void write(Writing writing, List<Change<Till, Allowance.All>> changes) {
        for (Change<Till, Allowance.All> change : changes) {
            Allowance.All before = change.before() == null ? Allowance.All.NONE : change.before();
            for (Allowance allowance : change.after().allowances()) {
                if (before.find(allowance.id()) != allowance) {
                    writing.execute(UPSERT, arguments(allowance));
                }
            }
        }
    }

    private static Tuple arguments(Allowance allowance) {
        return Tuple.tuple()
                .addShort((short) allowance.till().book())
                .addString(allowance.till().merchant())
                .addString(allowance.till().terminal())
                .addUUID(allowance.id())
                .addLong(allowance.perSale())
                .addInteger(allowance.sales())
                .addInteger(allowance.used())
                .addOffsetDateTime(Moments.utc(allowance.validFrom()))
                .addOffsetDateTime(Moments.utc(allowance.validUntil()))
                .addOffsetDateTime(Moments.utc(allowance.revokedAt()))
                .addString(allowance.signature())
                .addInteger(allowance.by().clientId())
                .addString(allowance.by().client())
                .addString(allowance.by().actor());
    }
}
