package org.moralbank.commits;

import static org.moralbank.commits.AnswerTable.ANSWERS;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Trace;

/** Works that are to be committed together: what they need, what was read of it, and what they decided. */
final class Attempt {
    private static final Logger LOG = Logger.getLogger(Attempt.class);

    private static final String COUNT = "UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = ANY ($1)";

    final List<Pending> batch;
    final SortedSet<Integer> books;
    private final Needs needs;
    private List<Reading<?, ?>> readings = List.of();

    /** What the works see; null until all that they need was read. */
    private @Nullable WorkingSet set;

    /** What they change; null until it was asked for. */
    private @Nullable Writing writing;

    private boolean spoiled;

    /** Ends when the server has done all that is written, but for COMMIT. */
    private Future<?> written = Future.succeededFuture();

    /** The database's clock as the works see it, those without a clock of their own. */
    private Instant now = Instant.EPOCH;

    private Attempt(List<Pending> batch, SortedSet<Integer> books, Needs needs) {
        this.batch = batch;
        this.books = books;
        this.needs = needs;
    }

    /** Asks the works what they need. One that cannot even say that is handed to {@code fault} and left out. */
    static Attempt at(List<Pending> works, BiConsumer<Pending, RuntimeException> fault) {
        Needs needs = new Needs();
        SortedSet<Integer> books = new TreeSet<>();
        List<Pending> batch = new ArrayList<>(works.size());
        for (Pending pending : works) {
            Ask ask = pending.ask;
            try {
                if (ask.key() != null) {
                    needs.row(ANSWERS, answerKey(ask, ask.key()));
                }
                ask.asker().needs(needs);
                pending.work.needs(needs);
                pending.addBooksTo(books);
                batch.add(pending);
            } catch (RuntimeException failure) {
                fault.accept(pending, failure);
            }
        }
        return new Attempt(batch, books, needs);
    }

    /** Works that were taken and not asked anything yet. */
    static Attempt untried(List<Pending> works) {
        return new Attempt(works, new TreeSet<>(), new Needs());
    }

    private static AnswerTable.Key answerKey(Ask ask, IdempotencyKey key) {
        return new AnswerTable.Key(ask.scopeBook(), ask.asker().clientId(), key.value());
    }

    Short[] bookIds() {
        return bookIds(books);
    }

    /** As the columns of books have them. */
    static Short[] bookIds(Set<Integer> books) {
        return books.stream().map(Integer::shortValue).toArray(Short[]::new);
    }

    WorkingSet set() {
        return Objects.requireNonNull(set, "nothing was read yet");
    }

    void written(Future<?> written) {
        this.written = written;
    }

    Future<?> written() {
        return written;
    }

    /** The database's clock as the works see it. */
    Instant now() {
        return now;
    }

    /** Whether it is known what the works change. */
    boolean isDecided() {
        return writing != null && !spoiled;
    }

    /** What it was decided on has not come about. */
    void spoil() {
        spoiled = true;
    }

    boolean isSpoiled() {
        return spoiled;
    }

    // ---- read --------------------------------------------------------------------------------------------------

    /**
     * Looks what has to be read. Anew, if the works were decided before.
     *
     * @param ahead whether they are decided before they have their lock
     */
    void look(Known known, boolean ahead) {
        set = null;
        writing = null;
        readings = needs.tables().stream()
                .<Reading<?, ?>>map(table -> reading(table, known, ahead))
                .toList();
    }

    private <K, R> Reading<K, R> reading(Table<K, R> table, Known known, boolean ahead) {
        return new Reading<>(table, known.split(table, needs.keys(table), books, ahead));
    }

    /** Whether nothing has to be read. */
    boolean isAllKnown() {
        return readings.stream().allMatch(Reading::isAllKnown);
    }

    /** Sends a load for each table of which not everything is known. */
    void read(SqlConnection open, Flight flight) {
        readings.forEach(reading -> reading.read(open, flight));
    }

