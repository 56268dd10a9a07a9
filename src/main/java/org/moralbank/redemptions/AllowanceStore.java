package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Reads allowances. */
@ApplicationScoped
class AllowanceStore {
    private static final String LIST = "SELECT " + AllowanceTable.COLUMNS + ", clock_timestamp()" + """
            FROM redemption_allowance a
            WHERE a.book_id = $1 AND a.merchant = $2 AND a.terminal = $3
            AND ($4::uuid IS NULL OR a.allowance_id > $4)
            ORDER BY a.allowance_id
            LIMIT $5
            """;

    private static final String FIND = "SELECT " + AllowanceTable.COLUMNS + ", clock_timestamp()" + """
            FROM redemption_allowance a
            WHERE a.book_id = $1 AND a.merchant = $2 AND a.terminal = $3 AND a.allowance_id = $4
            """;

    private static final String TERMINAL = """
            SELECT 1 FROM merchant_terminal WHERE book_id = $1 AND merchant_id = $2 AND terminal_id = $3
            """;

    private final Pool pool;

    AllowanceStore(Pool pool) {
        this.pool = pool;
    }

    /** A terminal that is not there, or not this client's, is a path that leads nowhere. */
    Uni<Void> ofPath(Sight sight, Allowance.Till till) {
        return pool.preparedQuery(TERMINAL)
                .execute(Tuple.of((short) till.book(), till.merchant(), till.terminal()))
                .invoke(rows -> {
                    if (rows.size() == 0 || sight.refusal(till.merchant(), till.terminal()) != null) {
                        throw new ProtocolRejection.NotFound("terminal").refused();
                    }
                })
                .replaceWithVoid();
    }

    /** In the order of their making. */
    Uni<Page<AllowanceView>> list(Allowance.Till till, Page.Request page) {
        return pool.preparedQuery(LIST)
                .execute(Tuple.of((short) till.book(), till.merchant(), till.terminal(), page.afterId(), page.rows()))
                .map(rows -> Page.of(page, views(rows), AllowanceView::id));
    }

    /** One of a terminal's; refuses an id that is of none. */
    Uni<AllowanceView> find(Allowance.Till till, @Nullable UUID id) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of((short) till.book(), till.merchant(), till.terminal(), id))
                .map(rows -> views(rows).stream()
                        .findFirst()
                        .orElseThrow(() -> new ProtocolRejection.NotFound("allowance").refused()));
    }

    private static List<AllowanceView> views(RowSet<Row> rows) {
        List<AllowanceView> views = new ArrayList<>(rows.size());
        rows.forEach(row -> views.add(AllowanceView.of(
                AllowanceTable.allowance(row.getDelegate()),
                row.getOffsetDateTime(14).toInstant())));
        return views;
    }
}
