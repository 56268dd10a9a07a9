package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.ProtocolRejection;

/** Opens books. */
@ApplicationScoped
public class BookRegister {
    private final Commits commits;

    BookRegister(Commits commits) {
        this.commits = commits;
    }

    /** Opens a book, as a work of book 0. Refuses a client that may not use every book, and a code that is taken. */
    public Uni<Answer> open(Ask ask, Client operator, NewBook opened) {
        return commits.submit(ask, 0, new Work() {
            @Override
            public void needs(Needs needs) {
                Ledger.needBook(needs, opened.code());
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (!operator.mayUse(Client.EVERY_BOOK)) {
                    throw new ProtocolRejection.Plain("forbidden").refused();
                }
                Book book = Ledger.openBook(set, opened);
                return Answer.created("/v1/books/" + book.code(), BookView.of(book, null));
            }
        });
    }
}
