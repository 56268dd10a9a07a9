package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/** Holds the sub-ledgers of a book against its accounts. */
@ApplicationScoped
public class Reconciliations {
    private static final Column[] COLUMNS = {
        Column.RECONCILIATION, Column.UNIT, Column.SUBJECT, Column.LEFT, Column.RIGHT, Column.DIFFERENCE
    };

    private final Scopes scopes;
    private final ReconciliationStore store;

    Reconciliations(Scopes scopes, ReconciliationStore store) {
        this.scopes = scopes;
        this.store = store;
    }

    /** Compares all, or one of them. */
    Uni<ReconciliationStore.Reconciled> of(
            BookHandle book, Scopes.Asked asked, Reconciliation.@Nullable Name one, Language language) {
        List<Reconciliation.Name> names = Arrays.stream(Reconciliation.Name.values())
                .filter(name -> one == null || name == one)
                .filter(name -> isKnown(name, asked))
                .toList();
        Uni<@Nullable Scope> scope = asked.isNow()
                ? Uni.createFrom().nullItem()
                : scopes.resolve(book, asked).map(resolved -> resolved);
        return scope.chain(resolved -> store.reconcile(book, resolved, names, language));
    }

    private static boolean isKnown(Reconciliation.Name name, Scopes.Asked asked) {
        return switch (name) {
            case HOLDS -> asked.isNow();
            case BALANCES -> asked.on() == null;
            default -> true;
        };
    }

    /** A row for each, and below it one for each of its offenders. */
    static Multi<Buffer> file(ReconciliationStore.Reconciled read, TableFile file, Language headings) {
        return ReportFile.of(
                file,
                Column.headings(headings, COLUMNS),
                Multi.createFrom().item(read.reconciliations()).map(Reconciliations::rows),
                cells -> cells);
    }

    private static List<@Nullable Object[]> rows(List<Reconciliation> reconciliations) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Reconciliation each : reconciliations) {
            rows.add(
                    new @Nullable Object[] {each.name(), each.unit(), null, each.left(), each.right(), each.difference()
                    });
            for (Reconciliation.Offender one : each.offenders()) {
                rows.add(new @Nullable Object[] {
                    each.name(), each.unit(), one.subject(), one.left(), one.right(), one.difference()
                });
            }
        }
        return rows;
    }
}
