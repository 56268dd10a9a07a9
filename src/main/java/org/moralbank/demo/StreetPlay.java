package org.moralbank.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Work;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.Book;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.BookRegister;
import org.moralbank.ledger.Books;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.ledger.NewBook;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Reversals;
import org.moralbank.ledger.Unit;
import org.moralbank.members.Members;
import org.moralbank.members.OrganisationUnits;
import org.moralbank.merchants.Merchant;
import org.moralbank.merchants.Merchants;
import org.moralbank.merchants.Stores;
import org.moralbank.merchants.Terminals;
import org.moralbank.platform.Json;
import org.moralbank.platform.Language;
import org.moralbank.platform.Page;
import org.moralbank.platform.Sha256;
import org.moralbank.redemptions.PastRedemptions;
import org.moralbank.services.Payer;
import org.moralbank.services.ServiceGiven;
import org.moralbank.services.ServiceRecords;
import org.moralbank.settlements.Settlements;
import org.moralbank.transfers.Donations;
import org.moralbank.transfers.Gifts;
import org.moralbank.transfers.Grants;
import org.moralbank.transfers.Openings;
import org.moralbank.transfers.Transfers;

/**
 * Plays the street's files: first who takes part, then line by line what happened.
 *
 * <p>Line n has the idempotency key {@code street-2025:n}, so that a play that was cut off goes on where it was, and a
 * second one changes nothing. Works of a book keep their order without waiting for one another's answers; a reversal,
 * which looks its entry up, waits for all before it, and all after it for it, as for whatever reads before its commit.
 */
@ApplicationScoped
class StreetPlay {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

    /** The street's files name nobody who settles. */
    private static final String MAKER = "W-LS-01";

    private static final String CHECKER = "W-LS-02";

    /** The street's files name no allowances: enough for what its till sold without a connection. */
    private static final long ALLOWED_PER_SALE = 2_000;

    private static final int ALLOWED_SALES = 20;

    private static final Duration ALLOWED_FOR = Duration.ofHours(12);

    private final Commits commits;
    private final BookRegister register;
    private final Books books;
    private final OrganisationUnits units;
    private final Members members;
    private final Merchants merchants;
    private final Openings openings;
    private final Grants grants;
    private final Transfers transfers;
    private final Gifts gifts;
    private final Donations donations;
    private final ServiceRecords services;
    private final PastRedemptions redemptions;
    private final Stores stores;
    private final Terminals terminals;
    private final Reversals reversals;
    private final Settlements settlements;
    private final LedgerReads reads;

    StreetPlay(
            Commits commits,
            BookRegister register,
            Books books,
            OrganisationUnits units,
            Members members,
            Merchants merchants,
            Openings openings,
            Grants grants,
            Transfers transfers,
            Gifts gifts,
            Donations donations,
            ServiceRecords services,
            PastRedemptions redemptions,
            Stores stores,
            Terminals terminals,
            Reversals reversals,
            Settlements settlements,
            LedgerReads reads) {
        this.commits = commits;
        this.register = register;
        this.books = books;
        this.units = units;
        this.members = members;
        this.merchants = merchants;
        this.openings = openings;
        this.grants = grants;
        this.transfers = transfers;
        this.gifts = gifts;
        this.donations = donations;
        this.services = services;
        this.redemptions = redemptions;
        this.stores = stores;
        this.terminals = terminals;
        this.reversals = reversals;
        this.settlements = settlements;
        this.reads = reads;
    }

    /** Plays what has not been played. How many requests that took. */
    int play(Client as) {
        return new Play(as).all();
    }

    /** One play, by one client. */
    private final class Play {
        private final Client client;
        private final Attribution by;
        private final Map<String, BookHandle> handles = new HashMap<>();
        private final Map<String, String> memberOfHold = new HashMap<>();
        private final Map<String, UUID> batches = new HashMap<>();
        private final Map<String, String> merchantOfBook = new HashMap<>();
        private final Map<String, Instant> expiryOfHold = new HashMap<>();
        private final Map<String, UUID> redemptionOfHold = new HashMap<>();
        private final List<CompletableFuture<Answer>> underWay = new ArrayList<>();
        private int fresh;

