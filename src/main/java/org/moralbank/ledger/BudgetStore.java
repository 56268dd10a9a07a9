package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** Reads of budgets. */
@ApplicationScoped
class BudgetStore {
    private static final String LIST = "SELECT " + BudgetTable.COLUMNS + """
            FROM ledger_budget b
            WHERE b.book_id = $1 AND b.code = $2 AND b.owner = $3 AND b.number > $4::bigint
            ORDER BY b.number
            LIMIT $5
            """;

    private final Pool pool;

    BudgetStore(Pool pool) {
        this.pool = pool;
    }

    /** What was set for a period behind a number, in order. */
    Uni<List<Budget>> list(Holder period, long after, int limit) {
        Tuple arguments =
                Tuple.from(List.of((short) period.book(), period.chart().code(), period.owner(), after, limit));
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<Budget> budgets = new ArrayList<>(rows.size());
            for (Row row : rows) {
                budgets.add(BudgetTable.budget(row.getDelegate()));
            }
            return budgets;
        });
    }
}
