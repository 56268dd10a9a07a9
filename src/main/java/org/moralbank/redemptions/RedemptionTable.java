package org.moralbank.redemptions;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;
import org.moralbank.platform.Moments;
import org.moralbank.redemptions.Redemption.Capture;
import org.moralbank.redemptions.Redemption.Key;

/** Rows of {@code redemption}. What was agreed is written once; what became of it as often as it changes. */
final class RedemptionTable implements Table<Key, Redemption> {
    static final String COLUMNS = """
            r.book_id, r.redemption_id, r.mode, r.status, r.member, r.merchant, r.amount, r.approved, r.cash, r.terminal,
            r.terminal_transaction, r.content, r.reference, r.occurred_on, r.created_at, r.expires_at, r.payable_after,
            r.captured, r.seq, r.captured_at, r.refunded, r.ended_at, r.voucher, r.lines, r.lines_day
            """;

    /** How many columns {@link #COLUMNS} are; what is read besides stands behind them. */
    static final int WIDTH = 25;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::uuid[]) AS k (book_id, redemption_id)
            JOIN redemption r USING (book_id, redemption_id)
            """;

    private static final String INSERT = """
            INSERT INTO redemption (book_id, redemption_id, mode, status, member, merchant, amount, approved, cash, terminal,
                                    terminal_transaction, content, reference, occurred_on, created_at, expires_at,
                                    payable_after, captured, seq, captured_at, refunded, ended_at, voucher, lines, lines_day)
            SELECT *
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                        $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::bytea[], $13::text[], $14::date[],
                        $15::timestamptz[], $16::timestamptz[], $17::bigint[], $18::bigint[], $19::bigint[],
                        $20::timestamptz[], $21::bigint[], $22::timestamptz[], $23::uuid[], $24::text[], $25::date[])
            """;

    private static final String UPDATE = """
            UPDATE redemption r
            SET status = u.status, captured = u.captured, seq = u.seq, captured_at = u.captured_at,
                refunded = u.refunded, ended_at = u.ended_at
            FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[],
                        $7::bigint[], $8::timestamptz[])
                AS u (book_id, redemption_id, status, captured, seq, captured_at, refunded, ended_at)
            WHERE r.book_id = u.book_id AND r.redemption_id = u.redemption_id
            """;

    @Override
    public int changedUnder(Key redemption) {
        return redemption.book();
    }

    /** An authorization is captured within minutes, or voided; what came of it is seldom looked at. */
    @Override
    public Again again() {
        return Again.ONCE_SOON;
    }

    @Override
    public Future<Map<Key, Redemption>> load(SqlConnection connection, List<Key> keys) {
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.from(List.of(
                        keys.stream().map(key -> (short) key.book()).toArray(Short[]::new),
                        keys.stream().map(Key::id).toArray(UUID[]::new))))
                .map(rows -> {
                    Map<Key, Redemption> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Redemption redemption = redemption(row);
                        found.put(redemption.key(), redemption);
                    }
                    return found;
                });
    }

    /** A row of {@link #COLUMNS}. */
    static Redemption redemption(Row row) {
        Purchase purchase = purchase(row);
        OffsetDateTime ended = row.getOffsetDateTime(21);
        Capture capture = row.getLong(17) == null
                ? null
                : new Capture(
                        row.getLong(17),
                        row.getLong(18),
                        row.getOffsetDateTime(19).toInstant());
        return switch (Redemption.Status.valueOf(row.getString(3))) {
            case AUTHORIZED -> new Redemption.Authorized(purchase);
            case CAPTURED, REFUNDED ->
                new Redemption.Captured(purchase, Objects.requireNonNull(capture), row.getLong(20));
            case VOIDED -> new Redemption.Voided(purchase, ended.toInstant());
            case REVERSED -> new Redemption.Reversed(purchase, capture, ended.toInstant());
            case EXPIRED -> new Redemption.Expired(purchase);
        };
    }

    private static Purchase purchase(Row row) {
        String terminal = row.getString(9);
        Buffer content = row.getBuffer(11);
        return new Purchase(
                row.getShort(0),
                row.getUUID(1),
                Redemption.Mode.valueOf(row.getString(2)),
                row.getString(4),
                row.getString(5),
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                terminal == null ? null : new Redemption.Till(terminal, row.getString(10)),
                content == null ? null : HexFormat.of().formatHex(content.getBytes()),
                row.getString(12),
                row.getLocalDate(13),
                row.getOffsetDateTime(14).toInstant(),
                Moments.instant(row.getOffsetDateTime(15)),
                row.getLong(16),
                row.getUUID(22),
                Basket.of(row.getString(23), row.getLocalDate(24)));
    }

    @Override
    public void write(Writing writing, List<Change<Key, Redemption>> changes) {
        List<Redemption> made = new ArrayList<>();
        List<Redemption> changed = new ArrayList<>();
        for (Change<Key, Redemption> change : changes) {
            (change.isInsert() ? made : changed).add(change.after());
        }
        if (!made.isEmpty()) {
            insert(writing, made);
        }
        if (!changed.isEmpty()) {
            update(writing, changed);
        }
    }

    private static void insert(Writing writing, List<Redemption> made) {
        int n = made.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        String[] modes = new String[n];
        String[] members = new String[n];
        String[] merchants = new String[n];
        Long[] amounts = new Long[n];
        Long[] approved = new Long[n];
        Long[] cash = new Long[n];
        @Nullable String[] terminals = new @Nullable String[n];
        @Nullable String[] transactions = new @Nullable String[n];
        @Nullable Buffer[] contents = new @Nullable Buffer[n];
        @Nullable String[] references = new @Nullable String[n];
        LocalDate[] occurredOn = new LocalDate[n];
        OffsetDateTime[] createdAt = new OffsetDateTime[n];
        @Nullable OffsetDateTime[] expiresAt = new @Nullable OffsetDateTime[n];
        @Nullable Long[] payableAfter = new @Nullable Long[n];
        @Nullable UUID[] vouchers = new @Nullable UUID[n];
        @Nullable String[] lines = new @Nullable String[n];
        @Nullable LocalDate[] linesDays = new @Nullable LocalDate[n];
        Lives lives = new Lives(n);
        for (int i = 0; i < n; i++) {
            Purchase purchase = made.get(i).purchase();
            Redemption.Till till = purchase.till();
            books[i] = (short) purchase.book();
            ids[i] = purchase.id();
            modes[i] = purchase.mode().name();
            members[i] = purchase.member();
            merchants[i] = purchase.merchant();
            amounts[i] = purchase.amount();
            approved[i] = purchase.approved();
            cash[i] = purchase.cash();
            terminals[i] = till == null ? null : till.terminal();
            transactions[i] = till == null ? null : till.transaction();
            contents[i] = till == null
                    ? null
                    : Buffer.buffer(HexFormat.of().parseHex(Objects.requireNonNull(purchase.content())));
            references[i] = purchase.reference();
            occurredOn[i] = purchase.occurredOn();
            createdAt[i] = purchase.createdAt().atOffset(ZoneOffset.UTC);
            expiresAt[i] = Moments.utc(purchase.expiresAt());
            payableAfter[i] = purchase.payableAfter();
            Basket basket = purchase.basket();
            vouchers[i] = purchase.voucher();
            lines[i] = basket == null ? null : basket.json();
            linesDays[i] = basket == null ? null : basket.day();
            lives.set(i, made.get(i));
        }
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        books,
                        ids,
                        modes,
                        lives.statuses,
                        members,
                        merchants,
                        amounts,
                        approved,
                        cash,
                        terminals,
                        transactions,
                        contents,
                        references,
                        occurredOn,
                        createdAt,
                        expiresAt,
                        payableAfter,
                        lives.captured,
                        lives.seqs,
                        lives.capturedAt,
                        lives.refunded,
                        lives.endedAt,
                        vouchers,
                        lines,
                        linesDays)));
    }

    private static void update(Writing writing, List<Redemption> changed) {
        int n = changed.size();
        Short[] books = new Short[n];
        UUID[] ids = new UUID[n];
        Lives lives = new Lives(n);
        for (int i = 0; i < n; i++) {
            books[i] = (short) changed.get(i).purchase().book();
            ids[i] = changed.get(i).purchase().id();
            lives.set(i, changed.get(i));
        }
        writing.execute(
                UPDATE,
                Tuple.from(List.of(
                        books,
                        ids,
                        lives.statuses,
                        lives.captured,
                        lives.seqs,
                        lives.capturedAt,
                        lives.refunded,
                        lives.endedAt)));
    }

    /** The columns that change. */
    private static final class Lives {
        final String[] statuses;
        final @Nullable Long[] captured;
        final @Nullable Long[] seqs;
        final @Nullable OffsetDateTime[] capturedAt;
        final Long[] refunded;
        final @Nullable OffsetDateTime[] endedAt;

        Lives(int n) {
            statuses = new String[n];
            captured = new @Nullable Long[n];
            seqs = new @Nullable Long[n];
            capturedAt = new @Nullable OffsetDateTime[n];
            refunded = new Long[n];
            endedAt = new @Nullable OffsetDateTime[n];
        }

        void set(int i, Redemption redemption) {
            Capture taken = redemption.taken();
            statuses[i] = redemption.status().name();
            captured[i] = taken == null ? null : taken.amount();
            seqs[i] = taken == null ? null : taken.entry();
            capturedAt[i] = taken == null ? null : Moments.utc(taken.at());
            refunded[i] = redemption.givenBack();
            endedAt[i] = Moments.utc(redemption.endedAt());
        }
    }
}
