package org.moralbank.imports;

import static org.moralbank.imports.ImportTable.IMPORTS;
import static org.moralbank.ledger.Ledger.BOOKS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.AnswerStore;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.commits.Writing;
import org.moralbank.ledger.Account;
import org.moralbank.ledger.Book;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.ImportedEntries;
import org.moralbank.members.Member;
import org.moralbank.members.MemberRejection;
import org.moralbank.members.Participants;
import org.moralbank.merchants.Merchants;
import org.moralbank.platform.Moments;
import org.moralbank.verifier.Fault;
import org.moralbank.verifier.Known;
import org.moralbank.verifier.Lines;
import org.moralbank.verifier.Verdict;
import org.moralbank.verifier.Verification;

/** Takes exports of other installations into empty books. */
@ApplicationScoped
class Imports {
    /** A page is half a thousand to a thousand postings and half a megabyte: large enough to cost little, and soon written. */
    private static final int PAGE = 500;

    private final Commits commits;
    private final ImportStore store;
    private final AnswerStore answers;

    Imports(Commits commits, ImportStore store, AnswerStore answers) {
        this.commits = commits;
        this.store = store;
        this.answers = answers;
    }

    /**
     * Refuses a book that is not empty, before anything is uploaded into it; unless something was answered under the key: that
     * is told again to who sends the same, and only the whole upload shows whether he does. The book is looked at first: when
     * it was this key's import that filled it, its answer is there by then.
     *
     * <p>The refusal is not kept under the key. It needs not be, for a book never gets empty again.
     */
    Uni<Void> refuseWhatCannotBeTaken(Ask ask, BookHandle book) {
        IdempotencyKey key = Objects.requireNonNull(ask.key());
        return store.fullUpTo(book.id())
                .chain(lastSeq -> lastSeq.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : answers.find(book.id(), ask.asker().clientId(), key)
                                .invoke(answer -> {
                                    if (answer.isEmpty()) {
                                        throw new ImportRejection.BookNotEmpty(book.code(), lastSeq.get()).refused();
                                    }
                                })
                                .replaceWithVoid());
    }

    /**
     * Imports an upload into a book: whole, or nothing of it. The upload stays open until the answer is there.
     *
     * <p>Refuses, in this order: a book that is not empty, an export of another book, a part, the first that does not hold,
     * whom the book here has as another or as one who has left, and more than a budget.
     * Reads the upload three times, the last time under the book's lock; blocks the caller's thread for the first two.
     *
     * @param entries how many it has to have; null when that was not said
     */
    Uni<Answer> take(Ask ask, BookHandle book, Client client, Upload upload, @Nullable Long entries)
            throws IOException {
        Verdict verdict = verified(book, upload);
        ImportRejection fault = fault(book, verdict);
        if (fault == null && entries != null && verdict instanceof Verdict.Holds holds && holds.lastSeq() != entries) {
            fault = new ImportRejection.DoesNotHold(
                    null, 0, 0, "it has " + holds.lastSeq() + " entries, and " + entries + " were said");
        }
        ImportedEntries posted = new ImportedEntries(book);
        if (fault == null) {
            fault = posted(upload, posted);
        }
        return commits.submitAside(ask, book.id(), new Taking(book, client, upload, verdict, fault, posted));
    }

    private static Verdict verified(BookHandle book, Upload upload) {
        return switch (upload.form()) {
            case ZIP -> Verification.of(upload.file(), Known.NOTHING);
            case JSONL -> Verification.ofEntries(upload.file(), book.code());
        };
    }

    private static @Nullable ImportRejection fault(BookHandle book, Verdict verdict) throws IOException {
        return switch (verdict) {
            case Verdict.Holds holds
            when !holds.book().equals(book.code()) -> new ImportRejection.OtherBook(book.code(), holds.book());
            case Verdict.Holds holds when !holds.isWhole() -> new ImportRejection.Part(holds.firstSeq());
            case Verdict.Holds holds -> null;
            case Verdict.DoesNotHold not -> doesNotHold(not.fault());
            case Verdict.NoEntries none -> new ImportRejection.DoesNotHold(null, 0, 0, none.why());
            case Verdict.NotChecked not -> throw new IOException(not.why());
        };
    }

    private static ImportRejection doesNotHold(Fault fault) {
        return new ImportRejection.DoesNotHold(fault.file(), fault.line(), fault.seq(), fault.sentence());
    }

    /** Has the kernel post each entry anew, in memory; the first that comes out otherwise, or null. */
    private static @Nullable ImportRejection posted(Upload upload, ImportedEntries entries) throws IOException {
        Instant now = Instant.now();
        try (InputStream in = upload.entries()) {
            Lines lines = new Lines(in);
            while (lines.next()) {
                try {
                    entries.take(lines.bytes(), now);
                } catch (IllegalArgumentException | ArithmeticException unfit) {
                    String sentence = Upload.ENTRIES + " line " + lines.number() + ": " + unfit.getMessage();
                    return new ImportRejection.DoesNotHold(Upload.ENTRIES, lines.number(), lines.number(), sentence);
                }
            }
            return null;
        } catch (Fault fault) {
            return doesNotHold(fault);
        }
    }

