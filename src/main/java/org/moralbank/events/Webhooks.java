package org.moralbank.events;

import static org.moralbank.events.WebhookTable.Replays.REPLAYS;
import static org.moralbank.events.WebhookTable.Streams.STREAMS;
import static org.moralbank.events.WebhookTable.WEBHOOKS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Moments;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.SecretBox;

/** Registers webhooks, and suspends, resumes, closes and rotates them; works of book 0. */
@ApplicationScoped
class Webhooks {
    /** The book of what belongs to no book. */
    static final int NO_BOOK = 0;

    /** How long the secret before a rotation signs too. */
    static final Duration OLD_SECRET = Duration.ofHours(24);

    private final Commits commits;
    private final WebhookStore store;
    private final SecretBox box;
    private final EventsConfig config;

    Webhooks(Commits commits, WebhookStore store, SecretBox box, EventsConfig config) {
        this.commits = commits;
        this.store = store;
        this.box = box;
        this.config = config;
    }

    /** What a webhook is to be. */
    record NewWebhook(URI url, Set<String> books, Set<String> types) {}

    /**
     * Registers a webhook, which begins after the last event that there is in each of its books. The answer shows its
     * secret; what is kept of the answer does not. Refuses a target that is an address of a private network, and a book that
     * is not there or not the client's.
     */
    Uni<Answer> register(Ask ask, Client client, NewWebhook said) {
        UUID id = Ids.next();
        String secret = Signature.newSecret();
        byte[] sealed = seal(id, secret);
        return store.beginnings(said.books())
                .chain(beginnings -> commits.submit(ask, NO_BOOK, new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(WEBHOOKS, id);
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        if (!config.allowPrivateTargets() && Targets.isRefusedLiteral(said.url())) {
                            throw new WebhookRejection.TargetRefused().refused();
                        }
                        for (String book : said.books()) {
                            if (!client.mayUse(book)
                                    || !book.equals(Client.EVERY_BOOK) && !beginnings.containsKey(book)) {
                                throw new WebhookRejection.UnknownBook(book).refused();
                            }
                        }
                        Instant now = moment(set);
                        Webhook webhook = new Webhook(
                                id,
                                client.id(),
                                said.url().toString(),
                                said.books(),
                                said.types(),
                                Webhook.Status.ACTIVE,
                                sealed,
                                null,
                                null,
                                now,
                                now,
                                0,
                                1);
                        set.put(WEBHOOKS, id, webhook);
                        beginnings
                                .values()
                                .forEach(beginning -> set.put(
                                        STREAMS, new WebhookTable.Streams.Key(id, beginning.book()), beginning.last()));
                        return Answer.createdWithSecret(
                                "/v1/webhooks/" + id, WebhookView.of(webhook, secret), WebhookView.of(webhook, null));
                    }
                }));
    }

    /** Sends nothing until it is resumed; what happens meanwhile is sent then. One that is suspended stays as it is. */
    Uni<Answer> suspend(Ask ask, Client client, UUID id) {
        return change(
                ask,
                client,
                id,
                (webhook, now) -> webhook.status() == Webhook.Status.ACTIVE ? webhook.suspended() : webhook);
    }

    /** Sends again, from where each stream is, at once: also one that stopped because it failed, or that waits to retry. */
    Uni<Answer> resume(Ask ask, Client client, UUID id) {
        return change(ask, client, id, Webhook::resumed);
    }

    /** Ends it for good; one that is closed stays so. */
    Uni<Answer> close(Ask ask, Client client, UUID id) {
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(WEBHOOKS, id);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Webhook webhook = known(set, client, id);
                if (webhook.status() != Webhook.Status.CLOSED) {
                    webhook = webhook.closed();
                    set.put(WEBHOOKS, id, webhook);
                }
                return Answer.ok(WebhookView.of(webhook, null));
            }
        });
    }

    /** Gives it a new secret, shown once. The one before signs too for a day; one before that, no longer. */
    Uni<Answer> rotate(Ask ask, Client client, UUID id) {
        String secret = Signature.newSecret();
        byte[] sealed = seal(id, secret);
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(WEBHOOKS, id);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Webhook rotated =
                        open(set, client, id).rotated(sealed, moment(set).plus(OLD_SECRET));
                set.put(WEBHOOKS, id, rotated);
                return Answer.createdWithSecret(
                        "/v1/webhooks/" + id, WebhookView.of(rotated, secret), WebhookView.of(rotated, null));
            }
        });
    }

    /** What is to be sent again. */
    @Schema(name = "Replay", description = "An event that will be sent again.")
    record ReplayView(String event, ParkedView.State state) {}

    /** Sends an event again that its stream is done with, whatever its type, beside the others and with the same id. */
    Uni<Answer> replay(Ask ask, Client client, UUID id, String event) {
        MessageId message = MessageId.parse(event);
        if (message == null) {
            throw notFound("event");
        }
        return store.position(id, message.book())
                .map(found -> found.orElseThrow(() -> notFound("event")))
                .chain(stream -> commits.submit(ask, NO_BOOK, new Work() {
                    @Override
                    public void needs(Needs needs) {
                        needs.row(WEBHOOKS, id);
                    }

                    @Override
                    public Answer decide(WorkingSet set) {
                        open(set, client, id);
                        // A position only grows, so what was read before the lock may only refuse what is done just
                        // now.
                        if (message.number() > stream.position()) {
                            throw new WebhookRejection.EventNotSentYet(stream.position()).refused();
                        }
                        set.put(
                                REPLAYS,
                                new WebhookTable.Replays.Key(id, stream.book(), message.number()),
                                moment(set));
                        return Answer.ok(new ReplayView(message.toString(), ParkedView.State.REPLAYING));
                    }
                }));
    }

    /** Sends all events again that are parked. */
    Uni<Answer> replayParked(Ask ask, Client client, UUID id) {
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(WEBHOOKS, id);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Webhook webhook = open(set, client, id);
                set.put(REPLAYS, WebhookTable.Replays.Key.allParked(id), moment(set));
                return Answer.ok(WebhookView.of(webhook, null));
            }
        });
    }

    private Uni<Answer> change(Ask ask, Client client, UUID id, BiFunction<Webhook, Instant, Webhook> change) {
        return commits.submit(ask, NO_BOOK, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(WEBHOOKS, id);
            }

            @Override
            public Answer decide(WorkingSet set) {
                Webhook before = open(set, client, id);
                Webhook after = change.apply(before, moment(set));
                if (after != before) {
                    set.put(WEBHOOKS, id, after);
                }
                return Answer.ok(WebhookView.of(after, null));
            }
        });
    }

    /** Whether a client may see and change it: his own, or an operator's whose books it is about. */
    static boolean mayManage(Client client, Webhook webhook) {
        return webhook.client() == client.id() || client.isAny(Role.OPERATOR) && covers(client, webhook);
    }

    static boolean maySee(Client client, Webhook webhook) {
        return mayManage(client, webhook) || client.isAny(Role.AUDITOR) && covers(client, webhook);
    }

    private static boolean covers(Client client, Webhook webhook) {
        return webhook.books().stream().allMatch(client::mayUse);
    }

    private static Webhook known(WorkingSet set, Client client, UUID id) {
        Webhook webhook = set.find(WEBHOOKS, id);
        if (webhook == null || !mayManage(client, webhook)) {
            throw notFound("webhook");
        }
        return webhook;
    }

    private static Webhook open(WorkingSet set, Client client, UUID id) {
        Webhook webhook = known(set, client, id);
        if (webhook.status() == Webhook.Status.CLOSED) {
            throw new WebhookRejection.WebhookClosed().refused();
        }
        return webhook;
    }

    static RuntimeException notFound(String what) {
        return new ProtocolRejection.NotFound(what).refused();
    }

    private byte[] seal(UUID id, String secret) {
        return box.seal(Signature.bytes(secret), Webhook.owner(id));
    }

    private static Instant moment(WorkingSet set) {
        return Moments.kept(set.now());
    }
}
