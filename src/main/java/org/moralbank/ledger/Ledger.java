package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Moments;

/**
 * The kernel: the only code that changes a balance. Pure functions on the working set of a commit, which a use case calls
 * after it has named the book and the holders among its needs:
 *
 * <pre>{@code
 * needs.row(BOOKS, book).row(HOLDINGS, payer).row(HOLDINGS, payee);
 * …
 * Ledger.post(set, Draft.of(TRANSFER_TIME, book, day, by).spend(payer, 60, ON_SERVICE).credit(payee, 60));
 * }</pre>
 *
 * <p>Each leaves with a {@link PostingRejection} when a rule forbids it, and the commit then undoes the whole work.
 */
public final class Ledger {
    /** Books, by id. */
    public static final Table<Integer, Book> BOOKS = new BookTable();

    /** Ids of books by their codes; read and added to under the lock of book 0. */
    static final Table<String, Integer> BOOK_CODES = new BookCodeTable();

    /** All accounts of a holder. */
    public static final Table<Holder, Holding> HOLDINGS = new HoldingTable();

    /** What a period may issue, as it was set one time after the other. */
    static final Table<Holder, List<Budget>> BUDGETS = new BudgetTable();

    /** Entries; the kernel adds to them. */
    static final Table<EntryTable.Key, Entry> ENTRIES = new EntryTable();

    /** Which entries were reversed, and by which. */
    static final Table<EntryTable.Key, Long> REVERSALS = new ReversalTable();

    /** Holds, by book and id. */
    public static final Table<HoldTable.Key, Hold> HOLDS = new HoldTable();

    private Ledger() {}

    // ---- books -------------------------------------------------------------------------------------------------

    /** What a work of book 0 looks at that opens books: whether the code is taken, and the number that is next. */
    public static void needBook(Needs needs, String code) {
        needs.row(BOOK_CODES, code).row(BOOK_CODES, BookCodeTable.LAST);
    }

    /** Whether there is a book of a code; {@link #needBook} named it. */
    public static boolean isBook(WorkingSet set, String code) {
        return set.find(BOOK_CODES, code) != null;
    }

    /**
     * Opens a book, in a work of book 0. Refuses a code that is taken, and one book more than tables can number. Works of the
     * book are possible after COMMIT.
     */
    static Book openBook(WorkingSet set, NewBook opened) {
        if (isBook(set, opened.code())) {
            throw new BookRejection.BookExists(opened.code()).refused();
        }
        int id = set.get(BOOK_CODES, BookCodeTable.LAST) + 1;
        if (id > Book.MOST) {
            throw new BookRejection.TooManyBooks(Book.MOST).refused();
        }
        Instant now = Moments.kept(set.now());
        Book book = new Book(
                id,
                opened.code(),
                opened.name(),
                opened.kind(),
                opened.calendar(),
                opened.serviceEarnsTime(),
                opened.pointsPerHour(),
                opened.memberPointsTransfer(),
                now,
                0,
                0,
                now,
                null,
                0);
        set.put(BOOK_CODES, BookCodeTable.LAST, id);
        set.put(BOOK_CODES, opened.code(), id);
        set.put(BOOKS, id, book);
        return book;
    }

    /**
     * Refuses what begins now in a book that is closed ({@link PostingRejection.BookClosed}). Entries and holds are refused by
     * it without being asked; a work asks that begins what posts and holds nothing yet, or to say so before all else. The book
     * is among the needs.
     */
    public static void refuseBookClosed(WorkingSet set, int book) {
        refuseBookClosed(set, book, set.now());
    }

    private static void refuseBookClosed(WorkingSet set, int book, Instant begun) {
        Book there = set.get(BOOKS, book);
        if (there.isClosedFor(begun)) {
            throw new PostingRejection.BookClosed(there.code()).refused();
        }
    }

