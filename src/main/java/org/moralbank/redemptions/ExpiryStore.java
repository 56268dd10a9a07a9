package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Reads which authorizations are over, and says which process releases them. */
@ApplicationScoped
class ExpiryStore {
    /** Book by book, each by its own part of the index: a book with many does not hide the others. */
    private static final String DUE = """
            SELECT due.book_id, due.hold_id, r.member
            FROM ledger_book b
            CROSS JOIN LATERAL (
                SELECT h.book_id, h.hold_id
                FROM ledger_hold h
                WHERE h.book_id = b.book_id AND h.status = 'ACTIVE' AND h.expires_at <= clock_timestamp()
                ORDER BY h.expires_at
                LIMIT $1
            ) due
            JOIN redemption r ON r.book_id = due.book_id AND r.redemption_id = due.hold_id
            LIMIT $1
            """;

    private static final String LEASE = """
            UPDATE redemption_expiry_lease
            SET holder = $1, until = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
            WHERE holder = $1 OR until < clock_timestamp()
            """;

    private final Pool pool;

    ExpiryStore(Pool pool) {
        this.pool = pool;
    }

    /** An authorization whose time is over, and still holds. */
    record Due(int book, UUID id, String member) {}

    /** Some of those that are over, the longest over first in each book. */
    Uni<List<Due>> due(int most) {
        return pool.preparedQuery(DUE).execute(Tuple.of(most)).map(rows -> {
            List<Due> due = new ArrayList<>(rows.size());
            for (Row row : rows) {
                due.add(new Due(row.getShort(0), row.getUUID(1), row.getString(2)));
            }
            return due;
        });
    }

    /** Whether this process is the one that releases, for so long. */
    Uni<Boolean> lease(UUID process, Duration length) {
        return pool.preparedQuery(LEASE)
                .execute(Tuple.from(List.of(process, length.toMillis())))
                .map(RowSet::rowCount)
                .map(rows -> rows == 1);
    }
}
