/**
 * What happened in the books, told to others: a feed to follow, and webhooks.
 *
 * <p><b>Words.</b> An event of a book is an entry that was posted, or what a feature appended
 * ({@link org.moralbank.ledger.BookEvents}); events are numbered 1, 2, 3 … without gaps in their book. A
 * {@linkplain org.moralbank.events.Webhook webhook} is a URL that is sent the events of some books. A stream is one webhook
 * and one book: its position is the last event that it is done with. An event is parked when it is given up: an attempt
 * failed, and it is three days old.
 *
 * <p><b>The feed.</b> {@code GET /v1/books/{book}/events?after=}: a follower keeps {@code next}, sends it as {@code after},
 * and sees each number once, in order, while others write. The lock of the book orders its commits and each read is one
 * snapshot, so a number is never seen before a smaller one. A follower who has caught up ({@code next} is {@code last})
 * waits a second and asks again. {@code last} below one's own position means that the books were restored from a backup.
 *
 * <p><b>Types.</b> {@code org.moralbank.entry.posted}, and what features append. A sale pays for no event beside its entry,
 * which is called {@code org.moralbank.redemption.sold}, so that who asks for redemptions gets it; who asks for entries gets
 * it too.
 *
 * <p><b>Webhooks.</b> CloudEvents 1.0 in structured JSON, signed as
 * <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says.
 *
 * <pre>
 *           suspend                      a stream:        2xx, or a type that is not asked for
 * ACTIVE ⇄ SUSPENDED                     position ─────────────────────────────────────────→ position + 1
 *    ╰────────┴──→ CLOSED                   │ any other answer, none in 10 s, no connection
 *           close                           ╰→ again after 5 s, 10 s, 20 s … 4 h; three days old: parked, position + 1
 * </pre>
 *
 * <ol>
 *   <li>At least once: the position moves only after a 2xx. Whoever is killed between the two sends the event again, with
 *       the same {@code webhook-id}, by which a receiver knows it.
 *   <li>In order within a stream: an event is sent when the one before it was delivered or parked. What is parked is
 *       shown, and replayed when asked for, between later events, with the same {@code webhook-id}.
 *   <li>Why an event is passed over at all: one that a receiver can never take would hold back all that follow for ever.
 *       Why a receiver that takes none is not sent all: when {@value org.moralbank.events.Deliveries#PARKED_IN_ROW} events
 *       were parked with no success between them, the stream stops where it is until the webhook is resumed.
 *   <li>The three days begin when the event was recorded, or when the webhook was registered or last resumed, if that was
 *       later; each event is tried once at least. So the first that fails is tried for three days, and those behind it that
 *       have become as old meanwhile once each: a receiver that is gone is not waited for three days with each event.
 *   <li>A stream has one deliverer, who holds a lease with a fencing number; another takes over when it has run out. One
 *       who was stopped and woke can send one event more, which is late, but moves nothing.
 *   <li>Targets are https and never an address of a private network: every address that the name resolves to is looked
 *       at, then one of these is connected to, so that a name cannot change between the two. Redirects are not followed.
 *   <li>Secrets are sealed ({@link org.moralbank.platform.SecretBox}). After a rotation the old one signs too for 24 hours.
 *   <li>A slow receiver has a few connections at a time and no more; other webhooks go on, and commits know of none. A quarter
 *       of all places is kept for webhooks whose receiver answered the last event within a second, however many others hang;
 *       of those, one stream of each webhook comes before the second of any, the longest waiting first.
 *   <li>A client whose keys are all revoked is sent nothing until he has one again: who may not read is not sent it
 *       either. The webhook, its deliveries, a metric and the log tell so, and it goes on by itself.
 *   <li>Entries of an import were told about where they were posted, years ago perhaps and millions at once: a stream passes
 *       over them, and goes on with what is posted here. The feed has them, with their numbers, for who wants the history, and
 *       each can be asked for by a replay.
 * </ol>
 *
 * <p><b>Tables.</b> {@code event_webhook} is changed by works, under the lock of book 0; {@code event_stream} and
 * {@code event_aside} by the deliverer, with statements of its own beside the lanes. The events are the ledger's.
 *
 * <p><b>Endpoints.</b> {@code GET /v1/books/{book}/events}; {@code POST GET /v1/webhooks}, {@code GET …/{webhook}},
 * {@code POST …/suspend}, {@code …/resume}, {@code …/close}, {@code …/rotate}; {@code GET …/deliveries},
 * {@code POST …/deliveries/{event}/replay}; {@code GET …/parked}, {@code POST …/parked/replay}.
 *
 * <p><b>What never happens.</b> A name or a text of a person is in no event. A feature never waits for a receiver.
 */
@NullMarked
package org.moralbank.events;

import org.jspecify.annotations.NullMarked;
