package org.moralbank.merchants;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/** Reads merchants, their stores and terminals, and what became of them. */
@ApplicationScoped
class MerchantStore {
    private static final String SELECT = "SELECT " + MerchantTable.COLUMNS + """
            FROM redemption_merchant m
            WHERE m.book_id = $1
            """;

    private static final String FIND = SELECT + "AND m.merchant_id = $2";

    private static final String LIST = SELECT + """
            AND ($2::text IS NULL OR m.merchant_id > $2)
            AND ($3::text IS NULL OR m.kind = $3)
            AND ($4::text IS NULL OR m.status = $4)
            AND ($5::text IS NULL OR m.categories = '{}' OR $5 = ANY (m.categories))
            AND ($6::timestamptz IS NULL OR m.registered_at >= $6)
            AND ($7::timestamptz IS NULL OR m.registered_at < $7)
            ORDER BY m.merchant_id
            LIMIT $8
            """;

    private static final String SELECT_STORE = "SELECT " + StoreTable.COLUMNS + """
            FROM merchant_store s
            WHERE s.book_id = $1 AND s.merchant_id = $2
            """;

    private static final String FIND_STORE = SELECT_STORE + "AND s.store_id = $3";

    private static final String LIST_STORES = SELECT_STORE + """
            AND ($3::text IS NULL OR s.store_id > $3)
            AND ($4::text IS NULL OR s.status = $4)
            ORDER BY s.store_id
            LIMIT $5
            """;

    private static final String SELECT_TERMINAL = "SELECT " + TerminalTable.COLUMNS + """
            FROM merchant_terminal t
            WHERE t.book_id = $1 AND t.merchant_id = $2
            """;

    private static final String FIND_TERMINAL = SELECT_TERMINAL + "AND t.terminal_id = $3";

    private static final String LIST_TERMINALS = SELECT_TERMINAL + """
            AND ($3::text IS NULL OR t.terminal_id > $3)
            AND ($4::text IS NULL OR t.store_id = $4)
            AND ($5::text IS NULL OR t.status = $5)
            ORDER BY t.terminal_id
            LIMIT $6
            """;

    private static final String STATUS_CHANGES = """
            SELECT c.version, c.status, c.changed_at, c.client, c.actor, c.reason
            FROM merchant_status_change c
            WHERE c.book_id = $1 AND c.merchant_id = $2 AND c.store_id = $3 AND c.terminal_id = $4 AND c.version > $5
            AND ($6::timestamptz IS NULL OR c.changed_at >= $6)
            AND ($7::timestamptz IS NULL OR c.changed_at < $7)
            ORDER BY c.version
            LIMIT $8
            """;

    private final Pool pool;

    MerchantStore(Pool pool) {
        this.pool = pool;
    }

    Uni<Optional<Merchant>> find(BookHandle book, String id) {
        return one(FIND, tuple(book, id), row -> MerchantTable.merchant(row.getDelegate()));
    }

    /** The merchant whom the path names; fails when there is none. */
    Uni<Merchant> ofPath(BookHandle book, String id) {
        return find(book, id)
                .map(found -> found.orElseThrow(() -> new ProtocolRejection.NotFound("merchant").refused()));
    }

    /** In the order of their ids. A filter that is null narrows nothing. */
    Uni<Page<MerchantView>> list(
            BookHandle book,
            Merchant.@Nullable Kind kind,
            Merchant.@Nullable Status status,
            @Nullable String category,
            DayRange registered,
            Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addString(page.after())
                .addString(kind == null ? null : kind.name())
                .addString(status == null ? null : status.name())
                .addString(category)
                .addOffsetDateTime(registered.since(book.calendar()))
                .addOffsetDateTime(registered.until(book.calendar()))
                .addInteger(page.rows());
        return all(LIST, arguments, row -> MerchantView.of(MerchantTable.merchant(row.getDelegate())))
                .map(rows -> Page.of(page, rows, MerchantView::id));
    }

    Uni<Optional<Store>> findStore(BookHandle book, String merchant, String id) {
        return one(FIND_STORE, tuple(book, merchant).addString(id), row -> StoreTable.store(row.getDelegate()));
    }

    /** In the order of their ids. A filter that is null narrows nothing. */
    Uni<Page<StoreView>> listStores(
            BookHandle book, String merchant, Store.@Nullable Status status, Page.Request page) {
        Tuple arguments = tuple(book, merchant)
                .addString(page.after())
                .addString(status == null ? null : status.name())
                .addInteger(page.rows());
        return all(LIST_STORES, arguments, row -> StoreView.of(StoreTable.store(row.getDelegate())))
                .map(rows -> Page.of(page, rows, StoreView::id));
    }

    Uni<Optional<Terminal>> findTerminal(BookHandle book, String merchant, String id) {
        return one(
                FIND_TERMINAL, tuple(book, merchant).addString(id), row -> TerminalTable.terminal(row.getDelegate()));
    }

    /** In the order of their ids. A filter that is null narrows nothing. */
    Uni<Page<TerminalView>> listTerminals(
            BookHandle book,
            String merchant,
            @Nullable String store,
            Terminal.@Nullable Status status,
            Page.Request page) {
        Tuple arguments = tuple(book, merchant)
                .addString(page.after())
                .addString(store)
                .addString(status == null ? null : status.name())
                .addInteger(page.rows());
        return all(LIST_TERMINALS, arguments, row -> TerminalView.of(TerminalTable.terminal(row.getDelegate())))
                .map(rows -> Page.of(page, rows, TerminalView::id));
    }

    /** Who suspended, resumed and closed it, the first first. */
    Uni<Page<StatusChange.View>> statusChanges(BookHandle book, StatusChange.Of of, DayRange days, Page.Request page) {
        Tuple arguments = Tuple.of((short) of.book(), of.merchant(), of.store(), of.terminal())
                .addLong(page.afterNumber(0))
                .addOffsetDateTime(days.since(book.calendar()))
                .addOffsetDateTime(days.until(book.calendar()))
                .addInteger(page.rows());
        return all(
                        STATUS_CHANGES,
                        arguments,
                        row -> new StatusChange.View(
                                row.getLong(0),
                                Merchant.Status.valueOf(row.getString(1)),
                                row.getOffsetDateTime(2).toInstant(),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5)))
                .map(rows -> Page.of(page, rows, change -> Long.toString(change.version())));
    }

    private static Tuple tuple(BookHandle book, String id) {
        return Tuple.tuple().addShort((short) book.id()).addString(id);
    }

    private <T> Uni<Optional<T>> one(String sql, Tuple arguments, Function<Row, T> read) {
        return all(sql, arguments, read).map(rows -> rows.stream().findFirst());
    }

    private <T> Uni<List<T>> all(String sql, Tuple arguments, Function<Row, T> read) {
        return pool.preparedQuery(sql).execute(arguments).map(rows -> read(rows, read));
    }

    private static <T> List<T> read(RowSet<Row> rows, Function<Row, T> read) {
        List<T> all = new ArrayList<>(rows.size());
        rows.forEach(row -> all.add(read.apply(row)));
        return all;
    }
}