        Play(Client client) {
            this.client = client;
            this.by = new Attribution(client.id(), client.name(), null, null, null);
        }

        int all() {
            List<Street.Event> events = Street.events();
            Instant eve = Street.momentOf(events.getFirst().date().minusDays(2));
            openBooks(eve);
            enrol(eve);
            await();
            fresh = 0;
            for (Street.Event event : events) {
                if (event.type().equals("REDEEM_AUTH_EXPIRED")) {
                    expiryOfHold.put(hold(event), event.moment());
                }
            }
            for (Street.Event event : events) {
                play(event);
            }
            await();
            return fresh;
        }

        // ---- who takes part ------------------------------------------------------------------------------------

        private void openBooks(Instant moment) {
            for (Map<String, String> row : Street.rows("books.csv")) {
                NewBook book = new NewBook(
                        cell(row, "book"),
                        cell(row, "name"),
                        Book.Kind.valueOf(cell(row, "kind")),
                        ZoneId.of(cell(row, "calendar")),
                        cell(row, "serviceEarns").equals("MIN"),
                        Long.parseLong(cell(row, "pointsPerHour")),
                        Boolean.parseBoolean(cell(row, "memberPointsTransfer")));
                submit(register.open(ask(0, "book:" + book.code(), book.toString(), moment), book));
            }
            await();
            for (Map<String, String> row : Street.rows("books.csv")) {
                String code = cell(row, "book");
                handles.put(code, books.find(code).await().atMost(LONGEST_WAIT).orElseThrow());
            }
            for (Map<String, String> row : Street.rows("organisation.csv")) {
                OrganisationUnits.NewUnit unit = new OrganisationUnits.NewUnit(
                        cell(row, "code"),
                        emptyIsNull(cell(row, "parent")),
                        cell(row, "kind"),
                        cell(row, "name"),
                        emptyIsNull(cell(row, "book")));
                submit(units.add(ask(0, "unit:" + unit.code(), unit.toString(), moment), unit));
            }
        }

        private void enrol(Instant moment) {
            for (Map<String, String> row : Street.rows("members.csv")) {
                BookHandle book = book(cell(row, "book"));
                String id = cell(row, "memberId");
                String role = cell(row, "role");
                String band = cell(row, "ageBand").equals("—") ? null : cell(row, "ageBand");
                Members.Registration said = new Members.Registration(role, band, null, false, false);
                // What the key stands for is said as it was when the first databases were played.
                String content =
                        "Registration[role=" + role + ", ageBand=" + band + ", label=null, priorityRecipient=false]";
                submit(members.register(ask(book.id(), "member:" + id, content, moment), book, id, said, null));
            }
            for (Map<String, String> row : Street.rows("kin.csv")) {
                BookHandle book = book(cell(row, "book"));
                String member = cell(row, "member");
                String kin = cell(row, "kin");
                Members.Kinship said = new Members.Kinship(cell(row, "relation"), cell(row, "proof"));
                submit(members.registerKin(
                        ask(book.id(), "kin:" + member + ":" + kin, said.toString(), moment),
                        book,
                        member,
                        kin,
                        said,
                        null));
            }
            for (Map<String, String> row : Street.rows("teams.csv")) {
                BookHandle book = book(cell(row, "book"));
                String team = cell(row, "teamId");
                String name = cell(row, "name");
                submit(members.registerTeam(ask(book.id(), "team:" + team, name, moment), book, team, name, null));
            }
            // A line is a terminal.
            for (Map<String, String> row : Street.rows("merchants.csv")) {
                BookHandle book = book(cell(row, "book"));
                Merchants.Edit merchant = new Merchants.Edit(
                        cell(row, "merchantId"),
                        cell(row, "merchantName"),
                        Merchant.Kind.valueOf(cell(row, "kind")),
                        null,
                        null,
                        null);
                submit(merchants.put(
                        ask(book.id(), "merchant:" + merchant.id(), merchant.toString(), moment),
                        book,
                        merchant,
                        null));
                merchantOfBook.putIfAbsent(cell(row, "book"), merchant.id());
                String store = cell(row, "storeId");
                submit(stores.put(
                        ask(book.id(), "store:" + merchant.id() + ":" + store, store, moment),
                        book,
                        merchant.id(),
                        new Stores.Edit(store, cell(row, "merchantName"), null),
                        null));
                Terminals.Edit terminal = new Terminals.Edit(cell(row, "terminalId"), store, true, false);
                submit(terminals.put(
                        ask(book.id(), "terminal:" + merchant.id() + ":" + terminal.id(), terminal.toString(), moment),
                        book,
                        merchant.id(),
                        terminal,
                        null));
            }
        }

