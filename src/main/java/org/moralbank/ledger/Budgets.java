package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.regex.Pattern;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/**
 * Budgets: how much a fund may grant in a year, and how much the community may issue in a year for services, awards and
 * tasks. A period without one is not bounded. What comes back in its year, by a reversal or a closing, may be issued again.
 */
@ApplicationScoped
public class Budgets {
    private static final Pattern YEAR = Pattern.compile("[12][0-9]{3}");
    private static final Pattern FUND_AND_YEAR = Pattern.compile("(?!POOL\\.)[A-Za-z0-9][A-Za-z0-9_-]*\\.[12][0-9]{3}");

    private final Commits commits;
    private final BudgetStore store;

    Budgets(Commits commits, BudgetStore store) {
        this.commits = commits;
        this.store = store;
    }

    /**
     * Sets what the account of a period may issue, from now on; in minor parts of its unit. Refuses, in this order: an id that
     * no account or period has ({@link #account}), an account that issues nothing, and less than is issued.
     */
    Uni<Answer> set(Ask ask, BookHandle book, AccountPath account, long amount, Budget.Decision decision) {
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                BookEvents.need(needs, book.id());
                if (account.chart().isIssuing()) {
                    Ledger.needHolding(needs, holder(book, account));
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (!account.chart().isIssuing()) {
                    throw new BudgetRejection.AccountIssuesNothing(account.toString()).refused();
                }
                Budget budget = Ledger.setBudget(set, holder(book, account), amount, decision);
                BudgetView.Event event = BudgetView.Event.of(budget);
                BookEvents.append(set, book.id(), "budget.set", subject(budget), event);
                return Answer.created(book.path() + "/" + subject(budget), BudgetView.made(budget));
            }
        });
    }

    private static String subject(Budget budget) {
        return "accounts/" + budget.period().path() + "/budgets/" + budget.number();
    }

    private static Holder holder(BookHandle book, AccountPath account) {
        return new Holder(book.id(), account.chart(), account.owner(), account.unit());
    }

    /** A page of what was set for a period, the first of all first. */
    Uni<Page<BudgetView>> list(BookHandle book, AccountPath account, Page.Request page) {
        return store.list(holder(book, account), page.afterNumber(0), page.rows())
                .map(rows -> Page.of(
                        page, rows.stream().map(BudgetView::of).toList(), budget -> Integer.toString(budget.number())));
    }

    /** One of them. */
    Uni<BudgetView> get(BookHandle book, AccountPath account, long number) {
        return store.list(holder(book, account), number - 1, 1)
                .map(rows -> rows.stream()
                        .filter(budget -> budget.number() == number)
                        .findFirst()
                        .map(BudgetView::of)
                        .orElseThrow(() -> new ProtocolRejection.NotFound("budget").refused()));
    }

    /**
     * The account of that id, which need not be there yet; refuses what no account is called, and an issuing account of no
     * period.
     */
    static AccountPath account(String id) {
        AccountPath path = AccountPath.parse(id);
        if (path == null || path.chart().isIssuing() && !isOfPeriod(path)) {
            throw new ProtocolRejection.NotFound("account").refused();
        }
        return path;
    }

    private static boolean isOfPeriod(AccountPath path) {
        Pattern period = path.chart() == Chart.ISSUED_FUND_TIME ? FUND_AND_YEAR : YEAR;
        return path.lot().isEmpty() && period.matcher(path.owner()).matches();
    }
}