    /** The import as a work. */
    private record Taking(
            BookHandle book,
            Client client,
            Upload upload,
            Verdict verdict,
            @Nullable ImportRejection fault,
            ImportedEntries posted)
            implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(BOOKS, book.id()).row(IMPORTS, book.id());
            if (fault == null) {
                for (Holder holder : posted.holders()) {
                    switch (holder.chart()) {
                        case MEMBER_TIME, MEMBER_POINTS, TEAM_TIME, TEAM_POINTS, SHORTFALL_TIME, SHORTFALL_POINTS ->
                            Participants.needEither(needs, book.id(), holder.owner());
                        case MERCHANT_PAYABLE -> Merchants.need(needs, book.id(), holder.owner());
                        default -> {}
                    }
                }
                posted.needs(needs);
            }
        }

        @Override
        public Answer decide(WorkingSet set) {
            Book there = set.get(BOOKS, book.id());
            if (there.lastSeq() > 0 || there.lastAccount() > 0 || set.find(IMPORTS, book.id()) != null) {
                throw new ImportRejection.BookNotEmpty(book.code(), there.lastSeq()).refused();
            }
            if (fault != null) {
                throw fault.refused();
            }
            register(set);
            posted.into(set);
            Imported imported = new Imported(
                    book.id(),
                    posted.lastSeq(),
                    posted.accounts().size(),
                    posted.postings(),
                    verdict instanceof Verdict.Holds holds ? holds.root() : new byte[0],
                    verdict instanceof Verdict.Holds holds ? holds.checkpoint() : null,
                    upload.sha256(),
                    Moments.kept(set.now()),
                    client.id(),
                    client.name(),
                    new Pages(book, upload, posted));
            set.put(IMPORTS, book.id(), imported);
            return Answer.created(book.path() + "/imports", ImportView.of(book.code(), imported));
        }

        private void register(WorkingSet set) {
            // A team owes only what an account of its own had; who owes and had nothing is a member who bought
            // off-line.
            Set<String> owedByOthers = new HashSet<>(Set.of(Holder.POOL));
            for (Holder holder : posted.holders()) {
                if (holder.chart() == Chart.TEAM_TIME || holder.chart() == Chart.TEAM_POINTS) {
                    owedByOthers.add(holder.owner());
                }
            }
            Set<Holder> ofSomething = posted.holdersOfSomething();
            Map<Holder, Account.Status> statuses = new HashMap<>();
            for (Holder holder : posted.holders()) {
                switch (holder.chart()) {
                    case MEMBER_TIME, MEMBER_POINTS -> {
                        Member owner = member(set, holder, ofSomething.contains(holder));
                        statuses.put(holder, accountsOf(owner));
                    }
                    case SHORTFALL_TIME, SHORTFALL_POINTS -> {
                        if (!owedByOthers.contains(holder.owner())) {
                            member(set, holder, ofSomething.contains(holder));
                        }
                    }
                    case TEAM_TIME, TEAM_POINTS -> Participants.registerTeamUnlessThere(set, book.id(), holder.owner());
                    case MERCHANT_PAYABLE -> Merchants.registerUnlessThere(set, book.id(), holder.owner());
                    default -> {}
                }
            }
            posted.setStatus(statuses);
        }

        /** The member who owns or owes it. Refuses one who has left with something: nobody could move it any more. */
        private Member member(WorkingSet set, Holder holder, boolean ofSomething) {
            Member member = Participants.registerUnlessThere(set, book.id(), holder.owner());
            if (member.status() == Member.Status.CLOSED && ofSomething) {
                throw new MemberRejection.MemberClosed(holder.owner()).refused();
            }
            return member;
        }

        /** As they would be if he had become so behind the entries. */
        private static Account.Status accountsOf(Member member) {
            return switch (member.status()) {
                case ACTIVE -> Account.Status.OPEN;
                case FROZEN -> Account.Status.FROZEN;
                case CLOSED -> Account.Status.CLOSED;
            };
        }
    }

    /** The rows of an import: the entries as they are read a second time, then the accounts as they came out the first. */
    private static final class Pages implements Writing.Pages {
        private final BookHandle book;
        private final Upload upload;
        private final List<Account> accounts;
        private @Nullable Reader reader;
        private boolean entriesAreOver;
        private int accountsWritten;

        Pages(BookHandle book, Upload upload, ImportedEntries first) {
            this.book = book;
            this.upload = upload;
            this.accounts = first.accounts();
        }

        @Override
        public @Nullable Consumer<Writing> next() throws IOException, Fault {
            if (reader == null) {
                reader = new Reader(book, upload);
            }
            if (!entriesAreOver) {
                List<Entry> entries = reader.page();
                if (!entries.isEmpty()) {
                    return writing -> ImportedEntries.write(writing, entries);
                }
                entriesAreOver = true;
            }
            if (accountsWritten == accounts.size()) {
                return null;
            }
            List<Account> next = accounts.subList(accountsWritten, Math.min(accounts.size(), accountsWritten + PAGE));
            accountsWritten += next.size();
            return writing -> ImportedEntries.writeAccounts(writing, next);
        }

        @Override
        public void close() throws IOException {
            if (reader != null) {
                reader.close();
            }
        }
    }

    /** Reads and posts anew, a page at a time. */
    private static final class Reader {
        private final InputStream in;
        private final Lines lines;
        private final ImportedEntries entries;
        private final Instant now = Instant.now();

        Reader(BookHandle book, Upload upload) throws IOException, Fault {
            this.in = upload.entries();
            this.lines = new Lines(in);
            this.entries = new ImportedEntries(book);
        }

        List<Entry> page() throws IOException, Fault {
            List<Entry> page = new ArrayList<>(PAGE);
            while (page.size() < PAGE && lines.next()) {
                page.add(entries.take(lines.bytes(), now));
            }
            return page;
        }

        void close() throws IOException {
            in.close();
        }
    }
}
