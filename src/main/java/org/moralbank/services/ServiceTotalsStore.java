package org.moralbank.services;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Counts services of whole books. */
@ApplicationScoped
public class ServiceTotalsStore {
    /** A record whose earning was reversed, by that day where there is one, is not a service that was given. */
    private static final String TOTALS = """
            SELECT count(*), coalesce(sum(s.minutes), 0)::bigint, count(DISTINCT (s.book_id, s.volunteer)) FILTER (WHERE s.volunteer IS NOT NULL)
            FROM ledger_book b
            JOIN service_record s ON s.book_id = b.book_id AND ($2::date IS NULL OR s.occurred_on <= $2)
            WHERE b.code = ANY ($1)
            AND NOT EXISTS (SELECT FROM ledger_entry r
                            WHERE r.book_id = s.book_id AND r.reverses IS NOT NULL
                            AND (r.reverses = s.time_seq OR r.reverses = s.points_seq)
                            AND ($2::date IS NULL OR r.occurred_on <= $2))
            """;

    /**
     * What was given in some books.
     *
     * @param services records that stand (服务人次)
     * @param minutes actually given in them
     * @param volunteers who gave one or more by themselves, each counted once in a book
     */
    public record Totals(long services, long minutes, long volunteers) {}

    /** Of services up to the end of a business date, or of all when there is none. */
    public Uni<Totals> of(SqlClient database, Collection<String> books, @Nullable LocalDate on) {
        Tuple arguments =
                Tuple.tuple().addArrayOfString(books.toArray(String[]::new)).addLocalDate(on);
        return database.preparedQuery(TOTALS).execute(arguments).map(rows -> {
            Row row = rows.iterator().next();
            return new Totals(row.getLong(0), row.getLong(1), row.getLong(2));
        });
    }
}
