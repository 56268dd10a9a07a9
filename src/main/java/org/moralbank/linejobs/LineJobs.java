package org.moralbank.linejobs;

import static org.moralbank.linejobs.LineJobTable.JOBS;
import static org.moralbank.linejobs.LineJobTable.Open.OPEN;
import static org.moralbank.linejobs.LineJobTable.Parts.PARTS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.moralbank.access.BulkRequest;
import org.moralbank.access.Call;
import org.moralbank.access.LinesRequest;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Books;
import org.moralbank.linejobs.LineJobTable.Parts;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Json;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.Rejection;

/** Orders jobs of lines, and has bulks, which are fewer of the same, done at once. */
@ApplicationScoped
public class LineJobs {
    /** Of the operation that orders one, for those who read the API. */
    public static final String DESCRIPTION = """
            For more than a bulk takes: up to 50,000 of the single operation, each with a reference of its own, in a body of at
            most 16 MiB. The lines are kept and done one after the other beside other requests; ask for the job until it has an
            `endedAt`, then for its results, which has for each line what a bulk would have answered. The same reference with the same
            content, in a bulk or another job too, is answered with what it did first: what was left undone can be ordered again.

            A line whose form is wrong refuses them all, at most 100 faults are told, and nothing is kept. What a rule
            refuses is the result of its line alone. A job whose key is revoked is stopped before its next lines (STOPPED, KEY_REVOKED), and one that a fault of the
            service keeps from coming a line further in five attempts (FAULT): keep what was sent until the job is DONE. What was
            sent of a line goes when the line is done.
            """;

    /** As many as half a commit has room for at most, so that others find room beside them. */
    static final int LINES_OF_A_PART = 100;

    private static final int MOST_FAULTS = 100;

    private final Books books;
    private final Commits commits;
    private final LineJobsConfig config;
    private final LineRunner runner;

    LineJobs(Books books, Commits commits, LineJobsConfig config, LineRunner runner) {
        this.books = books;
        this.commits = commits;
        this.config = config;
        this.runner = runner;
    }

    /**
     * Orders a job. Refuses faults of the form of any line, and one more job of the book than may wait. Blocks the caller's
     * thread until all lines are looked at.
     */
    public Uni<Answer> order(Call call, String bookCode, LineKind kind, LinesRequest body) {
        BookHandle book = books.of(call, bookCode).await().indefinitely();
        Ask ask = call.ask(book.id());
        List<byte[]> lines = body.someItems();
        refuseFaults(call, ask, book, kind, lines);
        Work work =
                new Ordering(ask, call, book, kind.collection(), lines.size(), parts(lines), config.mostOpenOfABook());
        return commits.submit(ask, book.id(), work).invoke(runner::wake);
    }

    /** Does all that is in a bulk at once, in one commit. */
    public Uni<Answer> bulk(Call call, String bookCode, LineKind kind, BulkRequest body) {
        return books.of(call, bookCode).chain(book -> {
            Ask ask = call.ask(book.id());
            return commits.submit(ask, book.id(), kind.bulk(body, ask, book, call.client()));
        });
    }

    private static void refuseFaults(Call call, Ask ask, BookHandle book, LineKind kind, List<byte[]> lines) {
        List<FieldFault> faults = new ArrayList<>();
        for (int i = 0; i < lines.size() && faults.size() < MOST_FAULTS; i++) {
            try {
                Bulk.Item item = kind.line(i, Json.mapper().readTree(lines.get(i)), ask, book, call.client());
                Rejection fault = item.fault();
                if (fault != null) {
                    if (fault.faults().isEmpty()) {
                        throw fault.refused();
                    }
                    faults.addAll(fault.faults());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("written by ourselves", e);
            }
        }
        if (!faults.isEmpty()) {
            throw new ProtocolRejection.Invalid(faults.subList(0, Math.min(faults.size(), MOST_FAULTS))).refused();
        }
    }

    /** The lines in arrays of some each. */
    private static List<byte[]> parts(List<byte[]> lines) {
        List<byte[]> parts = new ArrayList<>();
        for (int first = 0; first < lines.size(); first += LINES_OF_A_PART) {
            ByteArrayOutputStream part = new ByteArrayOutputStream();
            for (byte[] line : lines.subList(first, Math.min(lines.size(), first + LINES_OF_A_PART))) {
                part.write(part.size() == 0 ? '[' : ',');
                part.writeBytes(line);
            }
            part.write(']');
            parts.add(part.toByteArray());
        }
        return parts;
    }

    /** A new job with its lines. */
    private record Ordering(
            Ask ask, Call call, BookHandle book, String collection, int lines, List<byte[]> parts, int mostOpen)
            implements Work {
        /** Its lines are written as so many rows, of some kilobytes. */
        @Override
        public int weight() {
            return parts.size();
        }

        @Override
        public void needs(Needs needs) {
            needs.row(OPEN, book.id());
        }

        @Override
        public Answer decide(WorkingSet set) {
            long open = Objects.requireNonNullElse(set.find(OPEN, book.id()), 0L);
            if (open >= mostOpen) {
                throw new LineJobRejection.TooMany(mostOpen).refused();
            }
            set.put(OPEN, book.id(), open + 1);
            LineJob job = new LineJob(
                    book.id(),
                    Ids.next(),
                    collection,
                    call.client().id(),
                    call.client().name(),
                    call.caller().keyId(),
                    ask.language(),
                    Moments.kept(set.now()),
                    lines,
                    0,
                    0,
                    0,
                    LineJob.Status.WAITING,
                    null,
                    null);
            set.put(JOBS, job.key(), job);
            set.put(PARTS, job.key(), new Parts.Lines(LINES_OF_A_PART, parts));
            return Answer.created(job.path(book.path()), LineJobView.of(book, job));
        }
    }

    /** An id that no job can have is one that is not there. */
    static UUID id(String text) {
        UUID id = Ids.parse(text);
        if (id == null) {
            throw new ProtocolRejection.NotFound("line job").refused();
        }
        return id;
    }
}
