package org.moralbank.redemptions;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code redemption_refund}: added, never changed. */
final class RefundTable implements Table<Refund.Key, Refund> {
    private static final String INSERT = """
            INSERT INTO redemption_refund (book_id, redemption_id, seq, kind, amount, terminal, reference, occurred_on,
                                           created_at)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
                        $8::date[], $9::timestamptz[])
            """;

    @Override
    public Future<Map<Refund.Key, Refund>> load(SqlConnection connection, List<Refund.Key> keys) {
        throw new IllegalStateException("the redemption says what was refunded of it");
    }

    @Override
    public void write(Writing writing, List<Change<Refund.Key, Refund>> changes) {
        List<Refund> refunds = changes.stream().map(Change::after).toList();
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        refunds.stream().map(refund -> (short) refund.book()).toArray(Short[]::new),
                        refunds.stream().map(Refund::redemption).toArray(UUID[]::new),
                        refunds.stream().map(Refund::seq).toArray(Long[]::new),
                        refunds.stream().map(refund -> refund.kind().name()).toArray(String[]::new),
                        refunds.stream().map(Refund::amount).toArray(Long[]::new),
                        refunds.stream().map(Refund::terminal).toArray(String[]::new),
                        refunds.stream().map(Refund::reference).toArray(String[]::new),
                        refunds.stream().map(Refund::occurredOn).toArray(LocalDate[]::new),
                        refunds.stream()
                                .map(refund -> refund.createdAt().atOffset(ZoneOffset.UTC))
                                .toArray(OffsetDateTime[]::new))));
    }
}
