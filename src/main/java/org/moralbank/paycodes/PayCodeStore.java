package org.moralbank.paycodes;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Moments;
import org.moralbank.platform.Page;

/** Reads codes, devices and vouchers. */
@ApplicationScoped
class PayCodeStore {
    private static final String CODE = """
            SELECT member, made_at, valid_until, used_at
            FROM pay_code
            WHERE book_id = $1 AND code_id = $2
            """;

    private static final String DEVICE_OF_HANDLE = """
            SELECT device_id, member
            FROM pay_device
            WHERE book_id = $1 AND handle = $2
            """;

    private static final String TAKEN_HANDLES = """
            SELECT handle
            FROM pay_device
            WHERE book_id = $1 AND handle = ANY ($2)
            """;

    private static final String IS_MEMBER = "SELECT FROM member WHERE book_id = $1 AND member_id = $2";

    private static final String DEVICE = """
            SELECT d.device_id, d.handle, d.label, d.enrolled_at, d.revoked_at, d.last_step, d.last_used_at
            FROM pay_device d
            WHERE d.book_id = $1 AND d.member = $2 AND d.device_id = $3
            """;

    private static final String DEVICES = """
            SELECT d.device_id, d.handle, d.label, d.enrolled_at, d.revoked_at, d.last_step, d.last_used_at
            FROM pay_device d
            WHERE d.book_id = $1 AND d.member = $2
            AND ($3::uuid IS NULL OR d.device_id > $3)
            ORDER BY d.device_id
            LIMIT $4
            """;

    private static final String VOUCHER_OF_CODE = """
            SELECT voucher_id, member
            FROM pay_voucher
            WHERE book_id = $1 AND code_hash = $2
            """;

    private static final String VOUCHER =
            "SELECT " + VoucherTable.COLUMNS + "FROM pay_voucher v WHERE v.book_id = $1 AND v.voucher_id = $2";

    private static final String VOUCHERS = "SELECT " + VoucherTable.COLUMNS + """
            FROM pay_voucher v
            WHERE v.book_id = $1
            AND ($2::uuid IS NULL OR v.voucher_id > $2)
            AND ($3::text IS NULL OR v.member = $3)
            AND ($4::text IS NULL OR v.status = $4)
            AND ($5::text IS NULL OR v.reference = $5)
            AND ($6::timestamptz IS NULL OR v.created_at >= $6)
            AND ($7::timestamptz IS NULL OR v.created_at < $7)
            ORDER BY v.voucher_id
            LIMIT $8
            """;

    /**
     * Book by book, each by its own part of the index, and of each book the first before the second of any: a book with many
     * does not hide the others. The time is the statement's: that of the clock changes from row to row, and no index is looked
     * at by it.
     */
    private static final String DUE = "SELECT " + VoucherTable.COLUMNS + """
            FROM ledger_book b
            CROSS JOIN LATERAL (
                SELECT d.*, row_number() OVER (ORDER BY d.expires_at) AS turn
                FROM pay_voucher d
                WHERE d.book_id = b.book_id AND d.status = 'ACTIVE' AND d.expires_at <= statement_timestamp()
                AND NOT d.voucher_id = ANY ($3)
                ORDER BY d.expires_at
                LIMIT $1
            ) v
            WHERE NOT b.book_id = ANY ($2)
            ORDER BY v.turn
            LIMIT $1
            """;

    private final Pool pool;

    PayCodeStore(Pool pool) {
        this.pool = pool;
    }

    /** Whose a code is, and by what id he has it: neither ever changes. */
    record Owner(UUID id, String member) {}

