package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.moralbank.access.Call;
import org.moralbank.platform.ProtocolRejection;

/** Finds the book of a request. */
@ApplicationScoped
public class Books {
    private static final String FIND = "SELECT book_id, code, calendar FROM ledger_book WHERE code = $1";

    private static final String ANY_BUT = "SELECT EXISTS (SELECT FROM ledger_book WHERE code <> $1)";

    private final Pool pool;
    private final Map<String, BookHandle> known = new ConcurrentHashMap<>();

    Books(Pool pool) {
        this.pool = pool;
    }

    /** The book of a code; refuses one that is not there or not the caller's alike, so that codes tell nothing. */
    public Uni<BookHandle> of(Call call, String code) {
        if (!call.client().mayUse(code)) {
            return Uni.createFrom().failure(notFound());
        }
        return find(code).map(found -> found.orElseThrow(Books::notFound));
    }

    /** The book of a code, if it is there. */
    public Uni<Optional<BookHandle>> find(String code) {
        BookHandle remembered = known.get(code);
        if (remembered != null) {
            return Uni.createFrom().item(Optional.of(remembered));
        }
        return pool.preparedQuery(FIND).execute(Tuple.of(code)).map(rows -> {
            for (Row row : rows) {
                BookHandle book = new BookHandle(row.getShort(0), row.getString(1), ZoneId.of(row.getString(2)));
                known.put(code, book);
                return Optional.of(book);
            }
            return Optional.empty();
        });
    }

    /** Whether there is a book of any other code. */
    public Uni<Boolean> anyBut(String code) {
        return pool.preparedQuery(ANY_BUT)
                .execute(Tuple.of(code))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    private static RuntimeException notFound() {
        return new ProtocolRejection.NotFound("book").refused();
    }
}
