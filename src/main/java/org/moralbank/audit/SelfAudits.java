package org.moralbank.audit;

import static org.moralbank.audit.SelfAuditTable.SELF_AUDITS;
import static org.moralbank.audit.StandingTable.STANDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.audit.StandingTable.Standing;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Asker;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookEvents;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Language;
import org.moralbank.platform.ProtocolRejection;

/** Orders self-audits, hands them to one who goes through them, and notes how they ended. */
@ApplicationScoped
class SelfAudits {
    /** Who orders those of the night. */
    static final String NIGHTLY = "nightly";

    /** So many have taken it up and did not get through: it is not tried for ever. */
    static final int MOST_TRIES = 5;

    private final Commits commits;
    private final Duration fullEvery;

    SelfAudits(Commits commits, AuditConfig config) {
        this.commits = commits;
        this.fullEvery = config.fullEvery();
    }

    /** The clock asks, and nobody can take that back. */
    private record Clock() implements Asker {
        @Override
        public int clientId() {
            return 0;
        }

        @Override
        public void needs(Needs needs) {
            // Nothing is looked at.
        }

        @Override
        public void checkStillMay(WorkingSet set) {
            // It always may.
        }
    }

    /** Orders one, to be gone through soon; refuses while one waits or runs. */
    Uni<Answer> order(Ask ask, int book, String path, SelfAudit.Extent extent, String by) {
        UUID id = Ids.next();
        return commits.submit(ask, book, ordering(new SelfAudit.Key(book, id), path, extent, by, null));
    }

    /**
     * Orders that of a night: a full one when the last full one is old. Whoever orders it again, also at the same time or in
     * another process, orders nothing: the night is its key. While another one of the book is under way it is told {@code
     * book-busy}, and may order it later.
     */
    Uni<Answer> orderNightly(int book, String path, LocalDate night) {
        SelfAudit.Key key = new SelfAudit.Key(book, Ids.next());
        Ask ask = new Ask(
                new Clock(), book, new IdempotencyKey("self-audit-" + night), new byte[32], Language.EN, "/", null);
        return commits.submit(ask, book, ordering(key, path, null, NIGHTLY, night));
    }

    private Work ordering(
            SelfAudit.Key key, String path, SelfAudit.@Nullable Extent wanted, String by, @Nullable LocalDate night) {
        return new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(STANDINGS, key.book()).row(SELF_AUDITS, key);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Standing standing = set.get(STANDINGS, key.book());
                if (standing.underWay() != null) {
                    if (night != null) {
                        // Not kept under the night's key, so that the night is ordered when that one has ended.
                        throw new ProtocolRejection.Plain("book-busy").refused();
                    }
                    throw new AuditRejection.UnderWay(standing.underWay()).refused();
                }
                SelfAudit.Extent extent = wanted == null ? ofNight(standing, set.now()) : wanted;
                long after = extent == SelfAudit.Extent.FULL ? 0 : standing.wholeThrough();
                SelfAudit.Waiting ordered =
                        new SelfAudit.Waiting(new SelfAudit.Order(key, extent, after, by, night, set.now()));
                set.put(SELF_AUDITS, key, ordered);
                set.put(STANDINGS, key.book(), new Standing(key.id(), standing.wholeThrough(), standing.lastFull()));
                return Answer.created(path + "/self-audits/" + key.id(), SelfAuditView.of(ordered));
            }
        };
    }

    private SelfAudit.Extent ofNight(Standing standing, Instant now) {
        // An hour less, so that one a week is not one in eight days because a night was a minute early.
        boolean old = standing.lastFull() == null
                || !standing.lastFull()
                        .plus(fullEvery)
                        .minus(Duration.ofHours(1))
                        .isAfter(now);
        return old ? SelfAudit.Extent.FULL : SelfAudit.Extent.INCREMENTAL;
    }

    // ---- those who go through them -------------------------------------------------------------------------------

    /** What a work made of a self-audit, for the one who had it done. */
    private abstract static class Changing implements Work {
        final SelfAudit.Key key;

        @Nullable
        SelfAudit made;

        Changing(SelfAudit.Key key) {
            this.key = key;
        }

        @Override
        public void needs(Needs needs) {
            needs.row(SELF_AUDITS, key);
        }

        @Override
        public Answer decide(WorkingSet set) {
            made = changed(set, set.get(SELF_AUDITS, key));
            if (made != null) {
                set.put(SELF_AUDITS, key, made);
            }
            return Answer.ok(Map.of());
        }

        abstract @Nullable SelfAudit changed(WorkingSet set, SelfAudit now);
    }

    /** Takes one up for so long; null when it is another's, or has ended. */
    SelfAudit.@Nullable Running takeUp(SelfAudit.Key key, Duration lease) {
        return (SelfAudit.Running) done(new Changing(key) {
            @Override
            @Nullable
            SelfAudit changed(WorkingSet set, SelfAudit now) {
                return now.takenUp(set.now(), set.now().plus(lease));
            }
        });
    }

    /** Holds on to it for so long from now; null when another has taken it over. */
    SelfAudit.@Nullable Running holdOn(SelfAudit.Running mine, Duration lease) {
        return (SelfAudit.Running) done(new Changing(mine.order().key()) {
            @Override
            @Nullable
            SelfAudit changed(WorkingSet set, SelfAudit now) {
                return isStill(mine, now)
                        ? new SelfAudit.Running(
                                mine.order(),
                                mine.fence(),
                                mine.begunAt(),
                                set.now().plus(lease))
                        : null;
            }
        });
    }

    /**
     * Notes how it ended, and tells the followers of the book where a check does not hold. Null when another has taken it
     * over: then that one's end counts.
     */
    SelfAudit.@Nullable Ended end(SelfAudit.Running mine, SelfAudit.Outcome outcome) {
        SelfAudit.Key key = mine.order().key();
        return (SelfAudit.Ended) done(new Changing(key) {
            @Override
            public void needs(Needs needs) {
                super.needs(needs);
                BookEvents.need(needs, key.book());
            }

            @Override
            @Nullable
            SelfAudit changed(WorkingSet set, SelfAudit now) {
                if (!isStill(mine, now)) {
                    return null;
                }
                SelfAudit.Ended ended = mine.end(outcome, set.now());
                if (ended.status() == SelfAudit.Status.BROKEN) {
                    BookEvents.append(
                            set, key.book(), "self-audit.broken", "self-audits/" + key.id(), Broken.of(ended));
                }
                return ended;
            }
        });
    }

    /** What followers are told of a self-audit that found something. */
    private record Broken(String id, SelfAudit.Extent extent, String orderedBy, List<Finding> findings) {
        static Broken of(SelfAudit.Ended ended) {
            SelfAudit.Order order = ended.order();
            return new Broken(
                    order.key().id().toString(),
                    order.extent(),
                    order.by(),
                    ended.outcome().findings());
        }
    }

    private static boolean isStill(SelfAudit.Running mine, SelfAudit now) {
        return now instanceof SelfAudit.Running running && running.fence() == mine.fence();
    }

    private @Nullable SelfAudit done(Changing work) {
        int book = work.key.book();
        Ask ask = new Ask(new Clock(), book, null, new byte[0], Language.EN, "/", null);
        Answer answer = commits.submit(ask, book, work).await().atMost(Duration.ofSeconds(60));
        if (answer.isProblem()) {
            throw new IllegalStateException("a self-audit could not be changed: " + answer.status());
        }
        return work.made;
    }
}
