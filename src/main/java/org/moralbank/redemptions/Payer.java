package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.HOLDINGS;

import java.util.UUID;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Emptying;
import org.moralbank.ledger.Entry;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.LotSources;
import org.moralbank.ledger.Posting;
import org.moralbank.members.Member;
import org.moralbank.members.Participants;

/** Who pays. The one place where what stands in a request becomes a member whose points are spent. */
record Payer(int book, String member) {
    Holder points() {
        return Holder.of(book, Chart.MEMBER_POINTS, member);
    }

    /** Where he owes what a sale lacked. */
    Holder debt() {
        return Ledger.shortfallOf(points());
    }

    /** How what comes back to him is passed on when he has left. */
    Emptying passingOn() {
        return new Emptying(points(), LotSources.NONE);
    }

    /** Of a new redemption. */
    void needs(Needs needs) {
        needs.row(HOLDINGS, points());
        Participants.needMember(needs, book, member);
    }

    /** Whether he has left, also where he never had an account; he is among the {@linkplain #needs needs}. */
    boolean hasLeft(WorkingSet set) {
        return Participants.hasLeft(set, book, member);
    }

    /** Takes what he owes from what an entry gave back to him. */
    void recover(WorkingSet set, Entry givenBack, UUID group) {
        long cameBack = givenBack.postings().stream()
                .filter(posting -> posting.holder().equals(points()))
                .mapToLong(Posting::amount)
                .sum();
        Ledger.recover(set, points(), cameBack, givenBack.by(), group);
    }

    /** The member; refuses who may not spend now. */
    Member check(WorkingSet set) {
        return Participants.giver(set, book, member);
    }
}
