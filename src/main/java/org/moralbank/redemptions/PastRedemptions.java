package org.moralbank.redemptions;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Json;

/** Redemptions that happened elsewhere and before, for what plays them by its own clock: the use cases of today. */
@ApplicationScoped
public class PastRedemptions {
    private static final byte[] NO_CONTENT = {};

    private final Redemptions redemptions;
    private final RedemptionStore store;
    private final Commits commits;

    PastRedemptions(Redemptions redemptions, RedemptionStore store, Commits commits) {
        this.redemptions = redemptions;
        this.store = store;
        this.commits = commits;
    }

    /** Holds a member's points at a merchant. {@code lasts} counts from the clock of the ask. */
    public Uni<Answer> authorize(
            Ask ask, BookHandle book, String member, String merchant, long points, Duration lasts, Note note) {
        Redeeming.Order order = new Redeeming.Order(
                Redemption.Mode.AUTHORIZE,
                member,
                null,
                merchant,
                points,
                Unit.PTS,
                false,
                0,
                lasts,
                null,
                List.of(),
                NO_CONTENT,
                note);
        return redemptions.redeem(ask, book, ask.asker().clientId(), Sight.ALL, order);
    }

    /** The id of what {@link #authorize} was answered; none where the answer is a refusal, or not a redemption's. */
    public static Optional<UUID> idOf(Answer authorized) {
        try {
            String id = Json.mapper().readTree(authorized.body()).path("id").asText();
            return Optional.ofNullable(Ids.parse(id));
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }

    public Uni<Answer> capture(Ask ask, BookHandle book, UUID id, long points, Note note) {
        return redemptions.capture(ask, book, Sight.ALL, id, points, note);
    }

    public Uni<Answer> cancel(Ask ask, BookHandle book, UUID id) {
        return redemptions.cancel(ask, book, Sight.ALL, id);
    }

    /** Does what the clock does by itself; nothing when it has done it. */
    public Uni<Answer> expire(Ask ask, BookHandle book, UUID id) {
        return store.seen(book, id)
                .chain(found -> commits.submit(
                        ask,
                        book.id(),
                        new Expiring(book.id(), List.of(found.orElseThrow().seen()))));
    }

    public Uni<Answer> refund(Ask ask, BookHandle book, UUID id, long points, Note note) {
        return redemptions.refund(ask, book, Sight.ALL, id, new Redemptions.GivenBack(points, null, note));
    }
}
