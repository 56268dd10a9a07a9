package org.moralbank.paycodes;

import static org.moralbank.paycodes.PayDeviceTable.POCKETS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.members.Participants;
import org.moralbank.paycodes.PayDevice.Pocket;
import org.moralbank.platform.Ids;
import org.moralbank.platform.ProtocolRejection;

/** Enrols and revokes devices that make codes offline. */
@ApplicationScoped
class PayDevices {
    /** Of a handle that is free already, one of these is; a book would need millions of devices to have none. */
    private static final int CANDIDATES = 16;

    /** Of a device whose codes were never used. */
    private static final long NO_STEP = -1;

    private final Commits commits;
    private final PayCodeStore store;
    private final CodeKeys keys;
    private final PayCodesConfig config;

    PayDevices(Commits commits, PayCodeStore store, CodeKeys keys, PayCodesConfig config) {
        this.commits = commits;
        this.store = store;
        this.keys = keys;
        this.config = config;
    }

    /**
     * Enrols a device of a member. The answer shows its secret and label, this once; what is kept of the answer does not.
     *
     * <p>Refuses a member that is not there, has left or is frozen, and one who has as many as he may have.
     */
    Uni<Answer> enrol(Ask ask, BookHandle book, String member, @Nullable String label) {
        List<String> candidates =
                Stream.generate(CodeText::handle).limit(CANDIDATES).distinct().toList();
        return store.takenHandles(book.id(), candidates).chain(taken -> {
            // Two that choose one handle at once are kept apart by the table: the later is answered 500, its key is
            // free.
            String handle = candidates.stream()
                    .filter(each -> !taken.contains(each))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no handle is free in book " + book.code()));
            UUID id = Ids.next();
            return commits.submit(
                    ask,
                    book.id(),
                    new Enrolling(book, member, id, handle, label, config.devices(), keys.secretOf(book.id(), id)));
        });
    }

    private record Enrolling(
            BookHandle book,
            String member,
            UUID id,
            String handle,
            @Nullable String label,
            int limit,
            byte[] secret) implements Work {
        @Override
        public void needs(Needs needs) {
            Participants.needMember(needs, book.id(), member);
            needs.row(POCKETS, new Pocket.Key(book.id(), member));
        }

        @Override
        public Answer decide(WorkingSet set) {
            ofPath(set, book, member);
            Participants.giver(set, book.id(), member);
            Pocket.Key key = new Pocket.Key(book.id(), member);
            Pocket pocket = pocket(set, key);
            if (pocket.live() >= limit) {
                throw new PayCodeRejection.TooManyDevices(limit).refused();
            }
            PayDevice device = new PayDevice(id, handle, label, PayCodes.moment(set), null, NO_STEP, null);
            set.put(POCKETS, key, pocket.with(device));
            return Answer.createdWithSecret(
                    book.path() + "/members/" + member + "/pay-devices/" + id,
                    PayDeviceView.enrolled(device, secret),
                    PayDeviceView.kept(device));
        }

        @Override
        public String toString() {
            return "Enrolling[" + id + "]";
        }
    }

    /** Revokes a device: its codes are unknown from then on. One that is revoked already is left as it is. */
    Uni<Answer> revoke(Ask ask, BookHandle book, String member, UUID id) {
        return commits.submit(ask, book.id(), new Revoking(book, member, id));
    }

    private record Revoking(BookHandle book, String member, UUID id) implements Work {
        @Override
        public void needs(Needs needs) {
            needs.row(POCKETS, new Pocket.Key(book.id(), member));
        }

        @Override
        public Answer decide(WorkingSet set) {
            Pocket.Key key = new Pocket.Key(book.id(), member);
            Pocket pocket = pocket(set, key);
            PayDevice device = pocket.find(id);
            if (device == null) {
                throw new ProtocolRejection.NotFound("device").refused();
            }
            if (!device.isLive()) {
                return Answer.ok(PayDeviceView.kept(device));
            }
            PayDevice revoked = device.revoked(PayCodes.moment(set));
            set.put(POCKETS, key, pocket.with(revoked));
            return Answer.ok(PayDeviceView.kept(revoked));
        }
    }

    private static Pocket pocket(WorkingSet set, Pocket.Key key) {
        Pocket pocket = set.find(POCKETS, key);
        return pocket == null ? Pocket.EMPTY : pocket;
    }

    /** A member in the path who is not there is a path that leads nowhere. */
    private static void ofPath(WorkingSet set, BookHandle book, String member) {
        if (!Participants.isMember(set, book.id(), member)) {
            throw new ProtocolRejection.NotFound("member").refused();
        }
    }
}