        private static String cell(Map<String, String> row, String column) {
            return Objects.requireNonNull(row.get(column), column);
        }

        private static @Nullable String emptyIsNull(String cell) {
            return cell.isEmpty() ? null : cell;
        }

        // ---- what happened -------------------------------------------------------------------------------------

        private void play(Street.Event event) {
            BookHandle book = book(event.book());
            Ask ask = ask(book.id(), Integer.toString(event.number()), event.line(), event.moment());
            Note note = new Note(event.occurredOn(), by, event.reference(), event.optional("note"), null);
            switch (event.type()) {
                case "OPENING" ->
                    submit(openings.open(
                            ask,
                            book,
                            new Openings.Opening(event.text("member"), event.number("amount"), unit(event), note)));
                case "GRANT_TIME", "GRANT_TIME_FROM_POOL" -> submit(grants.grant(ask, book, grant(event, note)));
                case "EARN_TIME", "EARN_TIME_TEAM", "EARN_POINTS_SERVICE" ->
                    submit(services.record(ask, book, service(event, note, Payer.ISSUED), ask.fingerprint()));
                case "TRANSFER_TIME" ->
                    submit(services.record(ask, book, service(event, note, Payer.RECIPIENT), ask.fingerprint()));
                case "GIFT_TIME_KIN" ->
                    submit(gifts.give(
                            ask,
                            book,
                            new Gifts.Gift(
                                    event.text("giver"), event.text("kin"), event.number("minutes"), Unit.MIN, note)));
                case "DONATE_TIME", "DONATE_POINTS" ->
                    submit(donations.donate(
                            ask,
                            book,
                            new Donations.Donation(giver(event), event.number("amount"), unit(event), note)));
                case "TRANSFER_POINTS" ->
                    submit(transfers.transfer(
                            ask,
                            book,
                            new Transfers.Transfer(
                                    event.text("from"), event.text("to"), event.number("points"), Unit.PTS, note)));
                case "REDEEM_AUTHORIZE", "REDEEM_CAPTURE", "REDEEM_VOID", "REDEEM_AUTH_EXPIRED", "REDEEM_REFUND" ->
                    redeem(event, book, ask, note);
                case "REDEEM_SALE_OFFLINE" -> sellOffline(event, book, ask, note);
                case "REVERSAL" -> reverse(event, book, ask, note);
                case "SETTLEMENT_CLOSE" -> close(event, book, ask, note);
                case "SETTLEMENT_PAID" -> pay(event, book, ask, note);
                default -> submit(commits.submit(ask, book.id(), plain(event, book, note)));
            }
        }

        private static Unit unit(Street.Event event) {
            return Unit.valueOf(event.text("unit"));
        }

        private static Grants.Grant grant(Street.Event event, Note note) {
            String expiresOn = event.optional("expiresOn");
            return new Grants.Grant(
                    event.text("fund"),
                    event.text("member"),
                    event.number("minutes"),
                    Unit.MIN,
                    expiresOn == null ? null : LocalDate.parse(expiresOn),
                    true,
                    note);
        }