    /** Whether any row was taken for new without a look. */
    boolean hasTakenForNew() {
        return readings.stream().anyMatch(Reading::hasTakenForNew);
    }

    /** Sends loads of what is known, too. */
    void readKnown(SqlConnection open, Flight flight) {
        readings.forEach(reading -> reading.readKnown(open, flight));
    }

    /** Takes what was read under the lock as what the works see. */
    void see(Instant read) {
        now = read;
        WorkingSet seen = new WorkingSet(now);
        readings.forEach(reading -> reading.into(seen, null));
        set = seen;
    }

    /**
     * Takes what was read before or after the works of {@code before} were written, and what those leave, as what the works
     * see.
     */
    void seeAfter(Attempt before, Instant clock) {
        now = clock;
        WorkingSet seen = new WorkingSet(now);
        readings.forEach(reading -> reading.into(seen, before.set()));
        set = seen;
    }

    /** Sends loads of all that the works saw and that their books' numbers vouch for. */
    void readAgain(SqlConnection open, Flight flight) {
        readings.forEach(reading -> reading.readAgain(open, flight));
    }

    /** Where what was known or seen was read again all the same, the two must be one. */
    void check() {
        readings.forEach(Reading::check);
    }

    /**
     * Whether all that the works need can be read before the lock is taken: rows that change under the locks of their
     * own books only, which the books' numbers then vouch for, and rows that are looked at again.
     */
    boolean isForeseeable() {
        return needs.tables().stream().allMatch(this::isForeseeable);
    }

    private <K, R> boolean isForeseeable(Table<K, R> table) {
        return table instanceof Rechecked
                || needs.keys(table).stream().allMatch(key -> books.contains(table.changedUnder(key)));
    }

    /**
     * Sends statements that fail when a row that was read before the lock, and that the lock says nothing of, has changed, or
     * one that was taken for new is there.
     */
    void recheck(Writing checks) {
        readings.forEach(reading -> reading.recheck(checks, set()));
    }

    /** What is needed of one table: what is known, and what is being read. */
    private static final class Reading<K, R> {
        private final Table<K, R> table;
        private final Known.Split<K, R> split;
        private @Nullable Future<Map<K, R>> read;
        private @Nullable Future<Map<K, R>> readAgain;
        private Set<K> askedAgain = Set.of();
        private Map<K, R> found = Map.of();

        Reading(Table<K, R> table, Known.Split<K, R> split) {
            this.table = table;
            this.split = split;
        }

        boolean isAllKnown() {
            return split.unknown().isEmpty();
        }

        boolean hasTakenForNew() {
            return !split.takenForNew().isEmpty();
        }

        void read(SqlConnection open, Flight flight) {
            if (!isAllKnown()) {
                read = flight.add(table.load(open, split.unknown()));
            }
        }

        void readKnown(SqlConnection open, Flight flight) {
            readAgain(open, split.known().keySet(), flight);
        }

        void readAgain(SqlConnection open, Flight flight) {
            // Answers hold bytes, which have no equality; a key that is there already is refused by its index.
            if (table.again() != Table.Again.RARELY && !(table instanceof Rechecked)) {
                Set<K> seen = new LinkedHashSet<>(split.known().keySet());
                seen.addAll(split.unknown());
                readAgain(open, seen, flight);
            }
        }

        private void readAgain(SqlConnection open, Set<K> keys, Flight flight) {
            if (!keys.isEmpty()) {
                readAgain = flight.add(table.load(open, List.copyOf(keys)));
                askedAgain = keys;
            }
        }

        void check() {
            if (readAgain != null) {
                Map<K, R> rows = readAgain.result();
                for (K key : askedAgain) {
                    R seen = split.known().containsKey(key) ? split.known().get(key) : found.get(key);
                    if (!Objects.equals(seen, rows.get(key))) {
                        throw new IllegalStateException("known as " + seen + ", found as " + rows.get(key));
                    }
                }
            }
        }

