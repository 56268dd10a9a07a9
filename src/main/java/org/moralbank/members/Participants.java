package org.moralbank.members;

import org.moralbank.commits.Needs;
import org.moralbank.commits.Table;
import org.moralbank.commits.WorkingSet;

/** What works of other features ask about those who take part. */
public final class Participants {
    /** Members, by book and id. */
    static final Table<Member.Key, Member> MEMBERS = new MemberTable();

    private Participants() {}

    /** Names a member among the needs of a work. */
    public static void needMember(Needs needs, int book, String id) {
        needs.row(MEMBERS, new Member.Key(book, id));
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

    /** A member who gives. Refuses one that is not known, has left or is frozen. */
    public static Member giver(WorkingSet set, int book, String id) {
        Member member = receiver(set, book, id);
        if (member.status() == Member.Status.FROZEN) {
            throw new MemberRejection.MemberFrozen(id).refused();
        }
        return member;
    }
}
