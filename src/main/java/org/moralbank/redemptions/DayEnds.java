package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.redemptions.DayEndTable.DAYS;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Once;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.BookHandle;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Rejection;
import org.moralbank.platform.Sha256;

/**
 * Closes terminals' business days.
 *
 * <p>The books are read under the lock, before the works of the same commit: these record at the commit's time, which is
 * when the day is closed, and so count to a later day. Nothing falls between, and nothing behind: the book records nothing
 * before the moment of a closing any more, also where the clock was set back.
 */
@ApplicationScoped
class DayEnds {
    private final Commits commits;
    private final MeterRegistry registry;

    DayEnds(Commits commits, MeterRegistry registry) {
        this.commits = commits;
        this.registry = registry;
    }

    /**
     * What a till says of its day.
     *
     * @param said SHA-256 of it, but for the reason
     * @param reason why differences are accepted; null where they are not
     */
    record Order(
            String merchant,
            String terminal,
            LocalDate day,
            Tally tally,
            Attribution by,
            byte[] said,
            @Nullable String reason) {
        /** Of which a retry is known: what is said, in whatever order and words, and no more. */
        private record Said(
                String merchant,
                String terminal,
                LocalDate day,
                Tally tally,
                @Nullable String actor) {}

        Order(String merchant, String terminal, LocalDate day, Tally tally, Attribution by, @Nullable String reason) {
            this(
                    merchant,
                    terminal,
                    day,
                    tally,
                    by,
                    Once.content(new Said(merchant, terminal, day, tally.inOrder(), by.actor())),
                    reason);
        }

        /** SHA-256 of the content. A reason says something only where there is something to accept. */
        byte[] content(boolean differs) {
            return differs && reason != null ? Sha256.of(said, reason.getBytes(StandardCharsets.UTF_8)) : said;
        }
    }

    /** What is told of a closing to those who follow the book. */
    private record Closed(String merchant, String terminal, String day, int differences) {}

    /**
     * Closes a day. Refuses, in this order: an unknown merchant, an unknown terminal, a day that has not begun, one that was
     * closed with other content, and differences that are not accepted.
     */
    Uni<Answer> close(Ask ask, BookHandle book, Client client, Order order) {
        Rejection refusal = Sight.ofOneWhoActs(client).refusal(order.merchant(), order.terminal());
        if (refusal != null) {
            return commits.submit(ask, book.id(), new Refusing(refusal));
        }
        return commits.submit(ask, book.id(), new Closing(book, order)).invoke(answer -> {
            if (!answer.isProblem() && !answer.replayed()) {
                Counter.builder("moralbank.redemptions.dayends")
                        .description("Business days closed")
                        .register(registry)
                        .increment();
            }
        });
    }

    private record Closing(BookHandle book, Order order) implements Work {
        private DayBook.Key key() {
            return new DayBook.Key(book.id(), order.merchant(), order.terminal(), order.day());
        }

        @Override
        public void needs(Needs needs) {
            BookEvents.need(needs, book.id());
            Merchants.need(needs, book.id(), order.merchant());
            Terminals.need(needs, book.id(), order.merchant(), order.terminal());
            needs.row(DAYS, key());
        }

        @Override
        public Answer decide(WorkingSet set) {
            Merchants.known(set, book.id(), order.merchant());
            Terminals.known(set, book.id(), order.merchant(), order.terminal());
            LocalDate today = book.dayOf(set.now());
            if (order.day().isAfter(today)) {
                throw new DayEndRejection.DayInFuture(order.day(), today).refused();
            }
            DayBook open = set.get(DAYS, key());
            if (open.end() != null) {
                return again(open.end());
            }
            Instant closedAt = Step.moment(set, book);
            List<DayBook.Line> lines = open.counted(closedAt);
            List<DayEnd.Difference> differences = order.tally().differences(lines);
            if (!differences.isEmpty() && order.reason() == null) {
                throw new DayEndRejection.DayDiffers(order.day(), order.tally().compared(lines), differences).refused();
            }
            DayEnd end = new DayEnd(
                    key(),
                    closedAt,
                    order.content(!differences.isEmpty()),
                    new DayEnd.Report(order.tally().compared(lines), differences, open.gaps()),
                    order.by(),
                    differences.isEmpty() ? null : order.reason());
            set.put(DAYS, key(), open.closed(end));
            set.put(BOOKS, book.id(), set.get(BOOKS, book.id()).recordedUntil(closedAt));
            BookEvents.append(
                    set,
                    book.id(),
                    "day-end.closed",
                    "day-ends/" + path(),
                    new Closed(order.merchant(), order.terminal(), order.day().toString(), differences.size()));
            return Answer.created(book.path() + "/day-ends/" + path(), DayEndView.closed(end));
        }

        private Answer again(DayEnd first) {
            boolean differed = !first.report().differences().isEmpty();
            if (!Arrays.equals(first.content(), order.content(differed))) {
                throw new DayEndRejection.DayClosed(order.terminal(), order.day()).refused();
            }
            Answer answer = Answer.created(book.path() + "/day-ends/" + path(), DayEndView.closed(first));
            return new Answer(answer.status(), answer.location(), answer.body(), null, null, true);
        }

        private String path() {
            return order.merchant() + "/" + order.terminal() + "/" + order.day();
        }
    }
}
