package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.paycodes.PayCodeRejection;
import org.moralbank.paycodes.WrongCodes;
import org.moralbank.platform.Problem;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;

/**
 * What a till sold without a connection, as one work: each row is decided by itself, in order, and a refused one leaves no
 * trace and may be sent again. It is like {@link org.moralbank.commits.Bulk}, but a row is known by its terminal's
 * transaction, of which the redemption is the record, and no second one is kept.
 */
final class Uploading implements Work {
    private static final long A_MINUTE = 60;

    private final Ask ask;
    private final Sight sight;
    private final BookHandle book;
    private final Allowances allowances;
    private final UUID allowance;
    private final String signature;
    private final List<Row> rows;
    private final WrongCodes.Upload tries;

    private List<String> wrong = List.of();
    private Map<UploadView.Result, Long> results = Map.of();
    private Map<String, Integer> refusals = Map.of();

    /**
     * A row.
     *
     * @param terminalTransaction null only when that is what is wrong with its form
     * @param sale null when its form is wrong
     * @param fault what is wrong with its form, else null
     */
    record Row(
            @Nullable String terminalTransaction,
            @Nullable OfflineSale sale,
            @Nullable Rejection fault) {}

    Uploading(
            Ask ask,
            Sight sight,
            BookHandle book,
            Allowances allowances,
            UUID allowance,
            String signature,
            List<Row> rows,
            WrongCodes.Upload tries) {
        this.ask = ask;
        this.sight = sight;
        this.book = book;
        this.allowances = allowances;
        this.allowance = allowance;
        this.signature = signature;
        this.rows = rows;
        this.tries = tries;
    }

    /** The codes that the last decision found wrong; those that were used are none of them. */
    List<String> wrong() {
        return wrong;
    }

    /** How many rows had which result in the last decision. */
    Map<UploadView.Result, Long> results() {
        return results;
    }

    /** How many rows were refused by which code in the last decision. */
    Map<String, Integer> refusals() {
        return refusals;
    }

    @Override
    public int weight() {
        return rows.size();
    }

    @Override
    public void needs(Needs needs) {
        needs.row(BOOKS, book.id());
        BookEvents.need(needs, book.id());
        for (Row row : rows) {
            if (row.sale() != null) {
                Allowances.need(needs, row.sale().till());
                row.sale().needs(needs);
            }
        }
    }

    @Override
    public Answer decide(WorkingSet set) {
        wrong = new ArrayList<>();
        refusals = new HashMap<>();
        List<UploadView.Item> items = new ArrayList<>(rows.size());
        Map<String, Integer> firsts = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            items.add(decide(set, i, rows.get(i), firsts));
        }
        results = items.stream().collect(Collectors.groupingBy(UploadView.Item::result, Collectors.counting()));
        return Answer.ok(UploadView.of(items));
    }

    private UploadView.Item decide(WorkingSet set, int index, Row row, Map<String, Integer> firsts) {
        int mark = set.mark();
        String number = row.terminalTransaction();
        try {
            OfflineSale sale = row.sale();
            if (sale == null || number == null) {
                throw Objects.requireNonNull(row.fault()).refused();
            }
            Integer first = firsts.putIfAbsent(number, index);
            if (first != null) {
                throw new OfflineRejection.RowRepeated(number, first).refused();
            }
            OfflineSale.Taken taken = sale.take(set, allowances, allowance, signature, () -> refuseGuesses(sale));
            return new UploadView.Item(
                    index,
                    number,
                    taken.replayed() ? UploadView.Result.replayed : UploadView.Result.created,
                    shown(sale, taken.redemption()),
                    null);
        } catch (RefusedException refused) {
            set.undoTo(mark);
            refusals.merge(refused.rejection().code(), 1, Integer::sum);
            String code = row.sale() == null ? null : row.sale().codeToGuess();
            if (code != null && Offline.isGuess(refused.rejection())) {
                wrong.add(code);
            }
            return new UploadView.Item(
                    index,
                    number,
                    UploadView.Result.refused,
                    null,
                    Problem.of(refused.rejection()).members(ask.language(), ask.instance() + "#" + index));
        }
    }

    /** A code beyond the tries is not looked at: its row is refused as long as the wrong ones are of late. */
    private void refuseGuesses(OfflineSale sale) {
        String code = sale.codeToGuess();
        if (code != null && !tries.mayShow(code, wrong)) {
            throw new PayCodeRejection.TooManyWrong(A_MINUTE).refused();
        }
    }

    /** Who showed a code is not told to who saw it. */
    private RedemptionView shown(OfflineSale sale, Redemption redemption) {
        Redemption made = redemption.asMade();
        return RedemptionView.of(
                made,
                made.status(),
                sale.code() == null ? sight.member(made.purchase().member()) : null,
                null,
                made.purchase().payableAfter());
    }
}
