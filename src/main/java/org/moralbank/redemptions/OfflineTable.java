package org.moralbank.redemptions;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code redemption_offline}: added, never changed. */
final class OfflineTable implements Table<Redemption.Key, OfflineTable.Uploaded> {
    static final OfflineTable UPLOADED = new OfflineTable();

    private static final String INSERT = """
            INSERT INTO redemption_offline (book_id, redemption_id, allowance_id, happened_at, shortfall)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::bigint[])
            """;

    private OfflineTable() {}

    /**
     * What a redemption that was uploaded has besides the others.
     *
     * @param at by the till's clock
     * @param shortfall what the member lacked
     */
    record Uploaded(Redemption.Key key, UUID allowance, Instant at, long shortfall) {}

    @Override
    public Future<Map<Redemption.Key, Uploaded>> load(SqlConnection connection, List<Redemption.Key> keys) {
        throw new IllegalStateException("no work looks at it");
    }

    @Override
    public void write(Writing writing, List<Change<Redemption.Key, Uploaded>> changes) {
        List<Uploaded> rows = changes.stream().map(Change::after).toList();
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        rows.stream().map(row -> (short) row.key().book()).toArray(Short[]::new),
                        rows.stream().map(row -> row.key().id()).toArray(UUID[]::new),
                        rows.stream().map(Uploaded::allowance).toArray(UUID[]::new),
                        rows.stream()
                                .map(row -> row.at().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new),
                        rows.stream().map(Uploaded::shortfall).toArray(Long[]::new))));
    }
}