        private static Donations.Giver giver(Street.Event event) {
            String id = event.text("giver");
            return id.startsWith("T-") ? new Donations.Giver.OfTeam(id) : new Donations.Giver.OfMember(id);
        }

        private static ServiceGiven service(Street.Event event, Note note, Payer payer) {
            JsonNode record = event.object("serviceRecord");
            String volunteer = record.required("volunteer").asText();
            boolean team = volunteer.startsWith("T-");
            return new ServiceGiven(
                    team ? null : volunteer,
                    team ? volunteer : null,
                    record.hasNonNull("recipient") ? record.get("recipient").asText() : null,
                    record.required("activity").asText(),
                    null,
                    null,
                    record.required("minutes").asInt(),
                    record.required("place").asText(),
                    record.required("organiser").asText(),
                    record.required("leader").asText(),
                    record.required("rating").asInt(),
                    payer,
                    note);
        }

        private void reverse(Street.Event event, BookHandle book, Ask ask, Note note) {
            await();
            EntryFilter named = EntryFilter.ALL.withReference(event.text("reverses"));
            EntryView reversed = reads.entries(book, named, new Page.Request(1, null))
                    .await()
                    .atMost(LONGEST_WAIT)
                    .items()
                    .getFirst();
            now(reversals.reverse(ask, book, reversed.seq(), note));
        }

        /** Closes what was sold by the day before, for which all sales must be there, and remembers the batch. */
        private void close(Street.Event event, BookHandle book, Ask ask, Note note) {
            await();
            JsonNode batch = json(now(settlements.close(
                    ask,
                    book,
                    new Settlements.Closing(event.text("merchant"), event.date().minusDays(1), MAKER, note))));
            if (batch.required("amount").asLong() != event.number("points")) {
                throw new IllegalStateException(event.key() + ": " + batch);
            }
            batches.put(event.reference(), UUID.fromString(batch.required("id").asText()));
        }

        private static JsonNode json(Answer answer) {
            try {
                return Json.mapper().readTree(answer.body());
            } catch (IOException e) {
                throw new UncheckedIOException("our own JSON", e);
            }
        }

        /** The files tell of a payment that its number is masked: the batch's reference stands in its place. */
        private void pay(Street.Event event, BookHandle book, Ask ask, Note note) {
            UUID batch = Objects.requireNonNull(batches.get(event.reference()), event.key());
            now(settlements.pay(ask, book, batch, new Settlements.Check(event.reference(), CHECKER, note)));
        }

        /** A step looks up what was authorized before, so that it waits for all before it, and all after it for it. */
        private void redeem(Street.Event event, BookHandle book, Ask ask, Note note) {
            await();
            if (event.type().equals("REDEEM_AUTHORIZE")) {
                submit(redemptions
                        .authorize(
                                ask,
                                book,
                                event.text("member"),
                                Objects.requireNonNull(merchantOfBook.get(event.book())),
                                event.number("points"),
                                lasts(event),
                                note)
                        .invoke(answer ->
                                PastRedemptions.idOf(answer).ifPresent(id -> redemptionOfHold.put(hold(event), id))));
            } else {
                boolean refund = event.type().equals("REDEEM_REFUND");
                UUID id = redemptionOfHold.get(refund ? refundedHold(event) : hold(event));
                if (id == null) {
                    // Played in whole before there were redemptions, as plain entries.
                    return;
                }
                submit(
                        switch (event.type()) {
                            case "REDEEM_CAPTURE" -> redemptions.capture(ask, book, id, event.number("points"), note);
                            case "REDEEM_VOID" -> redemptions.cancel(ask, book, id);
                            case "REDEEM_AUTH_EXPIRED" -> redemptions.expire(ask, book, id);
                            default -> redemptions.refund(ask, book, id, event.number("points"), note);
                        });
            }
            await();
        }

        /**
         * Until it expires in the play. All others last beyond today: the job that releases what has expired goes by the
         * clock of the database, to which the whole play is past.
         */
        private Duration lasts(Street.Event event) {
            Instant expiry = expiryOfHold.get(hold(event));
            return Duration.between(
                    event.moment(),
                    expiry == null
                            ? Street.momentOf(LocalDate.now(ZoneOffset.UTC).plusDays(7))
                            : expiry);
        }

