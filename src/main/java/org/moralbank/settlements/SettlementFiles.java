package org.moralbank.settlements;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;

/**
 * A merchant's files of a day, for the day after: CSV (RFC 4180). The first line counts and sums, the second names the
 * columns. They hold what was posted on the day, which never changes when it is over, so that a file is the same for ever;
 * they stream keyset pages, so that their size costs no memory.
 */
@ApplicationScoped
class SettlementFiles {
    private static final int PAGE = 2_000;

    private static final String TRANSACTION_COLUMNS =
            "entry,type,occurredOn,postedAt,redemption,terminal,terminalTransaction,reference,amount,payableAfter,"
                    + "saleTerminal\r\n";

    private static final String SETTLEMENT_COLUMNS =
            "entry,status,at,settlement,from,through,amount,gross,payment,bankReference,reference\r\n";

    /** RFC 3339 in UTC, always with six decimals, as entries have it. */
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final PayableStore store;
    private final SettlementStore settlements;

    SettlementFiles(PayableStore store, SettlementStore settlements) {
        this.store = store;
        this.settlements = settlements;
    }

    /** What tills sold and gave back, and what else changed the payable on the day, but for settlements. */
    Multi<Buffer> transactions(BookHandle book, String merchant, LocalDate day) {
        return extent(book, merchant, day)
                .onItem()
                .transformToMulti(extent -> Multi.createBy()
                        .concatenating()
                        .streams(
                                store.sums(extent)
                                        .map(sums -> buffer(transactionHead(merchant, day, sums)))
                                        .toMulti(),
                                pages(
                                        extent,
                                        (after, limit) -> store.transactions(extent, after, limit),
                                        PayableStore.Transaction::seq,
                                        SettlementFiles::transactions)));
    }

    /** What was closed, paid and rejected on the day. */
    Multi<Buffer> settlements(BookHandle book, String merchant, LocalDate day) {
        return extent(book, merchant, day)
                .onItem()
                .transformToMulti(extent -> Multi.createBy()
                        .concatenating()
                        .streams(
                                store.changeSums(extent)
                                        .map(sums -> buffer(settlementHead(merchant, day, sums)))
                                        .toMulti(),
                                pages(
                                        extent,
                                        (after, limit) -> store.changes(extent, after, limit),
                                        PayableStore.Change::seq,
                                        SettlementFiles::changes)));
    }

    /** Refuses an unknown merchant, then a day that is not over. */
    private Uni<PayableStore.Extent> extent(BookHandle book, String merchant, LocalDate day) {
        Instant from = day.atStartOfDay(book.calendar()).toInstant();
        Instant until = day.plusDays(1).atStartOfDay(book.calendar()).toInstant();
        return settlements
                .ofPath(book, merchant)
                .chain(known -> store.isOver(book, until))
                .chain(over -> {
                    if (!over) {
                        throw new SettlementRejection.DayNotOver(day).refused();
                    }
                    return store.extent(book, merchant, from, until);
                });
    }

    /** All rows, page by page: the next is asked for when the one before was taken. */
    private static <T> Multi<Buffer> pages(
            PayableStore.Extent extent,
            BiFunction<Long, Integer, Uni<List<T>>> read,
            Function<T, Long> key,
            Function<List<T>, String> written) {
        return Multi.createBy()
                .repeating()
                .uni(
                        () -> new AtomicLong(extent.after()),
                        after -> read.apply(after.get(), PAGE).invoke(rows -> {
                            if (!rows.isEmpty()) {
                                after.set(key.apply(rows.getLast()));
                            }
                        }))
                .whilst(rows -> rows.size() == PAGE)
                .select()
                .where(rows -> !rows.isEmpty())
                .map(rows -> buffer(written.apply(rows)));
    }

    private static String transactionHead(String merchant, LocalDate day, Map<String, PayableStore.Sum> sums) {
        long count = 0;
        long sum = 0;
        for (Map.Entry<String, PayableStore.Sum> posted : sums.entrySet()) {
            if (!posted.getKey().startsWith("SETTLEMENT_")) {
                count += posted.getValue().count();
                sum += posted.getValue().amount();
            }
        }
        return "file,transactions,merchant," + merchant + ",day," + day + ",unit,PTS,count," + count + ",sum," + sum
                + "\r\n" + TRANSACTION_COLUMNS;
    }

    private static String settlementHead(String merchant, LocalDate day, Map<String, PayableStore.Sum> sums) {
        long count = sums.values().stream().mapToLong(PayableStore.Sum::count).sum();
        return "file,settlements,merchant," + merchant + ",day," + day + ",unit,PTS,count," + count + ",closed,"
                + of(sums, Settlement.Status.CLOSED) + ",paid," + of(sums, Settlement.Status.PAID) + ",rejected,"
                + of(sums, Settlement.Status.REJECTED) + "\r\n" + SETTLEMENT_COLUMNS;
    }

    private static long of(Map<String, PayableStore.Sum> sums, Settlement.Status status) {
        return sums.getOrDefault(status.name(), PayableStore.Sum.NONE).amount();
    }

    private static String transactions(List<PayableStore.Transaction> page) {
        StringBuilder out = new StringBuilder(page.size() * 160);
        for (PayableStore.Transaction one : page) {
            PayableStore.Redeemed redeemed = one.redeemed();
            out.append(one.seq()).append(',');
            out.append(one.type()).append(',');
            out.append(one.occurredOn()).append(',');
            out.append(MICROS.format(one.postedAt())).append(',');
            cell(redeemed == null ? null : redeemed.redemption(), out);
            cell(redeemed == null ? null : redeemed.terminal(), out);
            cell(redeemed == null ? null : redeemed.terminalTransaction(), out);
            cell(one.reference(), out);
            out.append(one.amount()).append(',');
            out.append(one.balanceAfter()).append(',');
            out.append(quoted(redeemed == null ? null : redeemed.saleTerminal()))
                    .append("\r\n");
        }
        return out.toString();
    }

    private static String changes(List<PayableStore.Change> page) {
        StringBuilder out = new StringBuilder(page.size() * 160);
        for (PayableStore.Change one : page) {
            out.append(one.seq()).append(',');
            out.append(one.status()).append(',');
            out.append(MICROS.format(one.at())).append(',');
            out.append(one.settlement()).append(',');
            out.append(one.from()).append(',');
            out.append(one.through()).append(',');
            out.append(one.amount()).append(',');
            out.append(one.gross()).append(',');
            out.append(one.payment()).append(',');
            cell(one.bankReference(), out);
            out.append(quoted(one.reference())).append("\r\n");
        }
        return out.toString();
    }

    private static void cell(@Nullable Object value, StringBuilder out) {
        out.append(quoted(value)).append(',');
    }

    /** A reference has no line break; a comma or a quote it may have. */
    private static String quoted(@Nullable Object value) {
        String text = Objects.toString(value, "");
        return text.indexOf(',') < 0 && text.indexOf('"') < 0 ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static Buffer buffer(String text) {
        return Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
