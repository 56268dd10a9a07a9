package org.moralbank.exports;

import static org.moralbank.exports.ExportTable.EXPORTS;
import static org.moralbank.exports.ExportTable.Kept.KEPT;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Language;
import org.moralbank.platform.ProtocolRejection;

/** Asks for exports: works of the book, so that where it ends is a number that the book has reached. */
@ApplicationScoped
class Exports {
    private final Commits commits;
    private final LedgerReads reads;
    private final ExportsConfig config;
    private final Exporter exporter;

    Exports(Commits commits, LedgerReads reads, ExportsConfig config, Exporter exporter) {
        this.commits = commits;
        this.reads = reads;
        this.config = config;
        this.exporter = exporter;
    }

    /** What an export is to be, as it is asked; what is null is resolved. */
    record NewExport(
            @Nullable Long firstSeq,
            @Nullable Long lastSeq,
            @Nullable LocalDate from,
            @Nullable LocalDate to,
            @Nullable Instant asOf,
            Set<PackFile.Content> contents,
            Set<PackFile.Format> formats,
            Language language,
            boolean byteOrderMark) {}

    /**
     * Asks for an export, which is made beside the lanes. Refuses a moment that is to come, a number that the book has not
     * reached, and one export more than may be kept.
     */
    Uni<Answer> make(Ask ask, Client client, BookHandle book, NewExport said) {
        Instant asOf = said.asOf();
        Uni<Optional<Long>> resolved = asOf == null
                ? Uni.createFrom().item(Optional.ofNullable(said.lastSeq()))
                : reads.seqAt(book, asOf).map(Optional::of);
        return resolved.chain(lastSeq -> commits.submit(ask, book.id(), new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(Ledger.BOOKS, book.id());
                        needs.row(KEPT, book.id());
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        long reached = set.get(Ledger.BOOKS, book.id()).lastSeq();
                        long first = Objects.requireNonNullElse(said.firstSeq(), 1L);
                        long last = lastSeq.orElse(reached);
                        if (last > reached) {
                            throw new ExportRejection.SeqNotReached(last, reached).refused();
                        }
                        if (first - 1 > last) {
                            throw new ExportRejection.SeqNotReached(first, last).refused();
                        }
                        long kept = Objects.requireNonNullElse(set.find(KEPT, book.id()), 0L);
                        if (kept >= config.mostOfABook()) {
                            throw new ExportRejection.TooMany(config.mostOfABook()).refused();
                        }
                        set.put(KEPT, book.id(), kept + 1);
                        Export export = Export.asked(
                                book.id(),
                                Ids.next(),
                                client.id(),
                                client.name(),
                                new Selection(
                                        first,
                                        last,
                                        said.from(),
                                        said.to(),
                                        said.asOf(),
                                        said.contents(),
                                        said.formats(),
                                        said.language(),
                                        said.byteOrderMark()),
                                set.now());
                        set.put(EXPORTS, export.id(), export);
                        return Answer.created(
                                book.path() + "/exports/" + export.id(), ExportView.of(book, export, List.of()));
                    }
                }))
                .invoke(answer -> exporter.wake());
    }

    /** An id that no export can have is one that is not there. */
    static UUID id(String text) {
        UUID id = Ids.parse(text);
        if (id == null) {
            throw new ProtocolRejection.NotFound("export").refused();
        }
        return id;
    }
}
