package org.moralbank.members;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;
import static org.moralbank.members.Participants.KIN;
import static org.moralbank.members.Participants.MEMBERS;
import static org.moralbank.members.Participants.TEAMS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Account;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.LotStore;
import org.moralbank.ledger.Note;
import org.moralbank.platform.EditRejection;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;

/** Registers members, their kin and teams, and freezes, thaws and closes members. */
@ApplicationScoped
public class Members {
    static final Table<StatusChange.Key, StatusChange> STATUS_CHANGES = new StatusChangeTable();

    /** How often a closing is prepared anew because something was granted to the member in the meantime. */
    private static final int ATTEMPTS = 3;

    private final Commits commits;
    private final LotStore lots;

    Members(Commits commits, LotStore lots) {
        this.commits = commits;
        this.lots = lots;
    }

    /** What is said of a member when he is registered or edited. */
    public record Registration(
            @Nullable String role,
            @Nullable String ageBand,
            @Nullable String label,
            boolean priorityRecipient,
            boolean showsPointsLeft) {}

    /** What is said of a kinship. */
    public record Kinship(String relation, @Nullable String proof) {}

    /** Why a member is frozen or thawed, and who wants it. */
    public record Order(Attribution by, String reason) {}

    /**
     * How a member leaves.
     *
     * @param timeTo a registered kin who gets what is his own of his time; null when the time pool gets it
     */
    public record Leaving(@Nullable String timeTo, Note note) {}

    // ---- registering -------------------------------------------------------------------------------------------

