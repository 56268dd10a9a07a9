package org.moralbank.redemptions;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.moralbank.access.Client;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.ledger.Attribution;
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
    private final Allowances allowances;
    private final Offline offline;
    private final RedemptionStore store;
    private final Commits commits;

    PastRedemptions(
            Redemptions redemptions, Allowances allowances, Offline offline, RedemptionStore store, Commits commits) {
        this.redemptions = redemptions;
        this.allowances = allowances;
        this.offline = offline;
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
        return Optional.ofNullable(Ids.parse(json(authorized).path("id").asText()));
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

    // ---- without a connection ------------------------------------------------------------------------------------

    /** A terminal of a merchant. */
    public record At(String merchant, String terminal) {}

    /**
     * Lets a terminal sell without a connection, from the clock of the ask on. What is answered is what {@link #upload} asks
     * for.
     */
    public Uni<Answer> allow(Ask ask, BookHandle book, At at, long perSale, int sales, Duration lasts, Attribution by) {
        return allowances.make(
                ask,
                book,
                new Allowance.Till(book.id(), at.merchant(), at.terminal()),
                new Allowances.Order(perSale, sales, lasts, by));
    }

    /**
     * A sale that was made without a connection.
     *
     * @param number the terminal's own
     * @param soldAt by the terminal's clock
     */
    public record Sold(String number, String member, long points, Instant soldAt, Note note) {}

    /** Uploads a sale under an allowance. What became of it stands in the answer: whether it was refused is to be read there. */
    public Uni<Answer> upload(Ask ask, BookHandle book, Client client, At at, Answer allowed, Sold sold) {
        JsonNode allowance = json(allowed);
        Offline.Row row = new Offline.Row(
                sold.number(), sold.member(), null, sold.points(), sold.soldAt(), ask.fingerprint(), sold.note(), null);
        return offline.upload(
                ask,
                book,
                client,
                new Offline.Upload(
                        at.merchant(),
                        at.terminal(),
                        UUID.fromString(allowance.required("id").asText()),
                        allowance.required("signature").asText(),
                        List.of(row)));
    }

    private static JsonNode json(Answer answer) {
        try {
            return Json.mapper().readTree(answer.body());
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }
}
