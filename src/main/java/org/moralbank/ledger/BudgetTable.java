package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_budget}, all that were set for a period together: people set them, so they are few. */
final class BudgetTable implements Table<Holder, List<Budget>> {
    static final String COLUMNS = """
            b.book_id, b.code, b.owner, b.unit, b.number, b.amount, b.issued, b.set_at, b.client_id, b.client,
            b.actor, b.on_behalf_of, b.approver, b.reference, b.reason
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[]) AS k (book_id, code, owner)
            JOIN ledger_budget b USING (book_id, code, owner)
            ORDER BY b.number
            """;

    private static final String INSERT = """
            INSERT INTO ledger_budget (book_id, code, owner, unit, number, amount, issued, set_at, client_id, client,
                                       actor, on_behalf_of, approver, reference, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """;

    @Override
    public Future<Map<Holder, List<Budget>>> load(SqlConnection connection, List<Holder> periods) {
        Tuple keys = Tuple.of(
                periods.stream().map(period -> (short) period.book()).toArray(Short[]::new),
                periods.stream().map(period -> period.chart().code()).toArray(String[]::new),
                periods.stream().map(Holder::owner).toArray(String[]::new));
        return connection.preparedQuery(LOAD).execute(keys).map(rows -> {
            Map<Holder, List<Budget>> found = new HashMap<>();
            for (Row row : rows) {
                Budget budget = budget(row);
                found.computeIfAbsent(budget.period(), first -> new ArrayList<>())
                        .add(budget);
            }
            return found;
        });
    }

    static Budget budget(Row row) {
        return new Budget(
                new Holder(
                        row.getShort(0), Chart.of(row.getString(1)), row.getString(2), Unit.valueOf(row.getString(3))),
                row.getInteger(4),
                row.getLong(5),
                row.getLong(6),
                row.getOffsetDateTime(7).toInstant(),
                new Budget.Decision(
                        new Attribution(
                                row.getInteger(8),
                                row.getString(9),
                                row.getString(10),
                                row.getString(11),
                                row.getString(12)),
                        row.getString(13),
                        row.getString(14)));
    }

    @Override
    public int changedUnder(Holder period) {
        return period.book();
    }

    @Override
    public void write(Writing writing, List<Change<Holder, List<Budget>>> changes) {
        for (Change<Holder, List<Budget>> change : changes) {
            int before = change.before() == null ? 0 : change.before().size();
            List<Budget> after = change.after();
            after.subList(before, after.size()).forEach(budget -> insert(writing, budget));
        }
    }

    private static void insert(Writing writing, Budget budget) {
        Attribution by = budget.decision().by();
        writing.execute(
                INSERT,
                Tuple.tuple()
                        .addShort((short) budget.period().book())
                        .addString(budget.period().chart().code())
                        .addString(budget.period().owner())
                        .addString(budget.period().unit().name())
                        .addInteger(budget.number())
                        .addLong(budget.amount())
                        .addLong(budget.issued())
                        .addOffsetDateTime(budget.setAt().atOffset(ZoneOffset.UTC))
                        .addInteger(by.clientId())
                        .addString(by.client())
                        .addString(by.actor())
                        .addString(by.onBehalfOf())
                        .addString(by.approver())
                        .addString(budget.decision().reference())
                        .addString(budget.decision().reason()));
    }
}