    Uni<Optional<PayCode>> code(int book, UUID id) {
        return pool.preparedQuery(CODE).execute(Tuple.of((short) book, id)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(new PayCode(
                        book,
                        id,
                        row.getString(0),
                        row.getOffsetDateTime(1).toInstant(),
                        row.getOffsetDateTime(2).toInstant(),
                        Moments.instant(row.getOffsetDateTime(3))));
            }
            return Optional.empty();
        });
    }

    Uni<Optional<Owner>> ownerOfHandle(int book, String handle) {
        return pool.preparedQuery(DEVICE_OF_HANDLE)
                .execute(Tuple.of((short) book, handle))
                .map(PayCodeStore::owner);
    }

    Uni<Optional<Owner>> ownerOfVoucher(int book, UUID codeHash) {
        return pool.preparedQuery(VOUCHER_OF_CODE)
                .execute(Tuple.of((short) book, codeHash))
                .map(PayCodeStore::owner);
    }

    private static Optional<Owner> owner(RowSet<Row> rows) {
        for (Row row : rows) {
            return Optional.of(new Owner(row.getUUID(0), row.getString(1)));
        }
        return Optional.empty();
    }

    /** Those of the handles that a device of the book has or had. */
    Uni<Set<String>> takenHandles(int book, List<String> handles) {
        return pool.preparedQuery(TAKEN_HANDLES)
                .execute(Tuple.from(List.of((short) book, handles.toArray(String[]::new))))
                .map(rows -> {
                    Set<String> taken = new HashSet<>();
                    rows.forEach(row -> taken.add(row.getString(0)));
                    return taken;
                });
    }

    Uni<Boolean> isMember(int book, String member) {
        return pool.preparedQuery(IS_MEMBER)
                .execute(Tuple.of((short) book, member))
                .map(rows -> rows.size() > 0);
    }

    /** All that a member ever had, in the order of enrolment. */
    Uni<List<PayDevice>> devices(int book, String member, Page.Request page) {
        return pool.preparedQuery(DEVICES)
                .execute(Tuple.of((short) book, member, page.afterId(), page.rows()))
                .map(rows -> {
                    List<PayDevice> devices = new ArrayList<>(rows.size());
                    rows.forEach(row -> devices.add(PayDeviceTable.device(row.getDelegate())));
                    return devices;
                });
    }

    Uni<Optional<PayDevice>> device(int book, String member, @Nullable UUID id) {
        return pool.preparedQuery(DEVICE)
                .execute(Tuple.of((short) book, member, id))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(PayDeviceTable.device(row.getDelegate()));
                    }
                    return Optional.empty();
                });
    }

    Uni<Optional<Voucher>> voucher(int book, UUID id) {
        return pool.preparedQuery(VOUCHER)
                .execute(Tuple.of((short) book, id))
                .map(rows -> vouchers(rows).stream().findFirst());
    }

    /** What a list is narrowed to; null narrows nothing. */
    record Filter(
            @Nullable String member,
            Voucher.@Nullable Status status,
            @Nullable String reference,
            DayRange made) {}

    /** In the order of making. */
    Uni<List<Voucher>> vouchers(BookHandle book, Filter filter, Page.Request page) {
        return pool.preparedQuery(VOUCHERS)
                .execute(Tuple.tuple()
                        .addShort((short) book.id())
                        .addUUID(page.afterId())
                        .addString(filter.member())
                        .addString(
                                filter.status() == null ? null : filter.status().name())
                        .addString(filter.reference())
                        .addOffsetDateTime(filter.made().since(book.calendar()))
                        .addOffsetDateTime(filter.made().until(book.calendar()))
                        .addInteger(page.rows()))
                .map(PayCodeStore::vouchers);
    }

    /**
     * Some of those that are still held although their time is over, the longest over first in each book; none of these
     * books, and none of these vouchers.
     */
    Uni<List<Voucher>> due(int most, Collection<Integer> notOf, Collection<UUID> not) {
        Tuple arguments = Tuple.tuple()
                .addInteger(most)
                .addArrayOfShort(notOf.stream().map(Integer::shortValue).toArray(Short[]::new))
                .addArrayOfUUID(not.toArray(UUID[]::new));
        return pool.preparedQuery(DUE).execute(arguments).map(PayCodeStore::vouchers);
    }

    private static List<Voucher> vouchers(RowSet<Row> rows) {
        List<Voucher> vouchers = new ArrayList<>(rows.size());
        rows.forEach(row -> vouchers.add(VoucherTable.voucher(row.getDelegate())));
        return vouchers;
    }
}
