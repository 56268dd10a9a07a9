package org.moralbank.verifier;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a book come to so far, and the rules that the next one has to keep. Of a range that begins later than
 * the book, the first posting of an account is taken at its word: what was before is not in the pack. Of entries that were
 * chosen by business days the numbers have gaps, and an account that posts behind one is taken at its word again.
 */
final class BookSoFar {
    private static final int MOST_ENTRIES = Integer.MAX_VALUE - 8;

    private final String book;
    private final long firstSeq;
    private final Manifest.@Nullable Days days;
    private final Map<String, Account> accounts = new LinkedHashMap<>();

    /** By number from the first: which entries take another back, and which were taken back. */
    private final BitSet reversals = new BitSet();

    private final BitSet reversed = new BitSet();

    private final Map<String, Long> turnover = new TreeMap<>();
    /** What accounts.jsonl says of those that no entry here posts to. */
    private final Map<String, Long> untouched = new HashMap<>();

    private long nextSeq;
    private String lastPostedAt = "";
    private long entries;
    private long postings;

    /** @param days by which the entries were chosen; null when they follow one another */
    BookSoFar(String book, long firstSeq, Manifest.@Nullable Days days) {
        this.book = book;
        this.firstSeq = firstSeq;
        this.days = days;
        this.nextSeq = firstSeq;
        turnover.put("MIN", 0L);
        turnover.put("PTS", 0L);
    }

    /** An account: what its id says, and where its postings have left it. */
    static final class Account {
        final ChartLine.Named named;
        long balance;
        long version;

        /** What it had before its first posting here, and what these come to. */
        long opening;

        long debit;
        long credit;

        /** The entry that posted to it last. */
        private long lastSeq;

        private Account(ChartLine.Named named) {
            this.named = named;
        }
    }

    /** Whether no entry is left out between the first and the last. */
    boolean isGapless() {
        return days == null;
    }

    boolean isWhole() {
        return firstSeq == 1 && isGapless();
    }

    /** Whether all that happened up to its last day is here, as far as it was posted up to its last entry. */
    boolean isFromTheBeginning() {
        return firstSeq == 1 && (days == null || days.from() == null);
    }

    long lastSeq() {
        return nextSeq - 1;
    }

    long entries() {
        return entries;
    }

    long postings() {
        return postings;
    }

    /** What was credited, by unit: as much was debited. */
    Map<String, Long> turnover() {
        return turnover;
    }

    /** By id, in the order of their first postings. */
    Map<String, Account> accounts() {
        return accounts;
    }

    /** What accounts have that no entry here posts to, as accounts.jsonl has it; to be filled by who reads that. */
    Map<String, Long> untouched() {
        return untouched;
    }

    /** Takes the next entry in, unless it breaks a rule. */
    void take(SealedEntry entry) throws Fault {
        try {
            check(entry);
        } catch (ArithmeticException tooLarge) {
            throw new Fault("its amounts are beyond all measure").ofEntry(entry.seq());
        } catch (Fault fault) {
            throw fault.ofEntry(entry.seq());
        }
    }

    private void check(SealedEntry entry) throws Fault {
        if (days == null && entry.seq() != nextSeq) {
            throw new Fault("entry " + nextSeq + " should stand here");
        }
        if (entry.seq() < nextSeq) {
            throw new Fault(
                    entries == 0 ? "it stands before entry " + firstSeq : "it stands behind entry " + lastSeq());
        }
        if (days != null && !days.contain(entry.occurredOn())) {
            throw new Fault("it happened on " + entry.occurredOn() + ", which is none of the days " + days);
        }
        if (!entry.book().equals(book)) {
            throw new Fault("it is of book " + entry.book() + ", the manifest of " + book);
        }
        if (entry.postedAt().compareTo(lastPostedAt) < 0) {
            throw new Fault("it was posted at " + entry.postedAt() + ", before the last one at " + lastPostedAt);
        }
        if (entry.seq() - firstSeq >= MOST_ENTRIES) {
            throw new Fault("this verifier checks " + MOST_ENTRIES + " entries at most");
        }
        checkReversal(entry);
        if (entry.postings().size() < 2) {
            throw new Fault("it has fewer than two postings");
        }
        long sum = 0;
        long credited = 0;
        for (SealedEntry.Posting posting : entry.postings()) {
            sum = Math.addExact(sum, posting.amount());
            credited = Math.addExact(credited, Math.max(0, posting.amount()));
        }
        if (sum != 0) {
            throw new Fault("its postings sum to " + sum);
        }
        for (SealedEntry.Posting posting : entry.postings()) {
            post(entry, posting);
        }
        turnover.merge(entry.unit(), credited, Math::addExact);
        postings += entry.postings().size();
        lastPostedAt = entry.postedAt();
        nextSeq = entry.seq() + 1;
        entries++;
    }

    private void checkReversal(SealedEntry entry) throws Fault {
        long original = entry.reverses();
        if (original == 0) {
            return;
        }
        if (original < 1 || original >= entry.seq()) {
            throw new Fault("it takes back entry " + original + ", which is not before it");
        }
        reversals.set((int) (entry.seq() - firstSeq));
        if (original < firstSeq) {
            return;
        }
        int place = (int) (original - firstSeq);
        if (reversals.get(place)) {
            throw new Fault("it takes back entry " + original + ", which itself takes one back");
        }
        if (reversed.get(place)) {
            throw new Fault("it takes back entry " + original + ", which was taken back before");
        }
        reversed.set(place);
    }

    private void post(SealedEntry entry, SealedEntry.Posting posting) throws Fault {
        if (posting.amount() == 0) {
            throw new Fault("it posts nothing to " + posting.account());
        }
        Account account = accounts.get(posting.account());
        if (account == null) {
            account = opened(posting);
            accounts.put(posting.account(), account);
        }
        if (!account.named.unit().equals(entry.unit())) {
            throw new Fault("it is in " + entry.unit() + " and posts to " + posting.account());
        }
        if (account.lastSeq == entry.seq()) {
            throw new Fault("it posts twice to " + posting.account());
        }
        if (posting.version() != account.version + 1) {
            if (days == null || posting.version() <= account.version) {
                throw new Fault(posting.account() + " is at version " + posting.version() + " after version "
                        + account.version);
            }
            takeAtItsWord(account, posting);
        }
        long balance = Math.addExact(account.balance, posting.amount());
        if (posting.balance() != balance) {
            throw new Fault(posting.account() + " has " + posting.balance() + " after it, where " + account.balance
                    + " and " + posting.amount() + " make " + balance);
        }
        ChartLine line = account.named.line();
        if (balance < line.floor() || balance > line.ceiling()) {
            throw new Fault(posting.account() + " has " + balance + " after it, beyond "
                    + (balance < line.floor() ? line.floor() : line.ceiling()));
        }
        account.balance = balance;
        account.version = posting.version();
        account.lastSeq = entry.seq();
        if (posting.amount() < 0) {
            account.debit = Math.subtractExact(account.debit, posting.amount());
        } else {
            account.credit = Math.addExact(account.credit, posting.amount());
        }
    }

    private Account opened(SealedEntry.Posting first) throws Fault {
        Account account = new Account(ChartLine.named(first.account()));
        if (!isWhole() && first.version() > 1) {
            takeAtItsWord(account, first);
            account.opening = account.balance;
        }
        return account;
    }

    /** What was between its last posting and this one is not here. */
    private static void takeAtItsWord(Account account, SealedEntry.Posting next) {
        account.balance = Math.subtractExact(next.balance(), next.amount());
        account.version = next.version() - 1;
    }
}
