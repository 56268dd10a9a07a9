package org.moralbank.imports;

import static org.moralbank.imports.ImportTable.IMPORTS;
import static org.moralbank.ledger.Ledger.BOOKS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.ImportedEntries;
import org.moralbank.members.Participants;
import org.moralbank.merchants.Merchants;
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
     * <p>Refuses, in this order: a book that is not empty, an export of another book, a part, and the first that does not hold.
     * Reads the upload three times, the last time under the book's lock; blocks the caller's thread for the first two.
     */
    Uni<Answer> take(Ask ask, BookHandle book, Client client, Upload upload) throws IOException {
        Verdict verdict = verified(book, upload);
        ImportRejection fault = fault(book, verdict);
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
                        case MEMBER_TIME, MEMBER_POINTS -> Participants.needMember(needs, book.id(), holder.owner());
                        case TEAM_TIME, TEAM_POINTS -> Participants.needTeam(needs, book.id(), holder.owner());
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
                    set.now().truncatedTo(ChronoUnit.MICROS),
                    client.id(),
                    client.name(),
                    new Pages(book, upload, posted));
            set.put(IMPORTS, book.id(), imported);
            return Answer.created(book.path() + "/imports", ImportView.of(book.code(), imported));
        }

        private void register(WorkingSet set) {
            for (Holder holder : posted.holders()) {
                switch (holder.chart()) {
                    case MEMBER_TIME, MEMBER_POINTS -> Participants.registerUnlessThere(set, book.id(), holder.owner());
                    case TEAM_TIME, TEAM_POINTS -> Participants.registerTeamUnlessThere(set, book.id(), holder.owner());
                    case MERCHANT_PAYABLE -> Merchants.registerUnlessThere(set, book.id(), holder.owner());
                    default -> {}
                }
            }
        }
    }

    /** The rows of an import: the entries as they are read a second time, then the accounts as they came out the first. */
    private static final class Pages implements Writing.Pages {
        private final BookHandle book;
        private final Upload upload;
        private final List<Account> accounts;
        private @Nullable Reader reader;
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
            List<Entry> entries = reader.page();
            if (!entries.isEmpty()) {
                return writing -> ImportedEntries.write(writing, entries);
            }
            reader.close();
            if (accountsWritten == accounts.size()) {
                return null;
            }
            List<Account> next = accounts.subList(accountsWritten, Math.min(accounts.size(), accountsWritten + PAGE));
            accountsWritten += next.size();
            return writing -> ImportedEntries.writeAccounts(writing, next);
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
