package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Reads which authorizations are over, and says which process releases them. */
@ApplicationScoped
class ExpiryStore {
    /**
     * Book by book, each by its own part of the index, and of each book the first before the second of any: a book with many
     * does not hide the others. The hold of a voucher has a time of its own, beyond that of the authorization that took it;
     * those take their turns as one more book. OFFSET 0 keeps the planner to one look at the key for each hold. The time is the
     * statement's: that of the clock changes from row to row, and no index is looked at by it. What is passed over would else
     * stand before all others for good.
     */
    private static final String DUE =
            "SELECT " + RedemptionStore.SEEN_COLUMNS + """
            , due.turn
            FROM ledger_book b
            CROSS JOIN LATERAL (
                SELECT h.book_id, h.hold_id, row_number() OVER (ORDER BY h.expires_at) AS turn
                FROM ledger_hold h
                WHERE h.book_id = b.book_id AND h.status = 'ACTIVE' AND h.expires_at <= statement_timestamp()
                AND h.hold_id <> ALL ($2)
                ORDER BY h.expires_at
                LIMIT $1
            ) due
            CROSS JOIN LATERAL (
                SELECT * FROM redemption WHERE book_id = due.book_id AND redemption_id = due.hold_id OFFSET 0
            ) r
            UNION ALL
            (SELECT
            """ + RedemptionStore.SEEN_COLUMNS + """
            , row_number() OVER (ORDER BY r.voucher_due)
            FROM redemption r
            WHERE r.voucher_due <= statement_timestamp()
            AND r.redemption_id <> ALL ($2)
            ORDER BY r.voucher_due
            LIMIT $1)
            ORDER BY turn
            LIMIT $1
            """;

    private static final String LEASE = """
            UPDATE redemption_expiry_lease
            SET holder = $1, until = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
            WHERE holder = $1 OR until < clock_timestamp()
            """;

    private static final String GIVE_UP =
            "UPDATE redemption_expiry_lease SET until = clock_timestamp() WHERE holder = $1";

    private final Pool pool;

    ExpiryStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * Authorizations whose time is over, and that still hold. Some of those that are over, the longest over first in each book.
     *
     * @param but the ids of redemptions that are passed over
     */
    Uni<List<Seen>> due(int most, Collection<UUID> but) {
        return pool.preparedQuery(DUE)
                .execute(Tuple.tuple().addInteger(most).addArrayOfUUID(but.toArray(UUID[]::new)))
                .map(rows -> {
                    List<Seen> due = new ArrayList<>(rows.size());
                    for (Row row : rows) {
                        due.add(RedemptionStore.found(row).seen());
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

    /** Leaves it to whichever process asks next. */
    Uni<Void> giveUp(UUID process) {
        return pool.preparedQuery(GIVE_UP).execute(Tuple.of(process)).replaceWithVoid();
    }
}
