package org.moralbank.members;

import java.time.Instant;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Moments;

/** What works of other features ask about those who take part. */
public final class Participants {
    /** Members, by book and id. */
    static final Table<Member.Key, Member> MEMBERS = new MemberTable();

    /** When members left, by book and id. */
    static final Table<Member.Key, Instant> LEAVINGS = new LeavingTable();

    /** Kinships, by book, giver and kin. */
    static final Table<Kin.Key, Kin> KIN = new KinTable();

    /** Teams, by book and id. */
    static final Table<Team.Key, Team> TEAMS = new TeamTable();

    private Participants() {}

    /** Names a member among the needs of a work. */
    public static void needMember(Needs needs, int book, String id) {
        needs.row(MEMBERS, new Member.Key(book, id));
    }

    /** Names a member among the needs of a work, as {@link #buyerAt} looks at him. */
    public static void needBuyer(Needs needs, int book, String id) {
        needMember(needs, book, id);
        needs.row(LEAVINGS, new Member.Key(book, id));
    }

    /** Names a giver's kin among the needs of a work, as {@link #kin} looks at him. */
    public static void needKin(Needs needs, int book, String giver, String kin) {
        needMember(needs, book, kin);
        needs.row(KIN, new Kin.Key(book, giver, kin));
    }

    /** Names a team among the needs of a work. */
    public static void needTeam(Needs needs, int book, String id) {
        needs.row(TEAMS, new Team.Key(book, id));
    }

    /** Names who has an id, as those look at it who register him unless he is there. */
    public static void needEither(Needs needs, int book, String id) {
        needMember(needs, book, id);
        needTeam(needs, book, id);
    }

    /**
     * The member of an id; when he is not there he is registered, with nothing known of him: for a book that was kept elsewhere.
     * Refuses the id of a team or of the pool.
     */
    public static Member registerUnlessThere(WorkingSet set, int book, String id) {
        Member.Key key = new Member.Key(book, id);
        Member there = set.find(MEMBERS, key);
        if (there != null) {
            return there;
        }
        Members.refuseTaken(id, set.find(TEAMS, new Team.Key(book, id)) != null);
        Member registered = new Member(book, id, Member.Status.ACTIVE, null, null, null, false, false, 1, moment(set));
        set.put(MEMBERS, key, registered);
        return registered;
    }

    /** The same of a team, which is called by its id. Refuses the id of a member or of the pool. */
    public static void registerTeamUnlessThere(WorkingSet set, int book, String id) {
        Team.Key key = new Team.Key(book, id);
        if (set.find(TEAMS, key) == null) {
            Members.refuseTaken(id, isMember(set, book, id));
            set.put(TEAMS, key, new Team(book, id, id, 1, moment(set)));
        }
    }

    private static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }

    /** Whether a member has left. */
    public static boolean hasLeft(WorkingSet set, int book, String id) {
        Member member = set.find(MEMBERS, new Member.Key(book, id));
        return member != null && member.status() == Member.Status.CLOSED;
    }

    /** Whether the book knows a member, whatever became of him. */
    public static boolean isMember(WorkingSet set, int book, String id) {
        return set.find(MEMBERS, new Member.Key(book, id)) != null;
    }

    /** A member who receives. Refuses one that is not known or has left; a frozen one may receive. */
    public static Member receiver(WorkingSet set, int book, String id) {
        Member member = set.find(MEMBERS, new Member.Key(book, id));
        if (member == null) {
            throw new MemberRejection.UnknownMember(id).refused();
        }
        if (member.status() == Member.Status.CLOSED) {
            throw new MemberRejection.MemberClosed(id).refused();
        }
        return member;
    }

    /**
     * A member who took goods at that moment, whatever became of him since. Refuses one that is not known or had left before
     * it.
     */
    public static Member buyerAt(WorkingSet set, int book, String id, Instant moment) {
        Member.Key key = new Member.Key(book, id);
        Member member = set.find(MEMBERS, key);
        if (member != null && member.status() == Member.Status.CLOSED) {
            Instant left = set.find(LEAVINGS, key);
            if (left == null || moment.isBefore(left)) {
                return member;
            }
        }
        return receiver(set, book, id);
    }

    /** A member who gives. Refuses one that is not known, has left or is frozen. */
    public static Member giver(WorkingSet set, int book, String id) {
        Member member = receiver(set, book, id);
        if (member.status() == Member.Status.FROZEN) {
            throw new MemberRejection.MemberFrozen(id).refused();
        }
        return member;
    }

    /**
     * A member who receives as kin of the giver. Refuses, besides what {@link #receiver} does, one who is not registered as
     * his kin, one who was less than 24 hours ago, and one who is not known to be 60 or older.
     */
    public static Member kin(WorkingSet set, int book, String giver, String kin) {
        Member receiver = receiver(set, book, kin);
        Kin registered = set.find(KIN, new Kin.Key(book, giver, kin));
        if (registered == null) {
            throw new KinRejection.NotKin(giver, kin).refused();
        }
        if (set.now().isBefore(registered.giftsFrom())) {
            throw new KinRejection.KinCoolingOff(giver, kin, registered.giftsFrom()).refused();
        }
        if (receiver.leastAge() < Kin.LEAST_AGE) {
            throw new KinRejection.KinTooYoung(kin).refused();
        }
        return receiver;
    }

    /** A team that gives or receives. Refuses one that is not known. */
    public static Team team(WorkingSet set, int book, String id) {
        Team team = set.find(TEAMS, new Team.Key(book, id));
        if (team == null) {
            throw new TeamRejection.UnknownTeam(id).refused();
        }
        return team;
    }
}
