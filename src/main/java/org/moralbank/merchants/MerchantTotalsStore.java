package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Counts merchants of whole books. */
@ApplicationScoped
public class MerchantTotalsStore {
    /** Days are those of each book's calendar. Who closed is counted until the day before he did. */
    private static final String COUNT = """
            SELECT count(*)
            FROM ledger_book b
            JOIN redemption_merchant m USING (book_id)
            LEFT JOIN merchant_status_change c
                ON c.book_id = m.book_id AND c.merchant_id = m.merchant_id AND c.terminal_id = '' AND c.store_id = ''
                AND c.status = 'CLOSED'
            WHERE b.code = ANY ($1)
            AND ($2::date IS NULL OR (m.registered_at AT TIME ZONE b.calendar)::date <= $2)
            AND (m.status <> 'CLOSED' OR (c.changed_at AT TIME ZONE b.calendar)::date > $2)
            """;

    /** How many merchants (爱心商家) some books have at the end of a day, or now when there is none. */
    public Uni<Long> of(SqlClient database, Collection<String> books, @Nullable LocalDate on) {
        Tuple arguments =
                Tuple.tuple().addArrayOfString(books.toArray(String[]::new)).addLocalDate(on);
        return database.preparedQuery(COUNT)
                .execute(arguments)
                .map(rows -> rows.iterator().next().getLong(0));
    }
}
