package org.moralbank.paycodes;

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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Json;

/**
 * Slows down who shows wrong codes. What takes a code is asked through it:
 *
 * <pre>{@code
 * wrongCodes.watch(book, call.client().id(), terminal, code, barred -> redemptions.authorize(…, barred))
 * }</pre>
 *
 * <p>In a minute a client and terminal may show ten wrong codes by the default, and of one device of a member five may be
 * shown in ten minutes, whoever shows them; the next is not looked at, but refused with {@link
 * PayCodeRejection.TooManyWrong}, right ones too, until the minute is over. What was answered before is answered as ever: a
 * till that did not hear that it sold would take a good sale back. Who has shown a wrong code of late may not have more under way than he has tries left, so
 * that a burst is no way around it; who has not may have {@value #CLEAN_AT_ONCE}. When a book sees
 * {@value #SLOW_MOST_OF_BOOK} wrong codes in ten minutes, a client and terminal may show one in a minute: those who show
 * right ones are not held up.
 *
 * <p>What was sold without a connection is uploaded later, with codes that the till could not ask of: an {@link #upload} has
 * ten wrong codes a minute of its own, so that it does not shut the till that sells on-line, and those of a device with all
 * others. What it shows beyond them is not looked at.
 *
 * <p>Codes that were used or have expired are no wrong ones, here and there: nothing is paid by them, and they come of honest
 * hands that show one twice or too late. A guess that finds one is one of those that count but for that chance. Of a device
 * only the password that was taken, or an earlier right one, is called used; a member's next code does not follow from it.
 * What else is shown of the same device counts as before, so that nobody finds more used codes by trial than right ones.
 *
 * <p>The counts are of this process and in its memory, bounded: a refusal leaves no row, and n processes allow n times as
 * much. They end with the process.
 */
@ApplicationScoped
public class WrongCodes {
    private static final Set<String> WRONG = Set.of("pay-code-unknown", "pay-code-used", "pay-code-expired");

    /** One that was used or has expired is a code all the same: who shows it has it from somebody, and pays nothing by it. */
    private static final String GUESS = new PayCodeRejection.Unknown().code();

    private static final String TOO_MANY = new PayCodeRejection.TooManyWrong(1).code();

    /** A commit's worth. */
    static final int CLEAN_AT_ONCE = 256;

    /** Half as many as a till may show: one phone with a wrong clock does not shut the till to the next customer. */
    static final int MOST_OF_DEVICE = 5;

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

    private record Uploads(int client, String terminal) {}

    private record Device(int book, String handle) {}

    private record OfBook(int book) {}

    /**
     * Submits, and counts the answer when the code was unknown. A replay is no new try. Where too many wrong codes
     * were shown of late, what is submitted is told so: it is to look no code up, and to refuse what it would look at one for.
     *
     * @param client id of the API client
     * @param terminal the terminal it speaks for, where it speaks for several; else null
     * @param code as it is shown
     * @param submit is given with what to refuse, or null where the code may be looked at
     */
    public Uni<Answer> watch(
            BookHandle book,
            int client,
            @Nullable String terminal,
            String code,
            Function<PayCodeRejection.@Nullable TooManyWrong, Uni<Answer>> submit) {
        return Uni.createFrom().deferred(() -> {
            Tries ofBook = tries(new OfBook(book.id()), SLOW_MOST_OF_BOOK, OF_BOOK);
            Tries ofSource = tries(new Source(client, terminal), mostOfSource, OF_SOURCE);
            List<Tries> begun = new ArrayList<>(2);
            long now = nanoClock.getAsLong();
            long wait = ofSource.begin(now, ofBook.isFull(now) ? 1 : mostOfSource);
            if (wait == 0) {
                begun.add(ofSource);
                Tries ofDevice = ofDevice(book, code);
                if (ofDevice != null) {
                    wait = ofDevice.begin(now, MOST_OF_DEVICE);
                    if (wait == 0) {
                        begun.add(ofDevice);
                    }
                }
            }
            if (wait > 0) {
                begun.forEach(each -> each.end(1));
                PayCodeRejection.TooManyWrong barred =
                        new PayCodeRejection.TooManyWrong(Math.ceilDiv(wait, 1_000_000_000L));
                return submit.apply(barred).invoke(answer -> {
                    if (answer.status() == 429 && TOO_MANY.equals(code(answer))) {
                        PayCodeMetrics.refused(TOO_MANY);
                        // So that it is told with its time.
                        throw barred.refused();
                    }
                });
            }
            return submit.apply(null)
                    .invoke(answer -> {
                        String wrong = wrong(answer);
                        if (wrong != null) {
                            PayCodeMetrics.refused(wrong);
                        }
                        if (GUESS.equals(wrong)) {
                            long at = nanoClock.getAsLong();
                            begun.forEach(each -> each.wrong(at));
                            ofBook.wrong(at);
                        }
                    })
                    .onTermination()
                    .invoke(() -> begun.forEach(each -> each.end(1)));
        });
    }

