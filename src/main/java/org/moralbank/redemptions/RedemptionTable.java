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
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code redemption}, as works write them: a sale is added and does not change. */
final class RedemptionTable implements Table<Redemption.Key, Redemption> {
    private static final String INSERT = """
            INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, terminal,
                                    terminal_transaction, reference, occurred_on, created_at, seq)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                        $8::text[], $9::text[], $10::text[], $11::date[], $12::timestamptz[], $13::bigint[])
            """;

    @Override
    public Future<Map<Redemption.Key, Redemption>> load(SqlConnection connection, List<Redemption.Key> keys) {
        throw new IllegalStateException("no work looks at a redemption that was made before");
    }

    @Override
    public void write(Writing writing, List<Change<Redemption.Key, Redemption>> changes) {
        int n = changes.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        String[] modes = new String[n];
        String[] statuses = new String[n];
        String[] members = new String[n];
        String[] merchants = new String[n];
        Long[] amounts = new Long[n];
        @Nullable String[] terminals = new @Nullable String[n];
        @Nullable String[] transactions = new @Nullable String[n];
        @Nullable String[] references = new @Nullable String[n];
        LocalDate[] occurredOn = new LocalDate[n];
        OffsetDateTime[] createdAt = new OffsetDateTime[n];
        Long[] seqs = new Long[n];
        for (int i = 0; i < n; i++) {
            Redemption redemption = changes.get(i).after();
            Redemption.Till till = redemption.till();
            books[i] = (short) redemption.book();
            ids[i] = redemption.id();
            modes[i] = redemption.mode().name();
            statuses[i] = redemption.status().name();
            members[i] = redemption.member();
            merchants[i] = redemption.merchant();
            amounts[i] = redemption.amount();
            terminals[i] = till == null ? null : till.terminal();
            transactions[i] = till == null ? null : till.transaction();
            references[i] = redemption.reference();
            occurredOn[i] = redemption.occurredOn();
            createdAt[i] = redemption.createdAt().atOffset(ZoneOffset.UTC);
            seqs[i] = redemption.seq();
        }
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        books,
                        ids,
                        modes,
                        statuses,
                        members,
                        merchants,
                        amounts,
                        terminals,
                        transactions,
                        references,
                        occurredOn,
                        createdAt,
                        seqs)));
    }
}
