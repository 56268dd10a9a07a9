package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import org.moralbank.access.Call;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/** Gives reports of a period as files: finds the book, resolves what is asked, and names the file after both. */
@ApplicationScoped
class PeriodFiles {
    private final Books books;
    private final Scopes scopes;

    PeriodFiles(Books books, Scopes scopes) {
        this.books = books;
        this.scopes = scopes;
    }

    /** Writes a report of a scope into a file. */
    interface Writing {
        Multi<Buffer> to(BookHandle book, Scope scope, TableFile file, Language headings);
    }

    /** A file of the report of that name, without pages. */
    Multi<Buffer> of(
            RoutingContext http,
            String book,
            ReportQuery.Checked query,
            String report,
            TableFile.Format format,
            Writing writing) {
        Call call = Call.of(http);
        ReportQuery.Form form = query.form();
        return books.of(call, book)
                .onItem()
                .transformToMulti(found -> scopes.resolve(found, query.scope())
                        .onItem()
                        .transformToMulti(scope -> {
                            form.name(http, found, report, scope.lastSeq(), format);
                            return writing.to(found, scope, form.begin(format, report), form.headings(call.language()));
                        }));
    }
}
