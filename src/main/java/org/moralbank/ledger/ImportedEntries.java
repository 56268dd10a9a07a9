package org.moralbank.ledger;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.commits.Writing;

/**
 * The entries of a book that was kept elsewhere, posted anew in the order of their numbers. Of each the kernel takes who moved
 * how much, and when; what the accounts have then, and all else, it works out as ever, and has to come to the bytes that were
 * sealed.
 *
 * <p>Keeps the accounts in memory, and no entry. Not thread-safe.
 */
public final class ImportedEntries {
    /** No client of this installation: who posted is known by the name in the sealed entry. */
    public static final int CLIENT_OF_ANOTHER = 0;

    private static final int FIRST_YEAR = 1900;

    private final BookHandle book;
    private final Map<String, Account> accounts = new LinkedHashMap<>();
    private long lastSeq;
    private long postings;
    private Instant lastPostedAt = Instant.MIN;

    public ImportedEntries(BookHandle book) {
        this.book = book;
    }

    /**
     * Posts the next entry.
     *
     * @param canonical its sealed bytes
     * @param now no entry is of a later moment
     * @throws IllegalArgumentException when it does not come to the same bytes; what it would have changed is then not known
     */
    public Entry take(byte[] canonical, Instant now) {
        CanonicalEntry.Sealed sealed = sealed(canonical);
        demand(
                canonical.length <= Entry.LONGEST,
                "it is of " + canonical.length + " bytes, and no bundle of the log has room for more than "
                        + Entry.LONGEST);
        demand(sealed.book().equals(book.code()), "it is of book " + sealed.book());
        refuseUnstorable(sealed);
        demand(!sealed.postedAt().isBefore(lastPostedAt), "it was posted before the last one");
        demand(!sealed.postedAt().isAfter(now), "it was posted at " + sealed.postedAt() + ", which is not yet");
        // A day is left over for clocks that differ at midnight, as reports leave one.
        demand(
                !sealed.occurredOn().isAfter(book.dayOf(sealed.postedAt()).plusDays(1)),
                "it happened on " + sealed.occurredOn() + ", and was posted at " + sealed.postedAt()
                        + ", more than a day before in " + book.calendar());
        long seq = lastSeq + 1;
        List<Posting> posted = new ArrayList<>(sealed.postings().size());
        Set<String> named = new LinkedHashSet<>();
        long sum = 0;
        for (CanonicalEntry.SealedPosting posting : sealed.postings()) {
            demand(named.add(posting.account()), "it posts twice to " + posting.account());
            long amount = Long.parseLong(posting.amount());
            demand(amount != 0, "it posts nothing to " + posting.account());
            posted.add(post(posting.account(), sealed.unit(), amount));
            sum = Math.addExact(sum, amount);
        }
        demand(sum == 0 && posted.size() >= 2, posted.size() + " postings sum to " + sum);
        Attribution by = new Attribution(
                CLIENT_OF_ANOTHER, sealed.client(), sealed.actor(), sealed.onBehalfOf(), sealed.approver());
        Draft draft = Draft.of(sealed.type(), book.id(), sealed.occurredOn(), by)
                .reference(sealed.reference())
                .group(sealed.group());
        if (sealed.reverses() != null) {
            long original = Long.parseLong(sealed.reverses());
            demand(original > 0 && original < seq, "it takes back entry " + original);
            draft.reverses(original);
        }
        byte[] sealedAnew = CanonicalEntry.of(
                book.code(),
                seq,
                draft,
                sealed.unit(),
                sealed.postedAt(),
                posted,
                sealed.metadataHash(),
                sealed.reasonHash());
        demand(Arrays.equals(sealedAnew, canonical), "posted anew it is sealed as other bytes");
        lastSeq = seq;
        lastPostedAt = sealed.postedAt();
        postings += posted.size();
        return new Entry(
                book.id(),
                seq,
                draft.type,
                sealed.unit(),
                draft.occurredOn,
                sealed.postedAt(),
                by,
                draft.reference,
                draft.group,
                draft.reverses,
                null,
                posted,
                canonical,
                CanonicalEntry.leafHash(canonical));
    }