    private static void refuseBookClosed(WorkingSet set, Draft draft) {
        if (!draft.type.isEnd()) {
            refuseBookClosed(set, draft.book, Objects.requireNonNullElseGet(draft.begunAt, set::now));
        }
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    /**
     * Posts an entry: opens the accounts that are not there, moves the amounts, numbers and seals the entry.
     *
     * <p>Refuses, in this order: {@link PostingRejection.BookClosed} but for {@linkplain EntryType#isEnd ends}, {@link
     * PostingRejection.AccountClosed}, {@link PostingRejection.AccountFrozen} for what is debited, {@link
     * PostingRejection.InsufficientBalance}, {@link PostingRejection.LimitExceeded}, {@link PostingRejection.EntryTooLarge}.
     */
    public static Entry post(WorkingSet set, Draft draft) {
        refuseBookClosed(set, draft);
        refuseClosed(set, draft.legs);
        refuseFrozen(set, draft.legs);
        LocalDate today = today(set, draft.book);
        Nets nets = new Nets();
        for (Draft.Leg leg : draft.legs) {
            switch (leg) {
                case Draft.Leg.Spend spend -> nets.spend(set, spend, today);
                case Draft.Leg.Debit debit -> nets.add(debit.holder(), debit.lot(), -debit.amount());
                case Draft.Leg.Credit credit -> nets.add(credit.holder(), credit.lot(), credit.amount());
            }
        }
        return seal(set, draft, nets);
    }

    private static void refuseClosed(WorkingSet set, List<Draft.Leg> legs) {
        for (Draft.Leg leg : legs) {
            refuseClosed(set, holderOf(leg));
        }
    }

    private static void refuseClosed(WorkingSet set, Holder holder) {
        if (holding(set, holder).status() == Account.Status.CLOSED) {
            throw new PostingRejection.AccountClosed(holder.path()).refused();
        }
    }

    private static void refuseFrozen(WorkingSet set, List<Draft.Leg> legs) {
        for (Draft.Leg leg : legs) {
            if (!(leg instanceof Draft.Leg.Credit)) {
                refuseFrozen(set, holderOf(leg));
            }
        }
    }

    private static void refuseFrozen(WorkingSet set, Holder holder) {
        if (holding(set, holder).status() == Account.Status.FROZEN) {
            throw new PostingRejection.AccountFrozen(holder.path()).refused();
        }
    }

    private static Holder holderOf(Draft.Leg leg) {
        return switch (leg) {
            case Draft.Leg.Spend spend -> spend.holder();
            case Draft.Leg.Debit debit -> debit.holder();
            case Draft.Leg.Credit credit -> credit.holder();
        };
    }

    /** What an entry does to each account, in the order in which the accounts were first named. */
    private static final class Nets {
        private record Key(Holder holder, Lot lot) {}

        private final Map<Key, Long> amounts = new LinkedHashMap<>();

        void add(Holder holder, Lot lot, long amount) {
            amounts.merge(new Key(holder, lot), amount, Math::addExact);
        }

        long of(Account account) {
            return amounts.getOrDefault(new Key(account.holder(), account.lot()), 0L);
        }

        /** Debits accounts in turn, each as far as it goes beside what is taken of it already; says what is missing. */
        long take(List<Account> from, long wanted) {
            long missing = wanted;
            for (Account account : from) {
                long part = Math.min(missing, Math.max(0, account.debitable() + Math.min(0, of(account))));
                if (part > 0) {
                    add(account.holder(), account.lot(), -part);
                    missing -= part;
                }
            }
            return missing;
        }

        void spend(WorkingSet set, Draft.Leg.Spend spend, LocalDate today) {
            long missing = take(holding(set, spend.holder()).spendable(spend.which(), today), spend.amount());
            if (missing > 0) {
                throw new PostingRejection.InsufficientBalance(
                                spend.holder().path(),
                                spend.amount() - missing,
                                spend.amount(),
                                spend.holder().unit())
                        .refused();
            }
        }
    }

    private static Entry seal(WorkingSet set, Draft draft, Nets nets) {
        return seal(set, draft, nets, Entry.LONGEST_TO_BE_REVERSED);
    }

    /** Applies the amounts to the accounts and appends the entry, of so many bytes at most. */
    private static Entry seal(WorkingSet set, Draft draft, Nets nets, int longest) {
        Unit unit = holderOf(draft.legs.getFirst()).unit();
        List<Posting> postings = new ArrayList<>(nets.amounts.size());
        long sum = 0;
        // Told only when no account is short, which comes before it.
        PostingRejection.LimitExceeded limit = null;
        for (Map.Entry<Nets.Key, Long> net : nets.amounts.entrySet()) {
            long amount = net.getValue();
            Nets.Key key = net.getKey();
            if (key.holder().unit() != unit || key.holder().book() != draft.book) {
                throw new IllegalArgumentException("an entry of " + unit + " in book " + draft.book + " with " + key);
            }
            if (amount != 0) {
                Account before = account(set, key.holder(), key.lot());
                Account after = before.post(amount);
                if (isShort(after, amount)) {
                    throw new PostingRejection.InsufficientBalance(
                                    after.path(), Math.max(0, before.available()), -amount, unit)
                            .refused();
                }
                if (limit == null && !after.isWithinBounds()) {
                    limit = limit(after);
                }
                replace(set, after);
                postings.add(
                        new Posting(after.id(), after.holder(), after.lot(), amount, after.posted(), after.version()));
                sum = Math.addExact(sum, amount);
            }
        }
        if (limit != null) {
            throw limit.refused();
        }
        if (sum != 0 || postings.size() < 2) {
            throw new IllegalArgumentException("postings that sum to " + sum + ": " + postings);
        }
        Book book = set.get(BOOKS, draft.book);
        long seq = book.lastSeq() + 1;
        // PostgreSQL keeps microseconds; what is sealed must be what is read back.
        Instant postedAt = book.notBeforeLast(Moments.kept(set.now()));
        if (draft.onItsPosting) {
            draft.occurredOn = book.dayOf(postedAt);
        }
        byte[] canonical = CanonicalEntry.of(book.code(), seq, draft, unit, postedAt, postings);
        if (canonical.length > longest) {
            throw new PostingRejection.EntryTooLarge(postings.size(), canonical.length, longest).refused();
        }
        Entry entry = new Entry(
                book.id(),
                seq,
                draft.type,
                unit,
                draft.occurredOn,
                postedAt,
                draft.by,
                draft.reference,
                draft.group,
                draft.reverses,
                draft.text,
                List.copyOf(postings),
                canonical,
                CanonicalEntry.leafHash(canonical));
        set.put(BOOKS, book.id(), book.advanced(seq, postedAt));
        set.put(ENTRIES, new EntryTable.Key(book.id(), seq), entry);
        return entry;
    }

    /** Whether an account that may not be overdrawn would be. */
    private static boolean isShort(Account after, long amount) {
        return amount < 0 && after.holder().chart().bounds().floor() >= 0 && after.available() < after.floor();
    }

    /** Which bound an account is beyond, and by what; a budget as what may be issued, which the account has as a debit. */
    static PostingRejection.LimitExceeded limit(Account beyond) {
        boolean below = beyond.available() < beyond.floor();
        if (below && beyond.holder().chart().isIssuing()) {
            return new PostingRejection.LimitExceeded(
                    beyond.path(),
                    -beyond.floor(),
                    -beyond.available(),
                    beyond.holder().unit());
        }
        return new PostingRejection.LimitExceeded(
                beyond.path(),
                below ? beyond.floor() : beyond.ceiling(),
                below ? beyond.available() : beyond.posted(),
                beyond.holder().unit());
    }

    // ---- reversal ----------------------------------------------------------------------------------------------

    /**
     * Posts the mirror of an entry. Frozen and closed accounts take part. What a member, team or pool no longer has, or
     * has held, is booked to its shortfall, so that no balance falls below its floor in silence. What comes back to a lot
     * that has expired since can be spent for 30 days, an expiry that is reversed too; and what is taken from such a lot is
     * taken from what came back, which stands in lots like it.
     *
     * <p>The caller named {@link #REVERSALS} of the entry, its holders and their {@linkplain #shortfallsOf shortfalls}
     * among its needs.
     */
    static Entry reverse(WorkingSet set, Entry original, Draft draft) {
        LocalDate today = today(set, original.book());
        Nets nets = new Nets();
        for (Posting posting : original.postings()) {
            long mirrored = -posting.amount();
            draft.legs.add(
                    mirrored < 0
                            ? new Draft.Leg.Debit(posting.holder(), posting.lot(), -mirrored)
                            : new Draft.Leg.Credit(posting.holder(), posting.lot(), mirrored));
            if (mirrored > 0) {
                nets.add(posting.holder(), posting.lot().orWithGrace(today), mirrored);
                continue;
            }
            if (posting.holder().chart().shortfall() == null) {
                nets.add(posting.holder(), posting.lot(), mirrored);
                continue;
            }
            long missing = nets.take(holding(set, posting.holder()).reversible(posting.lot(), today), -mirrored);
            if (missing > 0) {
                nets.add(posting.holder().shortfall(), Lot.OWN, -missing);
            }
        }
        Entry reversal = seal(set, draft.reverses(original.seq()), nets, Entry.LONGEST);
        set.put(REVERSALS, new EntryTable.Key(original.book(), original.seq()), reversal.seq());
        return reversal;
    }

    /** The shortfalls that {@link #reverse} may touch. */
    static List<Holder> shortfallsOf(Entry original) {
        return original.postings().stream()
                .filter(posting ->
                        posting.amount() > 0 && posting.holder().chart().shortfall() != null)
                .map(posting -> posting.holder().shortfall())
                .toList();
    }

    /** Where the shortfall of a member, team or pool stands; among the needs of {@link #recover}. */
    public static Holder shortfallOf(Holder earner) {
        return earner.shortfall();
    }

    /** What a member, team or pool owes; {@link #shortfallOf} it is among the needs. */
    public static long owed(WorkingSet set, Holder earner) {
        return -Math.min(0, holding(set, earner.shortfall()).posted());
    }

    /** What a holder owes beyond all that he might give away, held or not: it is lost unless he gets more. */
    public static long unpayable(WorkingSet set, Holder holder) {
        long payable = 0;
        for (Account account : holding(set, holder).spendable(Spending.AS_A_GIFT, today(set, holder.book()))) {
            payable += account.posted();
        }
        return Math.max(0, owed(set, holder) - payable);
    }

    /** Where what a holder owed and could not pay is booked as lost. */
    public static Holder writtenOffOf(Holder holder) {
        return Holder.of(holder.book(), holder.unit() == Unit.MIN ? Chart.WRITTEN_OFF_TIME : Chart.WRITTEN_OFF_POINTS);
    }

    /**
     * After an earning of a member or team, and after whatever a pool gets: takes what the earner owes from what he now has
     * and might give away, as an entry of its own in the same group. Null when he owes nothing, has nothing, or is frozen.
     *
     * <p>It happens on the day of the posting: an earning of an earlier day may be taken for a debt that is younger than it.
     */
    public static @Nullable Entry recover(WorkingSet set, Holder earner, Attribution by, @Nullable UUID group) {
        return recover(set, earner, Long.MAX_VALUE, by, group);
    }

    /** The same of an amount at most: after something came back. */
    public static @Nullable Entry recover(
            WorkingSet set, Holder earner, long atMost, Attribution by, @Nullable UUID group) {
        long owed = owed(set, earner);
        if (owed == 0 || holding(set, earner).status() != Account.Status.OPEN) {
            return null;
        }
        long amount = Math.min(Math.min(owed, atMost), spendable(set, earner, Spending.AS_A_GIFT));
        return amount <= 0
                ? null
                : post(
                        set,
                        recovery(set, earner.book(), by, group)
                                .spend(earner, amount, Spending.AS_A_GIFT)
                                .credit(earner.shortfall(), amount));
    }

    /** What is to pay a part of a debt. */
    static Draft recovery(WorkingSet set, int book, Attribution by, @Nullable UUID group) {
        return Draft.of(EntryType.SHORTFALL_RECOVER, book, today(set, book), by)
                .onItsPosting()
                .group(group);
    }

    // ---- expiry ------------------------------------------------------------------------------------------------

    /** Where what expires of a holder's lots goes; among the needs of {@link #expire}. */
    public static Holder expiredOf(Holder holder) {
        return Holder.of(holder.book(), holder.unit() == Unit.MIN ? Chart.EXPIRED_TIME : Chart.EXPIRED_POINTS);
    }

    /**
     * Takes out of circulation what has expired of a holder's lots: EXPIRE_TIME or EXPIRE_POINTS, on the day of the posting.
     * What is held of them stays until it is captured or released. A frozen account does not stop it; of a closed one nothing
     * goes.
     *
     * @param group of which the entries are, or null
     * @return an entry for each lot, so that each is taken back alone; none when nothing has expired
     */
    public static List<Entry> expire(WorkingSet set, Holder holder, Attribution by, @Nullable UUID group) {
        Holding holding = holding(set, holder);
        if (holding.status() == Account.Status.CLOSED) {
            return List.of();
        }
        LocalDate today = today(set, holder.book());
        EntryType type = holder.unit() == Unit.MIN ? EntryType.EXPIRE_TIME : EntryType.EXPIRE_POINTS;
        List<Entry> entries = new ArrayList<>();
        for (Account account : holding.accounts()) {
            if (account.lot().expiredBy(today) && account.available() > 0) {
                Draft draft = Draft.of(type, holder.book(), today, by)
                        .onItsPosting()
                        .debit(holder, account.lot(), account.available())
                        .credit(expiredOf(holder), account.available())
                        .group(group);
                entries.add(seal(set, draft, single(draft)));
            }
        }
        return entries;
    }

    /** The day on which what is posted now is posted. The book is among the needs. */
    public static LocalDate dayOfPosting(WorkingSet set, int book) {
        Book there = set.get(BOOKS, book);
        return there.dayOf(there.notBeforeLast(set.now()));
    }

    /**
     * By which is said what has expired and may be spent: the clock's, and not {@link #dayOfPosting}, so that where the clock
     * has gone back a lot is spent as long as the lists, which go by the clock, say that it may be.
     */
    private static LocalDate today(WorkingSet set, int book) {
        return set.get(BOOKS, book).dayOf(set.now());
    }

    /**
     * Posts what gives back what was spent, by debits and credits of single lots. A frozen account does not stop it.
     *
     * <p>Refuses a closed account. How far the account that gives it back may fall is for the caller to say.
     */
    public static Entry giveBack(WorkingSet set, Draft draft) {
        refuseClosed(set, draft.legs);
        return seal(set, draft, single(draft), Entry.LONGEST);
    }

    /**
     * The same whatever is closed. What comes back to a member who has left, the caller {@linkplain Emptying passes on}.
     * Never refused.
     */
    public static Entry giveBackInAnyCase(WorkingSet set, Draft draft) {
        return seal(set, draft, single(draft), Entry.LONGEST);
    }

    private static Nets single(Draft draft) {
        Nets nets = new Nets();
        for (Draft.Leg leg : draft.legs) {
            switch (leg) {
                case Draft.Leg.Debit debit -> nets.add(debit.holder(), debit.lot(), -debit.amount());
                case Draft.Leg.Credit credit -> nets.add(credit.holder(), credit.lot(), credit.amount());
                case Draft.Leg.Spend spend -> throw new IllegalArgumentException("not a single lot: " + spend);
            }
        }
        return nets;
    }

    // ---- holds -------------------------------------------------------------------------------------------------

    /**
     * Reserves an amount on the holder's lots, in the spending order.
     *
     * <p>Refuses a closed book, a closed or frozen account and an insufficient balance, in this order.
     */
    public static Hold hold(
            WorkingSet set, UUID id, Holder holder, long amount, Instant expiresAt, @Nullable String reference) {
        if (amount <= 0) {
            throw new IllegalArgumentException("not a positive amount: " + amount);
        }
        refuseBookClosed(set, holder.book());
        refuseClosed(set, holder);
        refuseFrozen(set, holder);
        List<Hold.Line> lines = reserve(set, holder, amount);
        // As the database keeps them, so that what a lane knows of a hold is what is there.
        Instant now = Moments.kept(set.now());
        Instant expiry = Moments.kept(expiresAt);
        Hold hold = new Hold(id, holder.book(), Hold.Status.ACTIVE, reference, now, expiry, null, null, lines);
        set.put(HOLDS, new HoldTable.Key(holder.book(), id), hold);
        return hold;
    }

    private static List<Hold.Line> reserve(WorkingSet set, Holder holder, long amount) {
        List<Hold.Line> lines = new ArrayList<>();
        long missing = amount;
        for (Account account : holding(set, holder).spendable(Spending.ON_SERVICE, today(set, holder.book()))) {
            long part = Math.min(missing, account.debitable());
            if (part > 0) {
                replace(set, account.hold(part));
                lines.add(new Hold.Line(account.id(), part));
                missing -= part;
            }
        }
        if (missing > 0) {
            throw new PostingRejection.InsufficientBalance(holder.path(), amount - missing, amount, holder.unit())
                    .refused();
        }
        return List.copyOf(lines);
    }

    /**
     * Reserves the amount of a hold once more, when what its capture took was given back: until the same time, on the lots of
     * now. A frozen account does not stop it: the amount was promised before. Never refused.
     *
     * @return whether it is reserved; not on a closed account, nor where as much is not there any more
     */
    public static boolean holdAgain(WorkingSet set, UUID holdId, Holder holder) {
        HoldTable.Key key = new HoldTable.Key(holder.book(), holdId);
        Hold hold = set.get(HOLDS, key);
        if (hold.status() != Hold.Status.CAPTURED) {
            throw new IllegalStateException("hold " + holdId + " is " + hold.status());
        }
        if (holding(set, holder).status() == Account.Status.CLOSED || spendable(set, holder) < hold.amount()) {
            return false;
        }
        List<Hold.Line> lines = reserve(set, holder, hold.amount());
        set.put(HOLDS, key, hold.again(Moments.kept(set.now()), lines));
        return true;
    }

    /**
     * Takes {@code amount} of what a hold reserves, in the spending order, and releases the rest. The draft has the
     * credits only. A frozen account does not stop it: the amount was promised before.
     *
     * <p>Refuses, as {@link #post} does, a closed book; a closed account on either side, a hold that is not active or past its
     * time, and more than it reserves, in this order.
     */
    public static Entry capture(WorkingSet set, UUID holdId, Holder holder, long amount, Draft draft) {
        refuseBookClosed(set, draft);
        refuseClosed(set, holder);
        refuseClosed(set, draft.legs);
        Hold hold = active(set, holder.book(), holdId);
        if (!set.now().isBefore(hold.expiresAt())) {
            throw new PostingRejection.HoldNotActive(holdId.toString(), Hold.Status.EXPIRED).refused();
        }
        if (amount > hold.amount()) {
            throw new PostingRejection.HoldExceeded(holdId.toString(), hold.amount(), amount, holder.unit()).refused();
        }
        Nets nets = new Nets();
        long missing = amount;
        for (Hold.Line line : hold.lines()) {
            Account account = heldAccount(set, holder, line);
            replace(set, account.hold(-line.amount()));
            long part = Math.min(missing, line.amount());
            if (part > 0) {
                nets.add(holder, account.lot(), -part);
                missing -= part;
            }
        }
        for (Draft.Leg leg : draft.legs) {
            if (!(leg instanceof Draft.Leg.Credit credit)) {
                throw new IllegalArgumentException("a capture's draft has credits only: " + leg);
            }
            nets.add(credit.holder(), credit.lot(), credit.amount());
        }
        Entry entry = seal(set, draft, nets);
        set.put(
                HOLDS,
                new HoldTable.Key(holder.book(), holdId),
                hold.ended(Hold.Status.CAPTURED, entry.postedAt(), entry.seq()));
        return entry;
    }

    /** Gives a hold back, because it was released or because its time is over. Refuses one that is not active. */
    public static Hold release(WorkingSet set, UUID holdId, Holder holder, Hold.Status how) {
        if (how != Hold.Status.RELEASED && how != Hold.Status.EXPIRED) {
            throw new IllegalArgumentException("not a way to give a hold back: " + how);
        }
        Hold hold = active(set, holder.book(), holdId);
        for (Hold.Line line : hold.lines()) {
            replace(set, heldAccount(set, holder, line).hold(-line.amount()));
        }
        Hold ended = hold.ended(how, Moments.kept(set.now()), null);
        set.put(HOLDS, new HoldTable.Key(holder.book(), holdId), ended);
        return ended;
    }

    private static Hold active(WorkingSet set, int book, UUID holdId) {
        Hold hold = set.get(HOLDS, new HoldTable.Key(book, holdId));
        if (hold.status() != Hold.Status.ACTIVE) {
            throw new PostingRejection.HoldNotActive(holdId.toString(), hold.status()).refused();
        }
        return hold;
    }

    private static Account heldAccount(WorkingSet set, Holder holder, Hold.Line line) {
        Account account = holding(set, holder).find(line.account());
        if (account == null) {
            throw new IllegalStateException("a hold on account " + line.account() + ", which is not of " + holder);
        }
        return account;
    }

    // ---- budgets -----------------------------------------------------------------------------------------------

    /** Names a holder's accounts; of one who issues with his budget, within which {@link #post} opens them. */
    public static void needHolding(Needs needs, Holder holder) {
        needs.row(HOLDINGS, holder);
        needBudget(needs, holder);
    }

    /** Names the budget of a holder that may have one. */
    static void needBudget(Needs needs, Holder holder) {
        if (holder.chart().isIssuing()) {
            needs.row(BUDGETS, holder);
        }
    }

    /** What a holder may issue; null where nothing was set, and of accounts that do not issue. */
    static @Nullable Budget budget(WorkingSet set, Holder holder) {
        if (!holder.chart().isIssuing()) {
            return null;
        }
        List<Budget> all = set.find(BUDGETS, holder);
        return all == null ? null : all.getLast();
    }

    /**
     * Bounds what a period may issue; its account need not be there yet. Refuses less than it has issued ({@link
     * BudgetRejection.BudgetBelowIssued}). {@link #needHolding} named it.
     */
    static Budget setBudget(WorkingSet set, Holder period, long amount, Budget.Decision decision) {
        Account account = holding(set, period).find(Lot.OWN);
        long issued = account == null ? 0 : -account.available();
        if (amount < issued) {
            throw new BudgetRejection.BudgetBelowIssued(period.path(), issued, amount, period.unit()).refused();
        }
        List<Budget> before = set.find(BUDGETS, period);
        List<Budget> all = before == null ? new ArrayList<>() : new ArrayList<>(before);
        Budget budget = new Budget(period, all.size() + 1, amount, issued, Moments.kept(set.now()), decision);
        all.add(budget);
        set.put(BUDGETS, period, List.copyOf(all));
        if (account != null) {
            replace(set, account.within(budget));
        }
        return budget;
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    /** What the holder has; nothing when no account of his was opened. */
    public static Holding holding(WorkingSet set, Holder holder) {
        Holding holding = set.find(HOLDINGS, holder);
        return holding == null ? Holding.NONE : holding;
    }

    /** What a holder could spend on service now: neither held nor expired. */
    public static long spendable(WorkingSet set, Holder holder) {
        return spendable(set, holder, Spending.ON_SERVICE);
    }

    private static long spendable(WorkingSet set, Holder holder, Spending which) {
        long spendable = 0;
        for (Account account : holding(set, holder).spendable(which, today(set, holder.book()))) {
            spendable += account.debitable();
        }
        return spendable;
    }

    /** Freezes, thaws or closes every account of a holder. */
    public static void setStatus(WorkingSet set, Holder holder, Account.Status status) {
        for (Account account : holding(set, holder).accounts()) {
            if (account.status() != status) {
                replace(set, account.with(status));
            }
        }
    }

    private static Account account(WorkingSet set, Holder holder, Lot lot) {
        Holding holding = holding(set, holder);
        Account account = holding.find(lot);
        if (account != null) {
            return account;
        }
        Book book = set.get(BOOKS, holder.book());
        int id = book.lastAccount() + 1;
        set.put(BOOKS, book.id(), book.withAccount(id));
        Account opened = Account.opened(id, holder, lot, holding.status()).within(budget(set, holder));
        set.put(HOLDINGS, holder, holding.with(opened));
        return opened;
    }

    private static void replace(WorkingSet set, Account changed) {
        set.put(HOLDINGS, changed.holder(), holding(set, changed.holder()).with(changed));
    }
}
