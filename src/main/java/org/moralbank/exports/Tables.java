package org.moralbank.exports;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.EntryRows;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;
import org.moralbank.reports.Scope;
import org.moralbank.reports.TrialBalance;
import org.moralbank.reports.TrialBalances;

/** The contents of an export as tables. Amounts are in minor parts of the unit. */
final class Tables {
    private final Reading reading;
    private final Selection selection;
    private final TrialBalances balances;
    private final Language language;
    private final TableFile file;
    private final FileSink sink;
    private long records;

    Tables(Reading reading, TrialBalances balances, TableFile file, FileSink sink) {
        this.reading = reading;
        this.selection = reading.selection();
        this.balances = balances;
        this.language = selection.language();
        this.file = file;
        this.sink = sink;
    }

    /** What a sheet of a content is called. */
    static String sheet(PackFile.Content content, Language language) {
        boolean chinese = language == Language.ZH;
        return switch (content) {
            case JOURNAL -> chinese ? "序时账" : "journal";
            case GENERAL_LEDGER -> chinese ? "总账" : "general-ledger";
            case ACCOUNTS -> chinese ? "账户" : "accounts";
            case STATEMENTS -> chinese ? "对账单" : "statements";
            case TRIAL_BALANCE -> chinese ? "试算平衡表" : "trial-balance";
        };
    }

    /** Writes a content; how many records it has. */
    long write(PackFile.Content content) {
        switch (content) {
            case JOURNAL -> journal();
            case GENERAL_LEDGER -> lines(SelectionStore.Order.BY_CODE);
            case ACCOUNTS -> accounts();
            case STATEMENTS -> lines(SelectionStore.Order.BY_OWNER);
            case TRIAL_BALANCE -> trialBalance();
        }
        sink.write(file.end());
        return records;
    }

    private String of(String english, String chinese) {
        return language == Language.ZH ? chinese : english;
    }

    private void flush() {
        sink.write(file.take());
    }

    private void journal() {
        file.row(EntryRows.headings(language));
        reading.entries(
                entry -> {
                    EntryRows.write(entry, file);
                    records += entry.postings().size();
                },
                this::flush);
    }

    private void accounts() {
        file.row(
                of("account", "账户"),
                of("unit", "计量单位"),
                of("expiresOn", "到期日"),
                of("restricted", "限制用途"),
                of("posted", "余额"),
                of("version", "账户版本"));
        reading.accounts(selection.lastSeq(), accounts -> {
            for (SelectionStore.AccountAt account : accounts) {
                file.row(
                        account.path(),
                        account.unit(),
                        account.expiresOn(),
                        account.restricted(),
                        account.posted(),
                        account.version());
            }
            records += accounts.size();
            flush();
        });
    }

    private void trialBalance() {
        Scope scope = reading.scope();
        file.row(TrialBalances.headings(language));
        for (List<TrialBalance.Row> page :
                balances.rows(reading.book(), scope).subscribe().asIterable(1, () -> new ArrayBlockingQueue<>(2))) {
            page.forEach(row -> file.row(TrialBalances.cells(row, scope.hasPeriod())));
            records += page.size();
            flush();
            reading.goOn();
        }
    }

    // ---- account by account ------------------------------------------------------------------------------------

    /**
     * Each account with what it had before, its postings and what it has then; of business days, which are not in order of
     * posting, only the postings.
     */
    private void lines(SelectionStore.Order order) {
        Run run = new Run(order == SelectionStore.Order.BY_OWNER);
        file.row(run.headings());
        reading.lines(order, page -> {
            page.forEach(run::take);
            flush();
        });
        run.endAccount();
    }

    /** Accounts, one behind the other. */
    private final class Run {
        private final boolean ofOwners;
        private final boolean sums = selection.isGapless();
        private SelectionStore.@Nullable AccountKey account;
        private String path = "";
        private long debits;
        private long credits;
        private long balance;

        Run(boolean ofOwners) {
            this.ofOwners = ofOwners;
        }

        private @Nullable Object[] headings() {
            List<Object> headings = new ArrayList<>();
            if (ofOwners) {
                headings.add(of("owner", "户主"));
            }
            headings.addAll(Arrays.asList(
                    of("account", "账户"),
                    of("row", "行类"),
                    of("seq", "凭证号"),
                    of("type", "业务类型"),
                    of("occurredOn", "业务日期"),
                    of("postedAt", "记账时间"),
                    of("debit", "借方"),
                    of("credit", "贷方"),
                    of("balance", "余额"),
                    of("version", "账户版本"),
                    of("reference", "业务编号")));
            return headings.toArray();
        }

        void take(SelectionStore.AccountLine read) {
            SelectionStore.Line line = read.line();
            Long before = read.before();
            if (line == null && before == null) {
                return;
            }
            if (account == null || account.number() != read.account().number()) {
                endAccount();
                account = read.account();
                path = account.path();
                debits = 0;
                credits = 0;
                balance = line != null ? line.balanceAfter() - line.amount() : before != null ? before : 0;
                sum("OPENING");
            }
            if (line != null) {
                long debit = -Math.min(0, line.amount());
                long credit = Math.max(0, line.amount());
                debits += debit;
                credits += credit;
                balance = line.balanceAfter();
                row(
                        "POSTING",
                        line.seq(),
                        line.type(),
                        line.occurredOn(),
                        line.postedAt(),
                        debit,
                        credit,
                        balance,
                        line.version(),
                        line.reference());
                records++;
            }
        }

        private void sum(String kind) {
            if (sums) {
                row(kind, null, null, null, null, debits, credits, balance, null, null);
            }
        }

        private void row(String kind, @Nullable Object... cells) {
            List<@Nullable Object> row = new ArrayList<>(cells.length + 3);
            if (ofOwners && account != null) {
                row.add(account.owner());
            }
            row.add(path);
            row.add(kind);
            row.addAll(Arrays.asList(cells));
            file.row(row.toArray());
        }

        void endAccount() {
            if (account != null) {
                sum("CLOSING");
                account = null;
            }
        }
    }
}