    private static CanonicalEntry.Sealed sealed(byte[] canonical) {
        try {
            return CanonicalEntry.parse(canonical);
        } catch (IOException none) {
            throw new IllegalArgumentException("it is no sealed entry", none);
        }
    }

    /** What no entry of ours has, and a column does not take. */
    private static void refuseUnstorable(CanonicalEntry.Sealed sealed) {
        Stream.of(sealed.client(), sealed.actor(), sealed.onBehalfOf(), sealed.approver(), sealed.reference())
                .forEach(text -> demand(
                        text == null || text.chars().noneMatch(Character::isISOControl),
                        "it has a control character in a name"));
        demand(
                sealed.occurredOn().getYear() >= FIRST_YEAR
                        && sealed.postedAt().atOffset(ZoneOffset.UTC).getYear() >= FIRST_YEAR,
                "it is older than any book");
    }

    private Posting post(String path, Unit unit, long amount) {
        Account before = accounts.get(path);
        if (before == null) {
            before = opened(path);
        }
        demand(before.holder().unit() == unit, "it is in " + unit + " and posts to " + path);
        Account after = before.post(amount);
        demand(after.isWithinBounds(), path + " would have " + after.posted());
        accounts.put(path, after);
        return new Posting(after.id(), after.holder(), after.lot(), amount, after.posted(), after.version());
    }

    /** Accounts have the numbers of their first postings, as they had them where they were opened. */
    private Account opened(String path) {
        AccountPath parsed = AccountPath.parse(path);
        if (parsed == null) {
            throw new IllegalArgumentException("no account is called " + path);
        }
        Holder holder = new Holder(book.id(), parsed.chart(), parsed.owner(), parsed.unit());
        return Account.opened(accounts.size() + 1, holder, Lot.named(parsed.lot()), Account.Status.OPEN);
    }

    private static void demand(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    public long lastSeq() {
        return lastSeq;
    }

    public long postings() {
        return postings;
    }

    /** As they are after the last entry, in the order of their numbers. */
    public List<Account> accounts() {
        return List.copyOf(accounts.values());
    }

    /** Whose they are. */
    public Set<Holder> holders() {
        Set<Holder> holders = new LinkedHashSet<>();
        accounts.values().forEach(account -> holders.add(account.holder()));
        return holders;
    }

    /** Those of them who have something after the last entry, or owe it. */
    public Set<Holder> holdersOfSomething() {
        return accounts.values().stream()
                .filter(account -> account.posted() != 0)
                .map(Account::holder)
                .collect(Collectors.toSet());
    }

    /** Freezes, thaws or closes all accounts of some holders. */
    public void setStatus(Map<Holder, Account.Status> statuses) {
        accounts.replaceAll((path, account) -> account.with(statuses.getOrDefault(account.holder(), account.status())));
    }

    /** Names what {@link #into} looks at. */
    public void needs(Needs needs) {
        holders().forEach(holder -> Ledger.needBudget(needs, holder));
    }

    /**
     * Makes it the state of the book, which is empty: the next entry is posted behind the last of these. Refuses more than the
     * book has a budget for ({@link PostingRejection.LimitExceeded}).
     */
    public void into(WorkingSet set) {
        Ledger.refuseBookClosed(set, book.id());
        accounts.replaceAll((path, account) -> account.within(Ledger.budget(set, account.holder())));
        accounts.values().stream()
                .filter(account -> !account.isWithinBounds())
                .findFirst()
                .ifPresent(account -> {
                    throw Ledger.limit(account).refused();
                });
        Book there = set.get(Ledger.BOOKS, book.id());
        set.put(
                Ledger.BOOKS,
                book.id(),
                there.advanced(lastSeq, there.notBeforeLast(lastPostedAt)).withAccount(accounts.size()));
    }

    /** Writes some of the entries. */
    public static void write(Writing page, List<Entry> entries) {
        EntryTable.writeRows(page, entries);
    }

    /** Writes some of the accounts. */
    public static void writeAccounts(Writing page, List<Account> accounts) {
        HoldingTable.insert(page, accounts);
    }
}