        /** A refund's note says what of: {@code 退货(部分)→AU-0005}. */
        private static String refundedHold(Street.Event event) {
            String note = event.text("note");
            return event.book() + ":" + note.substring(note.indexOf('→') + 1);
        }

        /**
         * Uploads what a till sold without a connection, under the allowance that it had that day. The reference of the line,
         * OFF-LS01-T1-000017, names the terminal and its number.
         */
        private void sellOffline(Street.Event event, BookHandle book, Ask ask, Note note) {
            await();
            String[] names = event.reference().split("-", -1);
            PastRedemptions.At till = new PastRedemptions.At(event.text("merchant"), names[2]);
            Answer allowance = now(redemptions.allow(
                    ask(
                            book.id(),
                            "allowance:" + till.merchant() + ":" + till.terminal() + ":" + event.occurredOn(),
                            till.toString(),
                            Street.momentOf(event.occurredOn())),
                    book,
                    till,
                    ALLOWED_PER_SALE,
                    ALLOWED_SALES,
                    ALLOWED_FOR,
                    by));
            Answer uploaded = now(redemptions.upload(
                    ask,
                    book,
                    client,
                    till,
                    allowance,
                    new PastRedemptions.Sold(
                            names[3],
                            event.text("member"),
                            event.number("points"),
                            Street.momentOf(event.occurredOn()).plus(ALLOWED_FOR.dividedBy(2)),
                            note)));
            // Played before there were uploads, it was answered as a plain entry, and has no such count.
            if (json(uploaded).path("refused").asInt() != 0) {
                throw new IllegalStateException(event.key() + ": " + json(uploaded));
            }
        }

        private static String hold(Street.Event event) {
            return event.book() + ":" + event.reference();
        }

        /** A hold's later events name only its reference; whose it is was said when it was placed. */
        private Work plain(Street.Event event, BookHandle book, Note note) {
            String hold = hold(event);
            if (event.type().equals("BOOKING_HOLD")) {
                memberOfHold.put(hold, event.text("recipient"));
            }
            ServiceGiven given = event.json().has("serviceRecord") ? service(event, note, payer(event)) : null;
            return new PlainEntries(book, event, note, memberOfHold.get(hold), given).work();
        }

        /** A recipient of another book paid there; this book's record names none. */
        private static Payer payer(Street.Event event) {
            return event.object("serviceRecord").hasNonNull("recipient") ? Payer.RECIPIENT : Payer.ISSUED;
        }

        // ---- asking --------------------------------------------------------------------------------------------

        private BookHandle book(String code) {
            return Objects.requireNonNull(handles.get(code), code);
        }

        private Ask ask(int book, String name, String content, Instant moment) {
            return new Ask(
                    new Importer(client.id()),
                    book,
                    new IdempotencyKey(Street.NAME + ":" + name),
                    Sha256.of(content),
                    Language.ZH,
                    "/" + Street.NAME + "/" + name,
                    moment);
        }

        private void submit(Uni<Answer> work) {
            underWay.add(work.subscribeAsCompletionStage());
        }

        /** The answer of a work that what follows looks at, or that reads before its commit: what follows would come first. */
        private Answer now(Uni<Answer> work) {
            Answer answer = work.await().atMost(LONGEST_WAIT);
            underWay.add(CompletableFuture.completedFuture(answer));
            await();
            return answer;
        }

        private void await() {
            for (CompletableFuture<Answer> one : underWay) {
                Answer answer = one.orTimeout(LONGEST_WAIT.toSeconds(), TimeUnit.SECONDS)
                        .join();
                if (answer.isProblem()) {
                    throw new IllegalStateException(
                            "the demo was refused: " + new String(answer.body(), StandardCharsets.UTF_8));
                }
                fresh += answer.replayed() ? 0 : 1;
            }
            underWay.clear();
        }
    }
}
