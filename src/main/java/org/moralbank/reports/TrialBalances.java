package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/** Trial balances: page by page, or as a file. */
@ApplicationScoped
public class TrialBalances {
    private static final int PAGE = 2_000;

    private static final Column[] COLUMNS = {
        Column.ROW,
        Column.CODE,
        Column.ACCOUNT,
        Column.UNIT,
        Column.OPENING,
        Column.DEBIT,
        Column.CREDIT,
        Column.CLOSING
    };

    private final ReportStore store;

    TrialBalances(ReportStore store) {
        this.store = store;
    }

    /** Accounts behind one, in order of the chart: {@code limit} at most. */
    Uni<List<TrialBalance.Line>> lines(BookHandle book, Scope scope, @Nullable AccountPath after, int limit) {
        return store.lines(book.id(), scope, after, limit);
    }

    /** What all accounts of each code and unit come to. */
    Uni<List<TrialBalance.Row.Code>> subtotals(BookHandle book, Scope scope) {
        return store.subtotals(book.id(), scope);
    }

    /** All rows, page by page: accounts, what each code comes to, and in the end what each unit comes to, which is zero. */
    public Multi<List<TrialBalance.Row>> rows(BookHandle book, Scope scope) {
        return Multi.createFrom().deferred(() -> {
            TrialBalance.Rows rows = new TrialBalance.Rows();
            Multi<List<TrialBalance.Line>> pages = Multi.createBy()
                    .repeating()
                    .uni(
                            AtomicReference<@Nullable AccountPath>::new,
                            after -> store.lines(book.id(), scope, after.get(), PAGE)
                                    .invoke(lines -> {
                                        if (!lines.isEmpty()) {
                                            after.set(lines.getLast().account());
                                        }
                                    }))
                    .whilst(lines -> lines.size() == PAGE);
            return Multi.createBy()
                    .concatenating()
                    .streams(pages.map(rows::of), Multi.createFrom().item(rows::end));
        });
    }

    /**
     * All rows as a file. Opening, debit and credit are empty cells where the scope has no period; the same scope is the
     * same file for ever.
     */
    public Multi<Buffer> file(BookHandle book, Scope scope, TableFile file, Language headings) {
        boolean hasPeriod = scope.hasPeriod();
        return ReportFile.of(file, Column.headings(headings, COLUMNS), rows(book, scope), row -> cells(row, hasPeriod));
    }

    /** The headings of a file. */
    public static Object[] headings(Language language) {
        return Column.headings(language, COLUMNS);
    }

    /** A row as cells below the headings. */
    public static @Nullable Object[] cells(TrialBalance.Row row, boolean hasPeriod) {
        return switch (row) {
            case TrialBalance.Row.Account one ->
                cells(
                        "ACCOUNT",
                        one.account().chart().code(),
                        one.account(),
                        one.account().unit(),
                        one.sums(),
                        hasPeriod);
            case TrialBalance.Row.Code one -> cells("CODE", one.code(), null, one.unit(), one.sums(), hasPeriod);
            case TrialBalance.Row.Total one -> cells("TOTAL", null, null, one.unit(), one.sums(), hasPeriod);
        };
    }

    private static @Nullable Object[] cells(
            String row,
            @Nullable Object code,
            @Nullable Object account,
            Object unit,
            TrialBalance.Sums sums,
            boolean hasPeriod) {
        return new @Nullable Object[] {
            row,
            code,
            account,
            unit,
            hasPeriod ? sums.opening() : null,
            hasPeriod ? sums.debit() : null,
            hasPeriod ? sums.credit() : null,
            sums.closing()
        };
    }
}
