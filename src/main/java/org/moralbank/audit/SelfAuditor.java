package org.moralbank.audit;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.pgclient.PgException;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.audit.Check.Over;
import org.moralbank.commits.Answer;
import org.moralbank.platform.JobThread;
import org.moralbank.platform.Snapshots;

/**
 * Goes through the self-audits of this process, one at a time, from its start to its end.
 *
 * <p>It cuts a book into pieces that take parts of a second, each check of one in a snapshot of its own, and rests after each
 * piece for as long as it took: at most half a core of the database is its, and no snapshot is old for long, but where one
 * account or merchant has millions of postings. That they are not of one snapshot makes nothing weaker: entries and postings
 * never change, and what an account has is compared with its postings in one statement.
 *
 * <p>The lease is longer than any statement may take, and is held on to between statements. One who was stopped and woke finds
 * another fence and changes nothing.
 */
@Singleton
class SelfAuditor {
    private static final Logger LOG = Logger.getLogger(SelfAuditor.class);
    private static final int ENTRIES_AT_A_TIME = 5_000;
    private static final int ACCOUNTS_AT_A_TIME = 500;
    private static final int NIGHTS_AT_A_TIME = 100;
    private static final Duration LEASE_BEYOND_A_STATEMENT = Duration.ofSeconds(60);
    private static final Duration HOLD_ON_EVERY = Duration.ofSeconds(20);
    private static final Duration LOOK_AROUND = Duration.ofMinutes(1);
    private static final Duration LONGEST_REST = Duration.ofSeconds(1);

    private final SelfAudits audits;
    private final SelfAuditStore store;
    private final AuditMetrics metrics;
    private final AuditConfig config;
    private final Duration lease;
    private final JobThread thread;
    private long lookedAroundNanos = System.nanoTime() - LOOK_AROUND.toNanos();

    SelfAuditor(SelfAudits audits, SelfAuditStore store, AuditMetrics metrics, AuditConfig config) {
        this.audits = audits;
        this.store = store;
        this.metrics = metrics;
        this.config = config;
        this.lease = config.statementTimeout().plus(LEASE_BEYOND_A_STATEMENT);
        this.thread = new JobThread(LOG, "The books are not audited for now; trying on.", config.poll(), this::next);
    }

    void onStart(@Observes StartupEvent start) {
        if (config.run()) {
            thread.start("self-auditor");
        }
    }

    /** Before the pool closes. A run that is left half-way is taken up by another when the lease has run out. */
    void onStop(@Observes @Priority(1) ShutdownEvent stop) throws InterruptedException {
        thread.stop();
    }

    private boolean next() {
        lookAround();
        return round();
    }

    private void lookAround() {
        if (System.nanoTime() - lookedAroundNanos >= LOOK_AROUND.toNanos()) {
            lookedAroundNanos = System.nanoTime();
            order(store.nights(config.nightlyAt(), NIGHTS_AT_A_TIME));
            metrics.ofAll(store.ofAll());
        }
    }

    /** Orders the self-audits of the night where it has come. A book that is busy is left for the next look. */
    void order(List<SelfAuditStore.Night> nights) {
        for (SelfAuditStore.Night night : nights) {
            if (thread.isStopping()) {
                return;
            }
            Answer answer = audits.orderNightly(night.book(), night.path(), night.night())
                    .await()
                    .atMost(Duration.ofSeconds(60));
            if (answer.isProblem()) {
                LOG.warnf(
                        "The self-audit of the night of %s of %s is not ordered yet: %d.",
                        night.night(), night.path(), answer.status());
            }
        }
    }

    /** Goes through one that is due; whether there was one. */
    boolean round() {
        SelfAudit.Key key = store.due();
        if (key == null) {
            return false;
        }
        SelfAudit.Running taken = audits.takeUp(key, lease);
        if (taken != null) {
            try {
                new Walk(taken).go();
            } catch (LeftOff left) {
                LOG.debugf("Self-audit %s is left to others: %s", key.id(), left.getMessage());
            }
        }
        return true;
    }

    /** The walk through a book is not ours any more, or this process stops. */
    private static final class LeftOff extends RuntimeException {
        private static final long serialVersionUID = 1;

        LeftOff(String why) {
            super(why, null, false, false);
        }
    }

    /** A self-audit that is gone through. */
    private final class Walk {
        private final Map<Check, Finding> found = new EnumMap<>(Check.class);
        private final SelfAudit.Running taken;
        private final int book;
        private long heldOnNanos = System.nanoTime();

        Walk(SelfAudit.Running taken) {
            this.taken = taken;
            this.book = taken.order().key().book();
        }

