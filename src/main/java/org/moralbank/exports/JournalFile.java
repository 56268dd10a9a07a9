package org.moralbank.exports;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.JournalText;
import org.moralbank.ledger.Unit;

/**
 * The journal for plain text accounting. Where it begins with a later entry than the first, a transaction before it opens
 * the accounts with what they had, so that every assertion holds; where it leaves entries out, it asserts nothing.
 */
final class JournalFile {
    /** Of so many accounts of a day beancount is told what they have in the evening, so that no day holds more in memory. */
    private static final int ASSERTED_OF_A_DAY = 50_000;

    private final Reading reading;
    private final Selection selection;
    private final BookHandle book;
    private final FileSink sink;
    private final StringBuilder out = new StringBuilder(1 << 20);
    private long records;

    JournalFile(Reading reading, FileSink sink) {
        this.reading = reading;
        this.selection = reading.selection();
        this.book = reading.book();
        this.sink = sink;
    }

    private boolean asserts() {
        return selection.isGapless();
    }

    private boolean hasOpening() {
        return asserts() && selection.firstSeq() > 1;
    }

    private void flush() {
        sink.write(out);
    }

    // ---- hledger and ledger ------------------------------------------------------------------------------------

    /** The journal for hledger, which ledger reads too: each posting asserts its account's balance. */
    long hledger() {
        JournalText.preamble(book, selection.lastSeq(), asserts(), out);
        reading.accounts(selection.lastSeq(), accounts -> {
            accounts.forEach(account -> JournalText.account(account.path(), out));
            flush();
        });
        if (hasOpening()) {
            boolean[] begun = {false};
            LocalDate day = reading.dayOf(selection.firstSeq() - 1);
            reading.accounts(selection.firstSeq() - 1, accounts -> {
                for (SelectionStore.AccountAt account : accounts) {
                    if (account.posted() != 0) {
                        if (!begun[0]) {
                            JournalText.heading(day, OPENING, out);
                            begun[0] = true;
                        }
                        JournalText.posting(account.path(), account.unit(), account.posted(), account.posted(), out);
                    }
                }
                flush();
            });
        }
        reading.entries(
                entry -> {
                    JournalText.transaction(book, entry, asserts(), out);
                    records++;
                },
                this::flush);
        flush();
        return records;
    }

    private static final String OPENING = "opening balances";

    // ---- beancount ---------------------------------------------------------------------------------------------

    /**
     * The journal for beancount, which looks at balances in the morning: what a day has changed is asserted on the day after,
     * and every account at the end.
     */
    long beancount() {
        BeancountText.preamble(book, selection.lastSeq(), asserts(), out);
        long first = Math.max(1, selection.firstSeq() - 1);
        if (selection.lastSeq() < first) {
            flush();
            return 0;
        }
        LocalDate opened = reading.dayOf(first);
        reading.accounts(selection.lastSeq(), accounts -> {
            accounts.forEach(account -> BeancountText.open(opened, account.path(), account.unit(), out));
            flush();
        });
        if (hasOpening()) {
            boolean[] begun = {false};
            reading.accounts(selection.firstSeq() - 1, accounts -> {
                for (SelectionStore.AccountAt account : accounts) {
                    if (account.posted() != 0) {
                        if (!begun[0]) {
                            BeancountText.heading(opened, OPENING, out);
                            begun[0] = true;
                        }
                        BeancountText.posting(account.path(), account.unit(), account.posted(), out);
                    }
                }
                flush();
            });
        }
        Days days = new Days(opened);
        reading.entries(days::take, this::flush);
        if (asserts()) {
            LocalDate morning = days.day.plusDays(1);
            out.append('\n');
            reading.accounts(selection.lastSeq(), accounts -> {
                accounts.forEach(account ->
                        BeancountText.balance(morning, account.path(), account.unit(), account.posted(), out));
                flush();
            });
        }
        flush();
        return records;
    }

    /** Entries by the day of their posting, which never goes back. */
    private final class Days {
        private final Map<String, EntryView.PostingView> lastOfAccount = new HashMap<>();
        private final Map<String, Unit> units = new HashMap<>();
        private LocalDate day;

        Days(LocalDate day) {
            this.day = day;
        }

        void take(EntryView entry) {
            LocalDate posted = book.dayOf(entry.postedAt());
            if (!posted.equals(day)) {
                endDay();
                day = posted;
            }
            BeancountText.transaction(day, entry, out);
            records++;
            if (asserts()) {
                for (EntryView.PostingView posting : entry.postings()) {
                    if (lastOfAccount.size() < ASSERTED_OF_A_DAY || lastOfAccount.containsKey(posting.account())) {
                        lastOfAccount.put(posting.account(), posting);
                        units.put(posting.account(), entry.unit());
                    }
                }
            }
        }

        private void endDay() {
            LocalDate morning = day.plusDays(1);
            if (!lastOfAccount.isEmpty()) {
                out.append('\n');
            }
            lastOfAccount.keySet().stream()
                    .sorted()
                    .forEach(account -> BeancountText.balance(
                            morning,
                            account,
                            Objects.requireNonNull(units.get(account)),
                            Objects.requireNonNull(lastOfAccount.get(account)).balanceAfter(),
                            out));
            lastOfAccount.clear();
            units.clear();
        }
    }
}
