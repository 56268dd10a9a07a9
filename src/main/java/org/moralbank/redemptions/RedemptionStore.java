package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Page;

/** Reads redemptions, as far as a client sees them. */
@ApplicationScoped
class RedemptionStore {
    private static final String SELECT = """
            SELECT r.redemption_id, r.mode, r.status, r.member, m.label, r.merchant, r.amount, r.terminal,
                   r.terminal_transaction, r.reference, r.occurred_on, r.created_at, r.seq
            FROM redemption r
            LEFT JOIN member m ON m.book_id = r.book_id AND m.member_id = r.member
            WHERE r.book_id = $1
            AND ($2::text IS NULL OR r.merchant = $2)
            """;

    private static final String FIND = SELECT + "AND r.redemption_id = $3";

    private static final String LIST = SELECT + """
            AND ($3::uuid IS NULL OR r.redemption_id > $3)
            AND ($4::text IS NULL OR r.merchant = $4)
            AND ($5::text IS NULL OR r.member = $5)
            AND ($6::text IS NULL OR r.terminal = $6)
            AND ($7::text IS NULL OR r.terminal_transaction = $7)
            AND ($8::text IS NULL OR r.reference = $8)
            AND ($9::date IS NULL OR r.occurred_on >= $9)
            AND ($10::date IS NULL OR r.occurred_on <= $10)
            ORDER BY r.redemption_id
            LIMIT $11
            """;

    private final Pool pool;

    RedemptionStore(Pool pool) {
        this.pool = pool;
    }

    /** What a list is narrowed to; null narrows nothing. The days are included. */
    record Filter(
            @Nullable String merchant,
            @Nullable String member,
            @Nullable String terminal,
            @Nullable String terminalTransaction,
            @Nullable String reference,
            @Nullable LocalDate from,
            @Nullable LocalDate to) {}

    Uni<Optional<RedemptionView>> find(BookHandle book, Sight sight, UUID id) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of((short) book.id(), sight.merchant(), id))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(view(row, sight));
                    }
                    return Optional.empty();
                });
    }

    /** In the order of recording. */
    Uni<Page<RedemptionView>> list(BookHandle book, Sight sight, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(sight.merchant())
                .addUUID(page.afterId())
                .addString(filter.merchant())
                .addString(filter.member())
                .addString(filter.terminal())
                .addString(filter.terminalTransaction())
                .addString(filter.reference())
                .addLocalDate(filter.from())
                .addLocalDate(filter.to())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<RedemptionView> views = new ArrayList<>(rows.size());
            rows.forEach(row -> views.add(view(row, sight)));
            return Page.of(page, views, RedemptionView::id);
        });
    }

    private static RedemptionView view(Row row, Sight sight) {
        return new RedemptionView(
                row.getUUID("redemption_id").toString(),
                Redemption.Mode.valueOf(row.getString("mode")),
                Redemption.Status.valueOf(row.getString("status")),
                sight.masksMembers() ? null : row.getString("member"),
                row.getString("label"),
                row.getString("merchant"),
                row.getLong("amount"),
                Unit.PTS,
                row.getString("terminal"),
                row.getString("terminal_transaction"),
                row.getString("reference"),
                row.getLocalDate("occurred_on"),
                row.getOffsetDateTime("created_at").toInstant(),
                row.getLong("seq"),
                null);
    }
}
