package org.moralbank.paycodes;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Json;

/**
 * Slows down who shows wrong codes. What takes a code is asked through it:
 *
 * <pre>{@code
 * wrongCodes.watch(book, call.client().id(), terminal, code, () -> redemptions.authorize(…))
 * }</pre>
 *
 * <p>In a minute a client and terminal may show ten wrong codes by the default, and to one device of a member ten may be
 * shown in ten minutes, whoever shows them; the next is refused with {@link PayCodeRejection.TooManyWrong}, right ones
 * too, until the minute is over. Who has shown a wrong code of late may not have more under way than he has tries left, so
 * that a burst is no way around it; who has not may have {@value #CLEAN_AT_ONCE}. When a book sees
 * {@value #SLOW_MOST_OF_BOOK} wrong codes in ten minutes, a client and terminal may show one in a minute: those who show
 * right ones are not held up.
 *
 * <p>The counts are of this process and in its memory, bounded: a refusal leaves no row, and n processes allow n times as
 * much. They end with the process.
 */
@ApplicationScoped
public class WrongCodes {
    private static final Set<String> WRONG = Set.of("pay-code-unknown", "pay-code-used", "pay-code-expired");

    /** A commit's worth. */
    static final int CLEAN_AT_ONCE = 256;

    static final int MOST_OF_DEVICE = 10;
    static final int SLOW_MOST_OF_BOOK = 500;

    static final Duration OF_SOURCE = Duration.ofMinutes(1);
    static final Duration OF_DEVICE = Duration.ofMinutes(10);
    static final Duration OF_BOOK = Duration.ofMinutes(10);

    /** More are not guessing at once: keys of clients are given out by hand. */
    private static final int MOST_REMEMBERED = 10_000;

    private final int mostOfSource;
    private final LongSupplier nanoClock;
    private final Cache<Object, Tries> tries =
            Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).build();

    @Inject
    WrongCodes(PayCodesConfig config) {
        this(config.wrongCodesPerMinute(), System::nanoTime);
    }

    WrongCodes(int mostOfSource, LongSupplier nanoClock) {
        this.mostOfSource = mostOfSource;
        this.nanoClock = nanoClock;
    }

    private record Source(int client, @Nullable String terminal) {}

    private record Device(int book, String handle) {}

    private record OfBook(int book) {}

    /**
     * Submits, unless too many wrong codes were shown of late, and counts the answer when the code was wrong. A replay is
     * no new try.
     *
     * @param client id of the API client
     * @param terminal the terminal it speaks for, where it speaks for several; else null
     * @param code as it is shown
     */
    public Uni<Answer> watch(
            BookHandle book, int client, @Nullable String terminal, String code, Supplier<Uni<Answer>> submit) {
        return Uni.createFrom().deferred(() -> {
            Tries ofBook = tries(new OfBook(book.id()), SLOW_MOST_OF_BOOK, OF_BOOK);
            Tries ofSource = tries(new Source(client, terminal), mostOfSource, OF_SOURCE);
            List<Tries> begun = new ArrayList<>(2);
            long now = nanoClock.getAsLong();
            long wait = ofSource.begin(now, ofBook.isFull(now) ? 1 : mostOfSource);
            if (wait == 0) {
                begun.add(ofSource);
                if (CodeText.of(code) instanceof CodeText.OfDevice shown) {
                    Tries ofDevice = tries(new Device(book.id(), shown.handle()), MOST_OF_DEVICE, OF_DEVICE);
                    wait = ofDevice.begin(now, MOST_OF_DEVICE);
                    if (wait == 0) {
                        begun.add(ofDevice);
                    }
                }
            }
            if (wait > 0) {
                begun.forEach(Tries::end);
                PayCodeRejection.TooManyWrong refusal =
                        new PayCodeRejection.TooManyWrong(Math.ceilDiv(wait, 1_000_000_000L));
                PayCodeMetrics.refused(refusal.code());
                return Uni.createFrom().failure(refusal.refused());
            }
            return submit.get()
                    .invoke(answer -> {
                        String wrong = wrong(answer);
                        if (wrong != null) {
                            PayCodeMetrics.refused(wrong);
                            long at = nanoClock.getAsLong();
                            begun.forEach(each -> each.wrong(at));
                            ofBook.wrong(at);
                        }
                    })
                    .onTermination()
                    .invoke(() -> begun.forEach(Tries::end));
        });
    }

    /** The code of the refusal, when what was wrong is the code that was shown. */
    private static @Nullable String wrong(Answer answer) {
        if (answer.status() != 422 || answer.replayed()) {
            return null;
        }
        try {
            JsonNode code = Json.mapper().readTree(answer.body()).path("code");
            return WRONG.contains(code.asText()) ? code.asText() : null;
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }

    private Tries tries(Object of, int most, Duration within) {
        return tries.get(of, none -> new Tries(most, within.toNanos()));
    }

    /** The wrong codes of late of one source or to one target, and what is under way. */
    private static final class Tries {
        private final int most;
        private final long withinNanos;
        private final Deque<Long> wrongAt = new ArrayDeque<>();
        private int underWay;

        Tries(int most, long withinNanos) {
            this.most = most;
            this.withinNanos = withinNanos;
        }

        /** Takes a try; or says for how many nanoseconds none is free. */
        synchronized long begin(long now, int allowed) {
            forget(now);
            int free = wrongAt.isEmpty() ? CLEAN_AT_ONCE : allowed - wrongAt.size();
            if (underWay < free) {
                underWay++;
                return 0;
            }
            // What is under way ends in a moment; what was wrong ends with its time.
            return wrongAt.size() < allowed || wrongAt.isEmpty()
                    ? 1_000_000_000L
                    : Math.max(1, wrongAt.getFirst() + withinNanos - now);
        }

        synchronized void end() {
            underWay--;
        }

        synchronized void wrong(long at) {
            forget(at);
            if (wrongAt.size() == most) {
                wrongAt.removeFirst();
            }
            wrongAt.addLast(at);
        }

        synchronized boolean isFull(long now) {
            forget(now);
            return wrongAt.size() >= most;
        }

        private void forget(long now) {
            while (!wrongAt.isEmpty() && now - wrongAt.getFirst() >= withinNanos) {
                wrongAt.removeFirst();
            }
        }
    }
}
