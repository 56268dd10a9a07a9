package org.moralbank.paycodes;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code pay_code}. */
final class PayCodeTable implements Table<PayCode.Key, PayCode> {
    static final PayCodeTable PAY_CODES = new PayCodeTable();

    private static final String LOAD = """
            SELECT c.book_id, c.code_id, c.member, c.made_at, c.valid_until, c.used_at
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, code_id)
            JOIN pay_code c USING (book_id, code_id)
            """;

    private static final String UPSERT = """
            INSERT INTO pay_code (book_id, code_id, member, made_at, valid_until, used_at)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
            ON CONFLICT (book_id, code_id) DO UPDATE SET used_at = excluded.used_at
            """;

    private PayCodeTable() {}

    @Override
    public int changedUnder(PayCode.Key code) {
        return code.book();
    }

    /** A code is taken within a minute, and then no more. */
    @Override
    public Again again() {
        return Again.ONCE_SOON;
    }

    @Override
    public Future<Map<PayCode.Key, PayCode>> load(SqlConnection connection, List<PayCode.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(PayCode.Key::id).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<PayCode.Key, PayCode> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        PayCode code = new PayCode(
                                row.getShort(0),
                                row.getUUID(1),
                                row.getString(2),
                                row.getOffsetDateTime(3).toInstant(),
                                row.getOffsetDateTime(4).toInstant(),
                                Moments.instant(row.getOffsetDateTime(5)));
                        found.put(code.key(), code);
                    }
                    return found;
                });
    }

    @Override
    public void write(Writing writing, List<Change<PayCode.Key, PayCode>> changes) {
        int n = changes.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        String[] members = new String[n];
        OffsetDateTime[] madeAt = new OffsetDateTime[n];
        OffsetDateTime[] validUntil = new OffsetDateTime[n];
        @Nullable OffsetDateTime[] usedAt = new @Nullable OffsetDateTime[n];
        for (int i = 0; i < n; i++) {
            PayCode code = changes.get(i).after();
            books[i] = (short) code.book();
            ids[i] = code.id();
            members[i] = code.member();
            madeAt[i] = code.madeAt().atOffset(ZoneOffset.UTC);
            validUntil[i] = code.validUntil().atOffset(ZoneOffset.UTC);
            usedAt[i] = Moments.utc(code.usedAt());
            if (changes.get(i).isInsert()) {
                writing.afterwards(() -> PayCodeMetrics.made("code"));
            }
            if (code.usedAt() != null) {
                writing.afterwards(() -> PayCodeMetrics.taken("code"));
            }
        }
        writing.execute(UPSERT, Tuple.from(List.of(books, ids, members, madeAt, validUntil, usedAt)));
    }
}
