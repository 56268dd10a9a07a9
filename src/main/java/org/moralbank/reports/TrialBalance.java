package org.moralbank.reports;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.Unit;

/** A page of a trial balance: accounts in order of the chart, and with the first page what they all come to. */
@Schema(name = "TrialBalance")
public record TrialBalance(
        @Schema(description = "The book's code", examples = "BHL")
        String book,

        @Schema(
                description = "Entries up to this one are counted; the same answer can be had again by it, as toSeq",
                examples = "782")
        long seq,

        @Schema(description = "The moment that was asked for") @Nullable
        Instant asOf,

        @Schema(description = "The first entry of the period that was asked for") @Nullable
        Long fromSeq,

        @Schema(description = "The first business day of the period that was asked for") @Nullable
        LocalDate from,

        @Schema(description = "The last business day that was asked for") @Nullable
        LocalDate on,

        @Schema(description = "The proof, per unit: what all accounts come to is zero. Of the first page only")
        @Nullable
        List<Proof> totals,

        @Schema(description = "Per code of the chart and unit. Of the first page only") @Nullable
        List<Subtotal> codes,

        @Schema(description = "Per account that anything was ever posted to")
        List<AccountLine> items,

        @Schema(nullable = true)
        @com.fasterxml.jackson.annotation.JsonInclude(com.fasterxml.jackson.annotation.JsonInclude.Include.ALWAYS)
        @Nullable
        String next) {

    /**
     * Sums of postings. Opening and closing are balances, above zero where credits outweigh; opening - debit + credit =
     * closing.
     */
    public record Sums(long opening, long debit, long credit, long closing) {
        static final Sums NONE = new Sums(0, 0, 0, 0);

        Sums plus(Sums other) {
            return new Sums(
                    Math.addExact(opening, other.opening),
                    Math.addExact(debit, other.debit),
                    Math.addExact(credit, other.credit),
                    Math.addExact(closing, other.closing));
        }

        boolean isZero() {
            return opening == 0 && debit == credit && closing == 0;
        }
    }

    /** One account. */
    public record Line(AccountPath account, Sums sums) {}

    /** A row of a trial balance as a file: accounts, after those of a code what they come to, in the end all of a unit. */
    public sealed interface Row {
        record Account(AccountPath account, Sums sums) implements Row {}

        record Code(String code, Unit unit, int accounts, Sums sums) implements Row {}

        record Total(Unit unit, int accounts, Sums sums) implements Row {}
    }

    /** An account as it is shown. */
    @Schema(name = "TrialBalanceAccount")
    public record AccountLine(
            @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
            String account,

            @Schema(description = "Of the chart", examples = "2100")
            String code,

            Unit unit,

            @Schema(description = "Before the period; absent without one", examples = "1164") @Nullable
            Long opening,

            @Schema(description = "The debits of the period; absent without one", examples = "0") @Nullable
            Long debit,

            @Schema(description = "The credits of the period; absent without one", examples = "60") @Nullable
            Long credit,

            @Schema(
                    description = "The balance, in minor parts of the unit; above zero where credits outweigh",
                    examples = "1224")
            long closing) {
        static AccountLine of(Line line, boolean hasPeriod) {
            Sums sums = line.sums();
            return new AccountLine(
                    line.account().toString(),
                    line.account().chart().code(),
                    line.account().unit(),
                    hasPeriod ? sums.opening() : null,
                    hasPeriod ? sums.debit() : null,
                    hasPeriod ? sums.credit() : null,
                    sums.closing());
        }
    }

    /** All accounts of a code and unit. */
    @Schema(name = "TrialBalanceCode")
    public record Subtotal(
            @Schema(examples = "2100") String code,
            Unit unit,

            @Schema(description = "How many accounts", examples = "47")
            int accounts,

            @Nullable Long opening,
            @Nullable Long debit,
            @Nullable Long credit,
            long closing) {
        static Subtotal of(Row.Code row, boolean hasPeriod) {
            Sums sums = row.sums();
            return new Subtotal(
                    row.code(),
                    row.unit(),
                    row.accounts(),
                    hasPeriod ? sums.opening() : null,
                    hasPeriod ? sums.debit() : null,
                    hasPeriod ? sums.credit() : null,
                    sums.closing());
        }
    }

    /** All accounts of a unit: the proof that the books are balanced. */
    @Schema(name = "TrialBalanceTotal")
    public record Proof(
            Unit unit,

            @Schema(description = "How many accounts", examples = "61")
            int accounts,

            @Schema(description = "Zero", examples = "0") @Nullable
            Long opening,

            @Nullable Long debit,

            @Schema(description = "As much as debit") @Nullable
            Long credit,

            @Schema(description = "Zero", examples = "0") long closing,

            @Schema(description = "Whether all is as it has to be", examples = "true")
            boolean balanced) {
        static Proof of(Row.Total row, boolean hasPeriod) {
            Sums sums = row.sums();
            return new Proof(
                    row.unit(),
                    row.accounts(),
                    hasPeriod ? sums.opening() : null,
                    hasPeriod ? sums.debit() : null,
                    hasPeriod ? sums.credit() : null,
                    sums.closing(),
                    sums.isZero());
        }
    }

    /** The totals of subtotals. */
    static List<Row.Total> totals(List<Row.Code> codes) {
        Map<Unit, Row.Total> byUnit = new EnumMap<>(Unit.class);
        for (Row.Code code : codes) {
            byUnit.merge(
                    code.unit(),
                    new Row.Total(code.unit(), code.accounts(), code.sums()),
                    (one, other) -> new Row.Total(
                            one.unit(),
                            one.accounts() + other.accounts(),
                            one.sums().plus(other.sums())));
        }
        return List.copyOf(byUnit.values());
    }

    /** Makes rows of the lines of all accounts, in order of the chart, as they come. */
    static final class Rows {
        private final List<Row.Code> codes = new ArrayList<>();
        private final Map<Unit, Row.Code> open = new EnumMap<>(Unit.class);
        private String code = "";

        /** The next lines, and what a code comes to that they end. */
        List<Row> of(List<Line> lines) {
            List<Row> rows = new ArrayList<>(lines.size() + 2);
            for (Line line : lines) {
                AccountPath account = line.account();
                if (!account.chart().code().equals(code)) {
                    close(rows);
                    code = account.chart().code();
                }
                rows.add(new Row.Account(account, line.sums()));
                open.merge(
                        account.unit(),
                        new Row.Code(code, account.unit(), 1, line.sums()),
                        (one, other) -> new Row.Code(
                                code, one.unit(), one.accounts() + 1, one.sums().plus(other.sums())));
            }
            return rows;
        }

        /** What the last code comes to, and all. */
        List<Row> end() {
            List<Row> rows = new ArrayList<>();
            close(rows);
            rows.addAll(totals(codes));
            return rows;
        }

        private void close(List<Row> rows) {
            rows.addAll(open.values());
            codes.addAll(open.values());
            open.clear();
        }
    }
}
