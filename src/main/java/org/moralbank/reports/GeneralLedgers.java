package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/**
 * General ledgers: account by account in order of the chart, each with its postings.
 *
 * <p>An account may have one posting or a million. How many there are in the period is known before they are read, from the
 * versions of its first and last, so that small accounts are read many at once and a large one in parts.
 */
@ApplicationScoped
public class GeneralLedgers {
    private static final int PAGE = 2_000;
    private static final int ACCOUNTS = 500;

    private static final Column[] COLUMNS = {
        Column.ROW,
        Column.ACCOUNT,
        Column.UNIT,
        Column.SEQ,
        Column.TYPE,
        Column.OCCURRED_ON,
        Column.POSTED_AT,
        Column.REFERENCE,
        Column.DEBIT,
        Column.CREDIT,
        Column.BALANCE
    };

    private final ReportStore store;

    GeneralLedgers(ReportStore store) {
        this.store = store;
    }

    /** Lines behind a position: {@code limit} of them, or fewer at the end. */
    Uni<List<GeneralLedger.Read>> lines(
            BookHandle book, Scope scope, ReportStore.Which which, GeneralLedger.Position after, int limit) {
        return next(book, scope.withPeriod(), which, after, limit).chain(read -> {
            if (read.isEmpty() || read.size() >= limit) {
                return Uni.createFrom().item(read.subList(0, Math.min(limit, read.size())));
            }
            return lines(book, scope, which, read.getLast().behind(), limit - read.size())
                    .map(more -> {
                        read.addAll(more);
                        return read;
                    });
        });
    }

    /** All lines, page by page. */
    public Multi<List<GeneralLedger.Line>> lines(BookHandle book, Scope scope) {
        return lines(book, scope, ReportStore.Which.ALL);
    }

    Multi<List<GeneralLedger.Line>> lines(BookHandle book, Scope scope, ReportStore.Which which) {
        Scope period = scope.withPeriod();
        return Multi.createBy()
                .repeating()
                .uni(
                        () -> new AtomicReference<>(GeneralLedger.Position.BEGINNING),
                        position -> next(book, period, which, position.get(), PAGE)
                                .invoke(read -> {
                                    if (!read.isEmpty()) {
                                        position.set(read.getLast().behind());
                                    }
                                }))
                .whilst(read -> !read.isEmpty())
                .map(read -> read.stream().map(GeneralLedger.Read::line).toList());
    }

    /** Some lines behind a position, at least one unless there are none. */
    private Uni<List<GeneralLedger.Read>> next(
            BookHandle book, Scope scope, ReportStore.Which which, GeneralLedger.Position after, int wanted) {
        if (after.isInside()) {
            return rest(book, scope, after, wanted);
        }
        return store.begun(book.id(), scope, which, after.account(), Math.min(wanted, ACCOUNTS))
                .chain(accounts -> accounts.isEmpty()
                        ? Uni.createFrom().item(new ArrayList<>())
                        : whole(book, scope, accounts, wanted));
    }

    /** More of an account whose beginning was read. */
    private Uni<List<GeneralLedger.Read>> rest(BookHandle book, Scope scope, GeneralLedger.Position after, int wanted) {
        return store.postings(book.id(), scope, List.of(after.accountId()), List.of(after.seq()), wanted)
                .map(postings -> {
                    List<GeneralLedger.Read> read = new ArrayList<>();
                    GeneralLedger.Position position = add(read, after, postings);
                    if (postings.size() < wanted) {
                        read.add(GeneralLedger.Read.closing(position));
                    }
                    return read;
                });
    }

    /** As many accounts as have no more postings together than are wanted; or the beginning of the first. */
    private Uni<List<GeneralLedger.Read>> whole(
            BookHandle book, Scope scope, List<ReportStore.Begun> accounts, int wanted) {
        if (accounts.getFirst().lines() > wanted) {
            List<GeneralLedger.Read> read = new ArrayList<>();
            read.add(GeneralLedger.Read.opening(accounts.getFirst(), scope.sureThrough()));
            return Uni.createFrom().item(read);
        }
        List<Integer> ids = new ArrayList<>();
        List<Long> after = new ArrayList<>();
        long lines = 0;
        for (ReportStore.Begun account : accounts) {
            lines += account.lines();
            if (lines > wanted) {
                break;
            }
            ids.add(account.id());
            after.add(scope.sureThrough());
        }
        return store.postings(book.id(), scope, ids, after, wanted).map(postings -> {
            List<GeneralLedger.Read> read = new ArrayList<>();
            int next = 0;
            for (int place = 0; place < ids.size(); place++) {
                int first = next;
                while (next < postings.size() && postings.get(next).place() == place) {
                    next++;
                }
                GeneralLedger.Read opening = GeneralLedger.Read.opening(accounts.get(place), scope.sureThrough());
                read.add(opening);
                read.add(GeneralLedger.Read.closing(add(read, opening.behind(), postings.subList(first, next))));
            }
            return read;
        });
    }

    private static GeneralLedger.Position add(
            List<GeneralLedger.Read> read, GeneralLedger.Position after, List<GeneralLedger.Posted> postings) {
        GeneralLedger.Position position = after;
        for (GeneralLedger.Posted posted : postings) {
            GeneralLedger.Read line = GeneralLedger.Read.posting(position, posted);
            read.add(line);
            position = line.behind();
        }
        return position;
    }

    /** All lines as a file; the same scope is the same file for ever. */
    public Multi<Buffer> file(BookHandle book, Scope scope, TableFile file, Language headings) {
        return file(book, scope, ReportStore.Which.ALL, file, headings);
    }

    Multi<Buffer> file(BookHandle book, Scope scope, ReportStore.Which which, TableFile file, Language headings) {
        return ReportFile.of(
                file, Column.headings(headings, COLUMNS), lines(book, scope, which), GeneralLedgers::cells);
    }

    private static @Nullable Object[] cells(GeneralLedger.Line line) {
        return new @Nullable Object[] {
            line.row(),
            line.account(),
            line.unit(),
            line.seq(),
            line.type(),
            line.occurredOn(),
            line.postedAt(),
            line.reference(),
            line.debit(),
            line.credit(),
            line.balance()
        };
    }
}