        void go() {
            SelfAuditStore.Head head = store.head(book);
            String fault = taken.fence() > SelfAudits.MOST_TRIES ? "left-too-often" : walk(head);
            byte[] hash = fault == null && found.isEmpty() ? store.leafHash(book, head.lastSeq()) : null;
            SelfAudit.Outcome outcome = new SelfAudit.Outcome(head.lastSeq(), hash, List.copyOf(found.values()), fault);
            SelfAudit.Ended ended = audits.end(taken, outcome);
            if (ended == null) {
                throw new LeftOff("another has taken it over");
            }
            metrics.ended(ended);
            switch (ended.status()) {
                case BROKEN ->
                    LOG.errorf(
                            "Self-audit %s found that checks do not hold: %s",
                            taken.order().key().id(), found.keySet());
                case UNFINISHED ->
                    LOG.warnf(
                            "Self-audit %s is unfinished: %s",
                            taken.order().key().id(), fault);
                default -> {
                    // Whole; the metrics tell.
                }
            }
        }

        /** Finds what offends. What makes it impossible to go through is told by its class, else null. */
        private @Nullable String walk(SelfAuditStore.Head head) {
            try {
                Scope all = Scope.of(book, taken.order().after(), head.lastSeq());
                for (long after = all.after(); after < all.through(); after += ENTRIES_AT_A_TIME) {
                    piece(of(Over.ENTRIES), all.entries(after, Math.min(after + ENTRIES_AT_A_TIME, all.through())));
                }
                int account = 0;
                for (; account + ACCOUNTS_AT_A_TIME < head.lastAccount(); account += ACCOUNTS_AT_A_TIME) {
                    piece(of(Over.ACCOUNTS), all.accounts(account, account + ACCOUNTS_AT_A_TIME));
                }
                piece(of(Over.ACCOUNTS), all.accounts(account, Integer.MAX_VALUE));
                for (Check check : of(Over.BOOK)) {
                    piece(Set.of(check), all);
                }
                if (taken.order().extent() == SelfAudit.Extent.FULL) {
                    for (Check check : of(Over.BOOK_IN_FULL)) {
                        piece(Set.of(check), all);
                    }
                }
                return null;
            } catch (PgException failed) {
                if (Snapshots.tookTooLong(failed)) {
                    return "statement-timeout";
                }
                throw failed;
            } catch (TimeoutException slow) {
                return "statement-timeout";
            }
        }

        private Set<Check> of(Over over) {
            EnumSet<Check> checks = EnumSet.noneOf(Check.class);
            Arrays.stream(Check.values()).filter(check -> check.over() == over).forEach(checks::add);
            return checks;
        }

        /** Checks a piece, but for what has been found already, and holds on to the lease; then rests. */
        private void piece(Set<Check> checks, Scope scope) {
            long begunNanos = System.nanoTime();
            EnumSet<Check> open = EnumSet.noneOf(Check.class);
            open.addAll(checks);
            open.removeAll(found.keySet());
            for (Check check : open) {
                look(check, scope);
                holdOn();
            }
            LockSupport.parkNanos(Math.min(System.nanoTime() - begunNanos, LONGEST_REST.toNanos()));
        }

        /** Keeps the lease, where a while has passed. */
        private void holdOn() {
            if (thread.isStopping()) {
                throw new LeftOff("this process stops");
            }
            if (System.nanoTime() - heldOnNanos >= HOLD_ON_EVERY.toNanos()) {
                heldOnNanos = System.nanoTime();
                if (audits.holdOn(taken, lease) == null) {
                    throw new LeftOff("another has taken it over");
                }
            }
        }

        private void look(Check check, Scope scope) {
            try {
                store.offenders(check, scope).forEach(finding -> found.put(check, finding));
            } catch (PgException failed) {
                String state = failed.getSqlState();
                if (state == null || !state.startsWith("22")) {
                    throw failed;
                }
                lookCloser(check, scope, failed);
            }
        }

        /** Some bytes cannot even be read as what they should be: which entry it is, is found by halving. */
        private void lookCloser(Check check, Scope scope, PgException failed) {
            long entries = scope.through() - scope.after();
            if (check.over() == Over.ENTRIES && entries > 1) {
                long middle = scope.after() + entries / 2;
                look(check, scope.entries(scope.after(), middle));
                if (!found.containsKey(check)) {
                    look(check, scope.entries(middle, scope.through()));
                }
                return;
            }
            boolean one = check.over() == Over.ENTRIES;
            found.put(
                    check,
                    new Finding(
                            check,
                            one ? "entries/" + scope.through() : "entries",
                            one ? scope.through() : null,
                            "unreadable (SQLSTATE " + failed.getSqlState() + ")",
                            "what can be read"));
        }
    }
}
