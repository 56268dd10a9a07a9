package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Moments;

/** Opens books, closes and reopens them. */
@ApplicationScoped
public class BookRegister {
    private final Commits commits;

    BookRegister(Commits commits) {
        this.commits = commits;
    }

    /**
     * Opens a book, as a work of book 0. Refuses a code that is taken, and more books than can be numbered.
     */
    public Uni<Answer> open(Ask ask, NewBook opened) {
        return commits.submit(ask, 0, new Work() {
            @Override
            public void needs(Needs needs) {
                Ledger.needBook(needs, opened.code());
            }

            @Override
            public Answer decide(WorkingSet set) {
                Book book = Ledger.openBook(set, opened);
                return Answer.created("/v1/books/" + book.code(), BookView.of(book, null));
            }
        });
    }

    /** Closes a book: once it is answered, nothing begins in it. Refuses one that is closed already. */
    Uni<Answer> close(Ask ask, BookHandle book, BookStatusChange.Order order) {
        return commits.submit(ask, book.id(), closing(book.id(), order));
    }

    static Work closing(int book, BookStatusChange.Order order) {
        return new Changing(book, order) {
            @Override
            Book changed(Book before, Instant now) {
                if (before.status() == Book.Status.CLOSED) {
                    throw new BookRejection.BookAlreadyClosed(before.code()).refused();
                }
                return before.closed(now);
            }
        };
    }

    /** Ends a closing. Refuses a book that is not closed. */
    Uni<Answer> reopen(Ask ask, BookHandle book, BookStatusChange.Order order) {
        return commits.submit(ask, book.id(), reopening(book.id(), order));
    }

    static Work reopening(int book, BookStatusChange.Order order) {
        return new Changing(book, order) {
            @Override
            Book changed(Book before, Instant now) {
                if (before.status() == Book.Status.OPEN) {
                    throw new BookRejection.BookNotClosed(before.code()).refused();
                }
                return before.reopened();
            }
        };
    }

    private abstract static class Changing implements Work {
        private final int book;
        private final BookStatusChange.Order order;

        Changing(int book, BookStatusChange.Order order) {
            this.book = book;
            this.order = order;
        }

        @Override
        public void needs(Needs needs) {
            BookStatusChange.need(needs, book);
        }

        @Override
        public Answer decide(WorkingSet set) {
            // PostgreSQL keeps microseconds; what is answered must be what is read later.
            Instant now = Moments.kept(set.now());
            Book changed = changed(set.get(Ledger.BOOKS, book), now);
            BookStatusChange.put(set, changed, now, order);
            return Answer.ok(BookView.of(changed, null));
        }

        abstract Book changed(Book before, Instant now);
    }
}
