package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import org.moralbank.platform.Page;

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

    private final Pool pool;

    AllowanceStore(Pool pool) {
        this.pool = pool;
    }

    /** In the order of their making. */
    Uni<Page<AllowanceView>> list(Allowance.Till till, Page.Request page) {
        return pool.preparedQuery(LIST)
                .execute(Tuple.of((short) till.book(), till.merchant(), till.terminal(), page.afterId(), page.rows()))
                .map(rows -> {
                    List<AllowanceView> views = new ArrayList<>(rows.size());
                    rows.forEach(row -> views.add(AllowanceView.of(
                            AllowanceTable.allowance(row.getDelegate()),
                            row.getOffsetDateTime(14).toInstant())));
                    return Page.of(page, views, AllowanceView::id);
                });
    }
}
