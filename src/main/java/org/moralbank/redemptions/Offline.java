package org.moralbank.redemptions;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Note;
import org.moralbank.paycodes.PayCodeRejection;
import org.moralbank.paycodes.PayCodes;
import org.moralbank.paycodes.ShownCode;
import org.moralbank.paycodes.WrongCodes;
import org.moralbank.platform.Rejection;

/** Takes what tills sold while they had no connection. */
@ApplicationScoped
class Offline {
    /** The most rows of one upload. */
    static final int MOST_ROWS = 1_000;

    /** Codes are looked up so many at a time. */
    private static final int AT_ONCE = 8;

    private final Commits commits;
    private final Allowances allowances;
    private final PayCodes payCodes;
    private final WrongCodes wrongCodes;
    private final Sandbox sandbox;
    private final RedemptionMetrics metrics;
    private final MeterRegistry registry;

    Offline(
            Commits commits,
            Allowances allowances,
            PayCodes payCodes,
            WrongCodes wrongCodes,
            Sandbox sandbox,
            RedemptionMetrics metrics,
            MeterRegistry registry) {
        this.commits = commits;
        this.allowances = allowances;
        this.payCodes = payCodes;
        this.wrongCodes = wrongCodes;
        this.sandbox = sandbox;
        this.metrics = metrics;
        this.registry = registry;
    }

    /**
     * A row as it was sent.
     *
     * @param terminalTransaction null only when that is what is wrong with it
     * @param member null where the till saw a code
     * @param code null where the till wrote the member down
     * @param content SHA-256 of the row without its code
     * @param fault what is wrong with its form, and nothing else is to be looked at; else null
     */
    record Row(
            @Nullable String terminalTransaction,
            @Nullable String member,
            @Nullable String code,
            long amount,
            Instant at,
            byte[] content,
            @Nullable Note note,
            @Nullable Rejection fault) {
        static Row faulty(@Nullable String terminalTransaction, Rejection fault) {
            return new Row(terminalTransaction, null, null, 0, Instant.EPOCH, new byte[0], null, fault);
        }
    }

    /** What a till uploads. */
    record Upload(String merchant, String terminal, UUID allowance, String signature, List<Row> rows) {}

    /** Takes each row by itself. Refused as a whole only where no code and no signature can be read. */
    Uni<Answer> upload(Ask asked, BookHandle book, Client client, Upload upload) {
        allowances.checkCanRead();
        // Also where no row has a code that is well formed: a row whose form is wrong may have one all the same.
        Ask ask = payCodes.seal(asked);
        Sight sight = Sight.ofOneWhoActs(client);
        Rejection refusal = sight.refusal(upload.merchant(), upload.terminal());
        if (refusal != null) {
            return commits.submit(ask, book.id(), new Refusing(refusal))
                    .invoke(answer -> metrics.refused(RedemptionMetrics.Asked.OFFLINE, answer));
        }
        return sandbox.overItsLine(book, upload.terminal(), uploaded(ask, book, client, sight, upload));
    }

    private Uni<Answer> uploaded(Ask ask, BookHandle book, Client client, Sight sight, Upload upload) {
        return lookedUp(book, upload).chain(rows -> {
            WrongCodes.Upload tries = wrongCodes.upload(book, client.id(), upload.terminal(), codes(upload));
            Uploading work =
                    new Uploading(ask, sight, book, allowances, upload.allowance(), upload.signature(), rows, tries);
            return commits.submit(ask, book.id(), work)
                    .invoke(answer -> measure(answer, work))
                    .onTermination()
                    .invoke((answer, failure, cancelled) -> {
                        boolean decided = failure == null && (answer == null || !answer.replayed());
                        tries.end(decided ? work.wrong() : List.of(), decided ? work.refusals() : Map.of());
                    });
        });
    }

    private static List<String> codes(Upload upload) {
        return upload.rows().stream().map(Row::code).filter(Objects::nonNull).toList();
    }

    /** Not by {@code Uni.join}, which goes on within the one before: of a thousand that are known at once the stack is full. */
    private Uni<List<Uploading.Row>> lookedUp(BookHandle book, Upload upload) {
        return Multi.createFrom()
                .range(0, upload.rows().size())
                .onItem()
                .transformToUni(
                        i -> lookedUp(book, upload, upload.rows().get(i)).map(row -> Map.entry(i, row)))
                .merge(AT_ONCE)
                .collect()
                .asList()
                .map(found -> found.stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(Map.Entry::getValue)
                        .toList());
    }

    private Uni<Uploading.Row> lookedUp(BookHandle book, Upload upload, Row row) {
        if (row.fault() != null || row.terminalTransaction() == null || row.note() == null) {
            return Uni.createFrom().item(new Uploading.Row(row.terminalTransaction(), null, row.fault()));
        }
        Transaction.Key key = new Transaction.Key(
                book.id(), upload.merchant(), new Redemption.Till(upload.terminal(), row.terminalTransaction()));
        Note note = row.note();
        byte[] content = row.code() == null ? row.content() : payCodes.seal(book, row.code(), row.content());
        Sandbox.Play play = row.code() == null ? null : sandbox.play(book, row.code());
        Uni<Optional<ShownCode>> shown = row.code() == null || play != null
                ? Uni.createFrom().item(Optional.empty())
                : payCodes.find(book, row.code()).map(Optional::of);
        return shown.map(code -> new Uploading.Row(
                row.terminalTransaction(),
                new OfflineSale(
                        key,
                        play == null ? row.member() : Sandbox.MEMBER,
                        code.orElse(null),
                        row.code(),
                        play,
                        row.amount(),
                        row.at(),
                        content,
                        note),
                null));
    }

    /** One that was used is a code all the same: who finds it can pay nothing by it. */
    static boolean isGuess(Rejection rejection) {
        return rejection instanceof PayCodeRejection.Unknown;
    }

    // ---- metrics -------------------------------------------------------------------------------------------------

    private void measure(Answer answer, Uploading work) {
        if (!answer.isProblem() && !answer.replayed()) {
            work.results()
                    .forEach((result, rows) -> Counter.builder("moralbank.redemptions.offline.rows")
                            .description("Rows that tills uploaded, by what became of them")
                            .tag("result", result.name())
                            .register(registry)
                            .increment(rows));
            work.refusals().forEach(metrics::declined);
        }
    }
}
