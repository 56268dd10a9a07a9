package org.moralbank.paycodes;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;

/** Rows of {@code pay_voucher}. */
final class VoucherTable implements Table<Voucher.Key, Voucher> {
    static final VoucherTable VOUCHERS = new VoucherTable();

    static final String COLUMNS = """
            v.book_id, v.voucher_id, v.code_hash, v.member, v.amount, v.status, v.expires_on, v.expires_at, v.reference,
            v.created_at, v.ended_at
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, voucher_id)
            JOIN pay_voucher v USING (book_id, voucher_id)
            """;

    private static final String UPSERT = """
            INSERT INTO pay_voucher (book_id, voucher_id, code_hash, member, amount, status, expires_on, expires_at,
                                     reference, created_at, ended_at)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::date[],
                        $8::timestamptz[], $9::text[], $10::timestamptz[], $11::timestamptz[])
            ON CONFLICT (book_id, voucher_id) DO UPDATE SET status = excluded.status, ended_at = excluded.ended_at
            """;

    private VoucherTable() {}

    @Override
    public int changedUnder(Voucher.Key voucher) {
        return voucher.book();
    }

    @Override
    public Future<Map<Voucher.Key, Voucher>> load(SqlConnection connection, List<Voucher.Key> keys) {
        Short[] books = keys.stream().map(key -> (short) key.book()).toArray(Short[]::new);
        UUID[] ids = keys.stream().map(Voucher.Key::id).toArray(UUID[]::new);
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(books, ids)))
                .map(rows -> {
                    Map<Voucher.Key, Voucher> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Voucher voucher = voucher(row);
                        found.put(voucher.key(), voucher);
                    }
                    return found;
                });
    }

    static Voucher voucher(Row row) {
        return new Voucher(
                row.getShort(0),
                row.getUUID(1),
                row.getUUID(2),
                row.getString(3),
                row.getLong(4),
                Voucher.Status.valueOf(row.getString(5)),
                row.getLocalDate(6),
                row.getOffsetDateTime(7).toInstant(),
                row.getString(8),
                row.getOffsetDateTime(9).toInstant(),
                Moments.instant(row.getOffsetDateTime(10)));
    }

    @Override
    public void write(Writing writing, List<Change<Voucher.Key, Voucher>> changes) {
        int n = changes.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        UUID[] hashes = new UUID[n];
        String[] members = new String[n];
        Long[] amounts = new Long[n];
        String[] statuses = new String[n];
        LocalDate[] expiresOn = new LocalDate[n];
        OffsetDateTime[] expiresAt = new OffsetDateTime[n];
        @Nullable String[] references = new @Nullable String[n];
        OffsetDateTime[] createdAt = new OffsetDateTime[n];
        @Nullable OffsetDateTime[] endedAt = new @Nullable OffsetDateTime[n];
        for (int i = 0; i < n; i++) {
            Voucher voucher = changes.get(i).after();
            books[i] = (short) voucher.book();
            ids[i] = voucher.id();
            hashes[i] = voucher.codeHash();
            members[i] = voucher.member();
            amounts[i] = voucher.amount();
            statuses[i] = voucher.status().name();
            expiresOn[i] = voucher.expiresOn();
            expiresAt[i] = voucher.expiresAt().atOffset(ZoneOffset.UTC);
            references[i] = voucher.reference();
            createdAt[i] = voucher.createdAt().atOffset(ZoneOffset.UTC);
            endedAt[i] = Moments.utc(voucher.endedAt());
            Change<Voucher.Key, Voucher> change = changes.get(i);
            writing.afterwards(() -> measure(change));
        }
        writing.execute(
                UPSERT,
                Tuple.from(List.of(
                        books,
                        ids,
                        hashes,
                        members,
                        amounts,
                        statuses,
                        expiresOn,
                        expiresAt,
                        references,
                        createdAt,
                        endedAt)));
    }

    private static void measure(Change<Voucher.Key, Voucher> change) {
        if (change.isInsert()) {
            PayCodeMetrics.made("voucher");
        }
        Voucher.Status status = change.after().status();
        if (status == Voucher.Status.USED) {
            PayCodeMetrics.taken("voucher");
        } else if (status != Voucher.Status.ACTIVE) {
            PayCodeMetrics.voucherEnded(status.name().toLowerCase(Locale.ROOT));
        }
    }
}