        void into(WorkingSet set, @Nullable WorkingSet before) {
            if (read != null) {
                found = before == null ? read.result() : leftBy(before, read.result());
                set.loaded(table, split.unknown(), found);
            }
            set.loaded(table, split.known().keySet(), readAgain != null ? readAgain.result() : split.known());
        }

        /** What was read, with what the works of {@code before}, which it may show or not, have made of it. */
        private Map<K, R> leftBy(WorkingSet before, Map<K, R> rows) {
            Map<K, R> left = new HashMap<>(rows);
            for (K key : split.unknown()) {
                if (before.has(table, key)) {
                    R row = before.find(table, key);
                    if (row != null) {
                        left.put(key, row);
                    }
                }
            }
            return left;
        }

        void recheck(Writing checks, WorkingSet decided) {
            if (table instanceof Rechecked<K, R> rechecked) {
                Map<K, R> seen = new HashMap<>(found);
                seen.putAll(split.known());
                if (!seen.isEmpty()) {
                    rechecked.recheck(checks, seen);
                }
            }
            if (table instanceof NewUnlessMet<K, R> mostlyNew && hasTakenForNew()) {
                List<K> put = new ArrayList<>();
                List<K> others = new ArrayList<>();
                for (K key : split.takenForNew()) {
                    (decided.isPut(table, key) ? put : others).add(key);
                }
                mostlyNew.checkNew(checks, put, others);
            }
        }
    }

    // ---- decide ------------------------------------------------------------------------------------------------

    void decide() {
        WorkingSet seen = set();
        for (Pending pending : batch) {
            seen.setNow(pending.ask.clock() == null ? now : pending.ask.clock());
            pending.decided = decide(pending, seen);
        }
    }

    /** What the decisions change, the books' commit numbers too; nothing when they change nothing. */
    Writing writing() {
        if (writing == null) {
            // Kept when it is whole: half of it would be a commit of its own.
            Writing whole = new Writing();
            if (set().isChanged()) {
                set().write(whole);
                whole.execute(COUNT, Tuple.of(bookIds()));
            }
            writing = whole;
        }
        return writing;
    }

    /** What one work is answered; an answer that is to be kept is put into the set with its effect. */
    private static Answer decide(Pending pending, WorkingSet set) {
        Ask ask = pending.ask;
        pending.refusedBy = null;
        int mark = set.mark();
        try {
            ask.asker().checkStillMay(set);
            AnswerTable.Key key = ask.key() == null ? null : answerKey(ask, ask.key());
            AnswerTable.Kept kept = key == null ? null : set.find(ANSWERS, key);
            if (kept != null) {
                if (!ask.isKeptAs(kept.fingerprint())) {
                    return pending.problem(new CommitRejection.KeyReused());
                }
                pending.work.checkReplay(set);
                return kept.replay();
            }
            Answer answer;
            try {
                answer = pending.work.decide(set);
            } catch (RefusedException refused) {
                set.undoTo(mark);
                answer = pending.problem(refused.rejection());
            }
            if (key != null && isKept(answer.status())) {
                set.put(
                        ANSWERS,
                        key,
                        new AnswerTable.Kept(ask.fingerprint(), answer.status(), answer.location(), answer.body()));
            }
            return answer;
        } catch (RefusedException refused) {
            set.undoTo(mark);
            return pending.problem(refused.rejection());
        } catch (RuntimeException fault) {
            set.undoTo(mark);
            String traceId = pending.traceId();
            Trace.logging(traceId, () -> LOG.error("A work failed while it decided.", fault));
            return pending.problem(new CommitRejection.InternalFault(traceId));
        }
    }

    /** Successes, and refusals by the rules of the business; all else leaves the key free. */
    static boolean isKept(int status) {
        return status < 300 || status == 409 || status == 422;
    }
}