    /**
     * Registers a member, or edits one: 201 or 200. What is there already is left as it is, without a condition.
     *
     * <p>Refuses an edit of a member who has left, one whose {@code If-Match} is missing or stale, and a new member under the
     * id of a team or of the pool.
     */
    public Uni<Answer> register(
            Ask ask, BookHandle book, String memberId, Registration said, @Nullable String ifMatch) {
        Member.Key key = new Member.Key(book.id(), memberId);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(MEMBERS, key);
                Participants.needTeam(needs, book.id(), memberId);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Member there = set.find(MEMBERS, key);
                if (there == null) {
                    EditRejection.check(ifMatch, 0);
                    refuseTaken(memberId, set.find(TEAMS, new Team.Key(book.id(), memberId)) != null);
                    Member registered = new Member(
                            book.id(),
                            memberId,
                            Member.Status.ACTIVE,
                            said.role(),
                            said.ageBand(),
                            said.label(),
                            said.priorityRecipient(),
                            said.showsPointsLeft(),
                            1,
                            moment(set));
                    set.put(MEMBERS, key, registered);
                    return Answer.created(path(book, memberId), MemberView.of(registered))
                            .withEtag(EditRejection.etag(1));
                }
                if (there.isSaid(said)) {
                    return edited(MemberView.of(there), there.version());
                }
                if (there.status() == Member.Status.CLOSED) {
                    throw new StatusRejection.AlreadyClosed(memberId).refused();
                }
                EditRejection.check(ifMatch, there.version());
                Member edited = there.with(said);
                set.put(MEMBERS, key, edited);
                return edited(MemberView.of(edited), edited.version());
            }
        });
    }

    /**
     * Registers that {@code kinId} is kin of a member, or edits what is said of it. Gifts are possible a day after the
     * first registration; an edit does not begin that day again.
     *
     * <p>Refuses members that are not there or have left, a member as his own kin, and as every edit does.
     */
    public Uni<Answer> registerKin(
            Ask ask, BookHandle book, String memberId, String kinId, Kinship said, @Nullable String ifMatch) {
        Kin.Key key = new Kin.Key(book.id(), memberId, kinId);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Participants.needMember(needs, book.id(), memberId);
                Participants.needKin(needs, book.id(), memberId, kinId);
            }

            @Override
            public Answer decide(WorkingSet set) {
                ofPath(set, book, memberId);
                ofPath(set, book, kinId);
                if (memberId.equals(kinId)) {
                    throw new KinRejection.OwnKin(memberId).refused();
                }
                Kin there = set.find(KIN, key);
                if (there != null
                        && there.relation().equals(said.relation())
                        && Objects.equals(there.proof(), said.proof())) {
                    return edited(KinView.of(there), there.version());
                }
                Participants.receiver(set, book.id(), memberId);
                Participants.receiver(set, book.id(), kinId);
                EditRejection.check(ifMatch, there == null ? 0 : there.version());
                Kin registered = new Kin(
                        book.id(),
                        memberId,
                        kinId,
                        said.relation(),
                        said.proof(),
                        there == null ? 1 : there.version() + 1,
                        there == null ? moment(set) : there.registeredAt());
                set.put(KIN, key, registered);
                return there == null
                        ? Answer.created(path(book, memberId) + "/kin/" + kinId, KinView.of(registered))
                                .withEtag(EditRejection.etag(1))
                        : edited(KinView.of(registered), registered.version());
            }
        });
    }

    /** Registers a team, or edits its name; refuses as every edit does, and a new team under the id of a member or of the pool. */
    public Uni<Answer> registerTeam(Ask ask, BookHandle book, String teamId, String name, @Nullable String ifMatch) {
        Team.Key key = new Team.Key(book.id(), teamId);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(TEAMS, key);
                Participants.needMember(needs, book.id(), teamId);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Team there = set.find(TEAMS, key);
                if (there != null && there.name().equals(name)) {
                    return edited(TeamView.of(there), there.version());
                }
                EditRejection.check(ifMatch, there == null ? 0 : there.version());
                if (there == null) {
                    refuseTaken(teamId, set.find(MEMBERS, new Member.Key(book.id(), teamId)) != null);
                }
                Team registered = there == null
                        ? new Team(book.id(), teamId, name, 1, moment(set))
                        : new Team(book.id(), teamId, name, there.version() + 1, there.registeredAt());
                set.put(TEAMS, key, registered);
                return there == null
                        ? Answer.created(book.path() + "/teams/" + teamId, TeamView.of(registered))
                                .withEtag(EditRejection.etag(1))
                        : edited(TeamView.of(registered), registered.version());
            }
        });
    }

    /** Refuses who is new under the id of another, or of the pool. */
    static void refuseTaken(String id, boolean taken) {
        if (taken || id.equals(Holder.POOL)) {
            throw new IdTaken(id).refused();
        }
    }

    // ---- freezing ----------------------------------------------------------------------------------------------

    /**
     * Freezes a member and all his accounts: once it is answered, nothing of his is given or held anew; what he receives
     * passes, and so do captures of what was held before.
     *
     * <p>Refuses one who has left or is frozen already.
     */
    public Uni<Answer> freeze(Ask ask, BookHandle book, String memberId, Order order) {
        return changeStatus(ask, book, memberId, order, Member.Status.FROZEN, Account.Status.FROZEN);
    }

    /**
     * Ends a freeze. What he owes is taken from what he has, because nothing was taken of what he earned meanwhile.
     *
     * <p>Refuses one who has left or is not frozen.
     */
    public Uni<Answer> unfreeze(Ask ask, BookHandle book, String memberId, Order order) {
        return changeStatus(ask, book, memberId, order, Member.Status.ACTIVE, Account.Status.OPEN);
    }

    private Uni<Answer> changeStatus(
            Ask ask, BookHandle book, String memberId, Order order, Member.Status to, Account.Status accountsTo) {
        Holder time = Holder.of(book.id(), Chart.MEMBER_TIME, memberId);
        Holder points = Holder.of(book.id(), Chart.MEMBER_POINTS, memberId);
        return commits.submit(ask, book.id(), new Work() {
            @Override
            public void needs(Needs needs) {
                Participants.needMember(needs, book.id(), memberId);
                needs.row(BOOKS, book.id());
                for (Holder holder : List.of(time, points)) {
                    needs.row(HOLDINGS, holder).row(HOLDINGS, Ledger.shortfallOf(holder));
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                Member there = ofPath(set, book, memberId);
                if (there.status() == Member.Status.CLOSED) {
                    throw new StatusRejection.AlreadyClosed(memberId).refused();
                }
                if (there.status() == to) {
                    throw to == Member.Status.FROZEN
                            ? new StatusRejection.AlreadyFrozen(memberId).refused()
                            : new StatusRejection.NotFrozen(memberId).refused();
                }
                for (Holder holder : List.of(time, points)) {
                    Ledger.setStatus(set, holder, accountsTo);
                    Ledger.recover(set, holder, order.by(), null);
                }
                Member changed = put(set, there.with(to), order.by(), order.reason());
                return edited(MemberView.kept(changed), changed.version());
            }
        });
    }

    // ---- closing -----------------------------------------------------------------------------------------------

    /**
     * Lets a member leave, for good; a frozen one too. What he owes is recovered first; restricted lots go back to the
     * fund or pool they came from, his own time to a registered kin or the time pool, his points to the points pool; then
     * his accounts are closed.
     *
     * <p>Refuses, in this order: one who has left, one of whom something is held, kin that may not receive, and one who
     * owes more than he has.
     */
    public Uni<Answer> close(Ask ask, BookHandle book, String memberId, Leaving leaving) {
        return close(ask, book, memberId, leaving, ATTEMPTS);
    }

    private Uni<Answer> close(Ask ask, BookHandle book, String memberId, Leaving leaving, int attempts) {
        Holder time = Holder.of(book.id(), Chart.MEMBER_TIME, memberId);
        return lots.sourcesOf(time).chain(sources -> {
            Closing closing = new Closing(book, memberId, leaving, sources);
            return commits.submit(ask, book.id(), closing)
                    .chain(answer -> closing.isOutdated() && attempts > 1
                            ? close(ask, book, memberId, leaving, attempts - 1)
                            : Uni.createFrom().item(answer));
        });
    }

    // ---- shared ------------------------------------------------------------------------------------------------

    /** The member whom the path names; one that is not there is a path that leads nowhere. */
    static Member ofPath(WorkingSet set, BookHandle book, String memberId) {
        Member member = set.find(MEMBERS, new Member.Key(book.id(), memberId));
        if (member == null) {
            throw new ProtocolRejection.NotFound("member").refused();
        }
        return member;
    }

    /** Puts a member whose status changed, and who changed it. */
    static Member put(WorkingSet set, Member changed, Attribution by, @Nullable String reason) {
        set.put(MEMBERS, changed.key(), changed);
        StatusChange change = StatusChange.of(changed, moment(set), by, reason);
        set.put(STATUS_CHANGES, change.key(), change);
        return changed;
    }

    private static Answer edited(Object view, long version) {
        return Answer.ok(view).withEtag(EditRejection.etag(version));
    }

    /** PostgreSQL keeps microseconds; what is answered must be what is read later. */
    private static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }

    private static String path(BookHandle book, String memberId) {
        return book.path() + "/members/" + memberId;
    }
}
