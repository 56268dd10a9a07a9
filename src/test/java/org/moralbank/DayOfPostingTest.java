package org.moralbank;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.Reversals;
import org.moralbank.ledger.Unit;
import org.moralbank.members.WriteOffs;
import org.moralbank.platform.Language;
import org.moralbank.platform.TestDatabase;
import org.moralbank.services.Payer;
import org.moralbank.services.ServiceGiven;
import org.moralbank.services.ServiceRecords;
import org.moralbank.settlements.SettlementBodies;
import org.moralbank.settlements.Settlements;
import org.moralbank.transfers.Donations;
import org.moralbank.transfers.Openings;
import org.moralbank.transfers.Transfers;

/** What says no day happens on the day of its posting: by the database's clock, however long it waited. */
@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class DayOfPostingTest {
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");

    /** A client who is not registered. */
    private static final int NOBODY = 999_999;

    private static final Client CLIENT =
            new Client(NOBODY, "test", Set.of(Role.OPERATOR), Set.of(Client.EVERY_BOOK), null, null);

    @Inject
    TestBank bank;

    @Inject
    Pool pool;

    @Inject
    Openings openings;

    @Inject
    Transfers transfers;

    @Inject
    Donations donations;

    @Inject
    ServiceRecords services;

    @Inject
    Reversals reversals;

    @Inject
    WriteOffs writeOffs;

    @Inject
    Settlements settlements;

    @Test
    void isThatOfTheAnswerWhereARequestWaitsOverMidnight() {
        var book = bank.aBook();
        LocalDate day = LocalDate.now(SHANGHAI);
        LocalDate next = day.plusDays(1);
        Instant midnight = next.atStartOfDay(SHANGHAI).toInstant();
        var handle = new BookHandle(book.id(), book.code(), SHANGHAI);
        var anna = book.aMember().holding(100, Unit.MIN);
        var bela = book.aMember();
        var cecil = book.aMember();
        var opening = new Holder(book.id(), Chart.OPENING, "", Unit.PTS);
        book.post(
                Holder.of(book.id(), Chart.SHORTFALL_TIME, Holder.POOL),
                new Holder(book.id(), Chart.OPENING, "", Unit.MIN),
                Lot.OWN,
                5);
        book.post(Holder.of(book.id(), Chart.SHORTFALL_POINTS, bela.id()), opening, Lot.OWN, 7);
        String merchant = book.aMerchant();
        book.post(opening, Holder.of(book.id(), Chart.MERCHANT_PAYABLE, merchant), Lot.OWN, 50);
        Note note = note(day, false);

        done(openings.open(ask(book, midnight), handle, new Openings.Opening(cecil.id(), 30, Unit.MIN, note)));
        done(transfers.transfer(
                ask(book, midnight), handle, new Transfers.Transfer(anna.id(), bela.id(), 10, Unit.MIN, note)));
        long transferred = last(book);
        done(donations.donate(
                ask(book, midnight),
                handle,
                new Donations.Donation(new Donations.Giver.OfMember(anna.id()), 20, Unit.MIN, note)));
        done(reversals.reverse(ask(book, midnight), handle, transferred, note));
        var given = new ServiceGiven(
                anna.id(), null, null, "VISIT", null, null, 60, "社区", "U-1", "W-1", null, Payer.ISSUED, note);
        done(services.record(ask(book, midnight), handle, given, new byte[32]));
        done(writeOffs.ofMember(ask(book, midnight), handle, bela.id(), new WriteOffs.Loss(Unit.PTS, null, note)));
        Answer closed = done(settlements.close(
                ask(book, midnight), handle, SettlementBodies.closing(handle, CLIENT, merchant, day, "W-1")));
        UUID batch = UUID.fromString(Objects.requireNonNull(closed.location())
                .substring(closed.location().lastIndexOf('/') + 1));
        done(settlements.reject(
                ask(book, midnight), handle, batch, SettlementBodies.rejection(handle, CLIENT, "退票", "W-2")));

        assertThat(strings(book, """
                        SELECT type || ' ' || occurred_on FROM ledger_entry
                        WHERE book_id = $1 AND posted_at >= $2 ORDER BY seq
                        """, midnight))
                .containsExactly(
                        "OPENING " + next,
                        "TRANSFER_TIME " + next,
                        "DONATE_TIME " + next,
                        "SHORTFALL_RECOVER " + next,
                        "REVERSAL " + next,
                        "EARN_TIME " + next,
                        "WRITE_OFF " + next,
                        "SETTLEMENT_CLOSE " + next,
                        "SETTLEMENT_REJECTED " + next);
        assertThat(strings(book, """
                        SELECT occurred_on::text FROM service_record WHERE book_id = $1 AND recorded_at >= $2
                        """, midnight)).containsExactly(next.toString());
    }

    @Test
    void isNotAskedWhereTheRequestSaysTheDay() {
        var book = bank.aBook();
        LocalDate day = LocalDate.now(SHANGHAI);
        Instant midnight = day.plusDays(1).atStartOfDay(SHANGHAI).toInstant();
        var anna = book.aMember();

        done(openings.open(
                ask(book, midnight),
                new BookHandle(book.id(), book.code(), SHANGHAI),
                new Openings.Opening(anna.id(), 30, Unit.MIN, note(day, true))));

        assertThat(strings(book, """
                        SELECT occurred_on::text FROM ledger_entry WHERE book_id = $1 AND posted_at >= $2
                        """, midnight)).containsExactly(day.toString());
    }

    private static Note note(LocalDate day, boolean given) {
        return new Note(day, new Attribution(NOBODY, "test", "W-1", null, null), null, null, null, given);
    }

    private static Ask ask(TestBank.Book book, Instant clock) {
        return new Ask(
                new Importer(NOBODY),
                book.id(),
                new IdempotencyKey(UUID.randomUUID().toString()),
                new byte[32],
                Language.EN,
                "/",
                clock);
    }

    private static Answer done(Uni<Answer> asked) {
        Answer answer = asked.await().indefinitely();
        assertThat(answer.status()).isBetween(200, 201);
        return answer;
    }

    private long last(TestBank.Book book) {
        return pool.preparedQuery("SELECT last_seq FROM ledger_book WHERE book_id = $1")
                .execute(Tuple.of((short) book.id()))
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getLong(0);
    }

    private List<String> strings(TestBank.Book book, String sql, Instant since) {
        List<String> all = new ArrayList<>();
        pool.preparedQuery(sql)
                .execute(Tuple.of((short) book.id(), since.atOffset(ZoneOffset.UTC)))
                .await()
                .indefinitely()
                .forEach(row -> all.add(row.getString(0)));
        return all;
    }
}
