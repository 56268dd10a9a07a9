package org.moralbank.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;

/**
 * Reads of the books, one SELECT each.
 *
 * <p>An entry is read from its sealed bytes, so that what is shown is what is proven, in one row and without a join to its
 * postings.
 */
@ApplicationScoped
class LedgerStore {
    private static final TypeReference<Map<String, String>> STRINGS = new TypeReference<>() {};

    private static final String ENTRIES = """
            SELECT e.canonical, e.leaf_hash, t.reason, t.metadata::text, r.seq
            FROM ledger_entry e
            LEFT JOIN ledger_entry_text t ON t.book_id = e.book_id AND t.seq = e.seq
            LEFT JOIN ledger_entry r ON r.book_id = e.book_id AND r.reverses = e.seq AND r.reverses IS NOT NULL
            """;

    private final Pool pool;

    LedgerStore(Pool pool) {
        this.pool = pool;
    }

    /** The WHERE of a query, built of the filters that are given. */
    private static final class Where {
        private final StringBuilder sql = new StringBuilder();
        private final List<Object> arguments = new ArrayList<>();

        /** Adds a condition with one {@code ?}, unless its argument is null. */
        Where and(String condition, @Nullable Object argument) {
            if (argument != null) {
                arguments.add(argument);
                sql.append(sql.isEmpty() ? "WHERE " : "\nAND ");
                sql.append(condition.replace("?", "$" + arguments.size()));
            }
            return this;
        }

        /** The place of an argument that is not part of a condition. */
        String argument(Object argument) {
            arguments.add(argument);
            return "$" + arguments.size();
        }

        Tuple tuple() {
            return Tuple.from(arguments);
        }
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> read) {
        List<T> items = new ArrayList<>(rows.size());
        for (Row row : rows) {
            items.add(read.apply(row));
        }
        return items;
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    /** Entries behind {@code after}, in order of seq. */
    Uni<List<EntryView>> entries(int book, EntryFilter filter, long after, int limit) {
        Where where = where(book, filter).and("e.seq > ?", after);
        String sql = ENTRIES + where.sql + "\nORDER BY e.seq LIMIT " + where.argument(limit);
        return pool.preparedQuery(sql).execute(where.tuple()).map(rows -> list(rows, LedgerStore::entry));
    }

    /** One entry, or nothing. */
    Uni<Optional<EntryView>> entry(int book, long seq) {
        Where where = new Where().and("e.book_id = ?", (short) book).and("e.seq = ?", seq);
        return pool.preparedQuery(ENTRIES + where.sql)
                .execute(where.tuple())
                .map(rows -> list(rows, LedgerStore::entry).stream().findFirst());
    }

    private static Where where(int book, EntryFilter filter) {
        Where where = new Where().and("e.book_id = ?", (short) book);
        if (!filter.types().isEmpty()) {
            where.and(
                    "e.type = ANY (?)", filter.types().stream().map(Enum::name).toArray(String[]::new));
        }
        where.and("e.unit = ?", filter.unit() == null ? null : filter.unit().name())
                .and("e.reference = ?", filter.reference())
                .and("e.group_id = ?", filter.group())
                .and("e.occurred_on >= ?", filter.occurredFrom())
                .and("e.occurred_on <= ?", filter.occurredTo());
        AccountPath account = filter.account();
        if (account != null) {
            String of = "EXISTS (SELECT FROM ledger_posting p JOIN ledger_account a USING (book_id, account_id)"
                    + " WHERE p.book_id = e.book_id AND p.seq = e.seq AND a.code = "
                    + where.argument(account.chart().code()) + " AND a.owner = " + where.argument(account.owner())
                    + " AND a.unit = " + where.argument(account.unit().name()) + " AND a.lot = ?)";
            where.and(of, account.lot());
        }
        return where;
    }

    private static EntryView entry(Row row) {
        return CanonicalEntry.read(row.getBuffer(0).getBytes())
                .with(
                        row.getString(2),
                        metadata(row.getString(3)),
                        row.getLong(4),
                        HexFormat.of().formatHex(row.getBuffer(1).getBytes()));
    }

    private static @Nullable Map<String, String> metadata(@Nullable String json) {
        try {
            return json == null ? null : Json.mapper().readValue(json, STRINGS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not metadata of ours", e);
        }
    }
}