    /**
     * The tries of an upload: as many as are free, at most one for each of its codes. {@link Upload#end} is to be called,
     * whatever became of it.
     *
     * @param client id of the API client
     * @param terminal the terminal that has sold
     * @param codes as they were shown, in any order
     */
    public Upload upload(BookHandle book, int client, String terminal, List<String> codes) {
        long now = nanoClock.getAsLong();
        Tries ofBook = tries(new OfBook(book.id()), SLOW_MOST_OF_BOOK, OF_BOOK);
        Map<Tries, Integer> wanted = new LinkedHashMap<>();
        Tries ofSource = tries(new Uploads(client, terminal), mostOfSource, OF_SOURCE);
        for (String code : codes) {
            wanted.merge(ofSource, 1, Integer::sum);
            Tries ofDevice = ofDevice(book, code);
            if (ofDevice != null) {
                wanted.merge(ofDevice, 1, Integer::sum);
            }
        }
        Map<Tries, Integer> taken = new HashMap<>();
        wanted.forEach((tries, count) ->
                taken.put(tries, tries.take(now, tries == ofSource && ofBook.isFull(now) ? 1 : tries.most, count)));
        return new Upload(book, ofBook, ofSource, taken);
    }

    /** What an upload may show. */
    public final class Upload {
        private final BookHandle book;
        private final Tries ofBook;
        private final Tries ofSource;
        private final Map<Tries, Integer> taken;

        private Upload(BookHandle book, Tries ofBook, Tries ofSource, Map<Tries, Integer> taken) {
            this.book = book;
            this.ofBook = ofBook;
            this.ofSource = ofSource;
            this.taken = taken;
        }

        /** Whether one more code is looked at behind those that were wrong. */
        public boolean mayShow(String code, List<String> wrong) {
            Tries ofDevice = ofDevice(book, code);
            return wrong.size() < taken.getOrDefault(ofSource, 0)
                    && (ofDevice == null
                            || wrong.stream()
                                            .filter(other -> ofDevice(book, other) == ofDevice)
                                            .count()
                                    < taken.getOrDefault(ofDevice, 0));
        }

        /**
         * Counts what was wrong, and gives back what is left.
         *
         * @param wrong codes that were unknown
         * @param refused how many rows were refused by which code, for what is measured
         */
        public void end(List<String> wrong, Map<String, Integer> refused) {
            long now = nanoClock.getAsLong();
            refused.forEach((code, rows) -> {
                for (int i = 0; i < rows && (WRONG.contains(code) || code.equals(TOO_MANY)); i++) {
                    PayCodeMetrics.refused(code);
                }
            });
            for (String code : wrong) {
                ofSource.wrong(now);
                ofBook.wrong(now);
                Tries ofDevice = ofDevice(book, code);
                if (ofDevice != null) {
                    ofDevice.wrong(now);
                }
            }
            taken.forEach(Tries::end);
        }
    }

    private @Nullable Tries ofDevice(BookHandle book, String code) {
        return CodeText.of(code) instanceof CodeText.OfDevice shown
                ? tries(new Device(book.id(), shown.handle()), MOST_OF_DEVICE, OF_DEVICE)
                : null;
    }

    /** The code of the refusal, when what was wrong is the code that was shown. */
    private static @Nullable String wrong(Answer answer) {
        if (answer.status() != 422 || answer.replayed()) {
            return null;
        }
        String code = code(answer);
        return WRONG.contains(code) ? code : null;
    }

    private static String code(Answer problem) {
        try {
            return Json.mapper().readTree(problem.body()).path("code").asText();
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
            if (take(now, allowed, 1) == 1) {
                return 0;
            }
            // What is under way ends in a moment; what was wrong ends with its time.
            return wrongAt.size() < allowed || wrongAt.isEmpty()
                    ? 1_000_000_000L
                    : Math.max(1, wrongAt.getFirst() + withinNanos - now);
        }

        /** Takes as many as are free, at most as many as are wanted and allowed. */
        synchronized int take(long now, int allowed, int wanted) {
            forget(now);
            int free = (wrongAt.isEmpty() ? CLEAN_AT_ONCE : allowed - wrongAt.size()) - underWay;
            int taken = Math.clamp(free, 0, Math.min(wanted, allowed));
            underWay += taken;
            return taken;
        }

        synchronized void end(int taken) {
            underWay -= taken;
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
