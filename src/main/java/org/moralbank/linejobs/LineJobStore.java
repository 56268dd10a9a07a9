package org.moralbank.linejobs;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.AnswerStore;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Page;

/** Jobs of lines as they are shown. */
@ApplicationScoped
class LineJobStore {
    private static final String LIST = "SELECT " + LineJobTable.COLUMNS + """
            FROM line_job j
            WHERE j.book_id = $1 AND ($2::uuid IS NULL OR j.job_id < $2) AND ($3::text IS NULL OR j.status = $3)
            AND ($4::text IS NULL OR j.collection = $4)
            AND ($5::timestamptz IS NULL OR j.created_at >= $5)
            AND ($6::timestamptz IS NULL OR j.created_at < $6)
            ORDER BY j.job_id DESC
            LIMIT $7
            """;

    private static final String FIND = "SELECT " + LineJobTable.COLUMNS + """
            FROM line_job j
            WHERE j.book_id = $1 AND j.job_id = $2
            """;

    private static final String RESULTS = """
            SELECT line_no, reference, result, problem
            FROM line_job_result
            WHERE book_id = $1 AND job_id = $2 AND line_no > $3 AND ($4::text IS NULL OR result = $4)
            ORDER BY line_no
            LIMIT $5
            """;

    private final Pool pool;
    private final AnswerStore answers;

    LineJobStore(Pool pool, AnswerStore answers) {
        this.pool = pool;
        this.answers = answers;
    }

    /** What a list is narrowed to; null narrows nothing. */
    record Filter(LineJob.@Nullable Status status, @Nullable String collection, DayRange ordered) {}

    /** Jobs of a book, the newest first. */
    Uni<Page<LineJobView>> list(BookHandle book, Filter filter, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) book.id())
                .addUUID(page.afterId())
                .addString(filter.status() == null ? null : filter.status().name())
                .addString(filter.collection())
                .addOffsetDateTime(filter.ordered().since(book.calendar()))
                .addOffsetDateTime(filter.ordered().until(book.calendar()))
                .addInteger(page.rows());
        return pool.preparedQuery(LIST).execute(arguments).map(rows -> {
            List<LineJobView> jobs = new ArrayList<>();
            for (Row row : rows) {
                jobs.add(LineJobView.of(book, LineJobTable.job(row.getDelegate())));
            }
            return Page.of(page, jobs, job -> job.id().toString());
        });
    }

    Uni<Optional<LineJob>> find(int book, UUID id) {
        return pool.preparedQuery(FIND).execute(Tuple.of((short) book, id)).map(rows -> {
            for (Row row : rows) {
                return Optional.of(LineJobTable.job(row.getDelegate()));
            }
            return Optional.empty();
        });
    }

    /** What became of lines, in their order. What was created stands once, in the answer that is kept under the reference. */
    Uni<Page<LineResultView>> results(LineJob job, LineResultView.@Nullable Result result, Page.Request page) {
        Tuple arguments = Tuple.tuple()
                .addShort((short) job.book())
                .addUUID(job.id())
                .addInteger((int) Math.min(page.afterNumber(-1), Integer.MAX_VALUE))
                .addString(result == null ? null : result.name())
                .addInteger(page.rows());
        return pool.preparedQuery(RESULTS).execute(arguments).chain(rows -> {
            List<String> references = new ArrayList<>();
            for (Row row : rows) {
                references.add(row.getString(1));
            }
            return answers.ofItems(job.book(), job.clientId(), job.collection(), references)
                    .map(bodies -> {
                        List<LineResultView> results = new ArrayList<>(rows.size());
                        for (Row row : rows) {
                            results.add(result(row, bodies));
                        }
                        return Page.of(page, results, each -> Integer.toString(each.index()));
                    });
        });
    }

    private static LineResultView result(Row row, Map<String, byte[]> bodies) {
        String reference = row.getString(1);
        LineResultView.Result result = LineResultView.Result.valueOf(row.getString(2));
        boolean refused = result == LineResultView.Result.refused;
        String resource = refused ? null : text(Objects.requireNonNull(bodies.get(reference), reference));
        String problem = refused ? text(row.getBuffer(3).getBytes()) : null;
        return new LineResultView(row.getInteger(0), reference, result, resource, problem);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
