package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Page;

/** Reads merchants. */
@ApplicationScoped
class MerchantStore {
    private static final String SELECT = """
            SELECT m.merchant_id, m.name, m.kind, m.status, m.version, m.registered_at
            FROM redemption_merchant m
            WHERE m.book_id = $1
            """;

    private static final String FIND = SELECT + "AND m.merchant_id = $2";

    private static final String LIST = SELECT + """
            AND ($2::text IS NULL OR m.merchant_id > $2)
            AND ($3::text IS NULL OR m.kind = $3)
            AND ($4::text IS NULL OR m.status = $4)
            ORDER BY m.merchant_id
            LIMIT $5
            """;

    private final Pool pool;

    MerchantStore(Pool pool) {
        this.pool = pool;
    }

    Uni<Optional<MerchantView>> find(BookHandle book, String id) {
        return pool.preparedQuery(FIND).execute(Tuple.of((short) book.id(), id)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(view(row));
            }
            return Optional.empty();
        });
    }

    /** In the order of their ids. A kind or status that is null narrows nothing, and one that is not there finds nothing. */
    Uni<Page<MerchantView>> list(
            BookHandle book, Merchant.@Nullable Kind kind, Merchant.@Nullable Status status, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(page.after())
                .addString(kind == null ? null : kind.name())
                .addString(status == null ? null : status.name())
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<MerchantView> views = new ArrayList<>(rows.size());
            rows.forEach(row -> views.add(view(row)));
            return Page.of(page, views, MerchantView::id);
        });
    }

    private static MerchantView view(Row row) {
        return new MerchantView(
                row.getString(0),
                row.getString(1),
                Merchant.Kind.valueOf(row.getString(2)),
                Merchant.Status.valueOf(row.getString(3)),
                row.getLong(4),
                row.getOffsetDateTime(5).toInstant());
    }
}
