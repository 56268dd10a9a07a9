package org.moralbank.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.Commits;
import org.moralbank.ledger.BookEvent;
import org.moralbank.ledger.BookEvents;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class EventsTest {
    @Inject
    TestBank bank;

    @Inject
    Commits commits;

    @Test
    void tellsEntriesAndOtherEventsInOrderAsCloudEvents() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        Appending.append(commits, book, "merchant.suspended", "tests/1");
        anna.holding(30, Unit.MIN);

        book.as(Role.APP)
                .get(book.path() + "/events")
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of("1", "2", "3")))
                .body("items.specversion", equalTo(List.of("1.0", "1.0", "1.0")))
                .body("items.source.unique()", equalTo(List.of(book.path())))
                .body("items.datacontenttype.unique()", equalTo(List.of("application/json")))
                .body(
                        "items.type",
                        equalTo(List.of(
                                "org.moralbank.entry.posted",
                                "org.moralbank.merchant.suspended",
                                "org.moralbank.entry.posted")))
                .body("items.subject", equalTo(List.of("entries/1", "tests/1", "entries/2")))
                .body("items[0].data.seq", is(1))
                .body("items[0].data.type", equalTo("OPENING"))
                .body("items[0].data.postings[1].amount", is(60))
                .body("items[1].data.subject", equalTo("tests/1"))
                .body("next", equalTo("3"))
                .body("last", equalTo("3"));
    }

    @Test
    void isFollowedByNextAlsoWhenThereIsNothingNew() {
        var book = bank.aBook();
        for (int i = 0; i < 7; i++) {
            Appending.append(commits, book, "merchant.suspended", "tests/" + i);
        }

        List<String> seen = new ArrayList<>();
        String next = "0";
        do {
            var page = book.as(Role.AUDITOR)
                    .get(book.path() + "/events?limit=3&after=" + next)
                    .then()
                    .statusCode(200)
                    .extract()
                    .jsonPath();
            seen.addAll(page.getList("items.id"));
            next = page.getString("next");
        } while (!next.equals("7"));

        assertThat(seen).containsExactly("1", "2", "3", "4", "5", "6", "7");
        book.as(Role.APP)
                .get(book.path() + "/events?after=7")
                .then()
                .body("items", empty())
                .body("next", equalTo("7"))
                .body("last", equalTo("7"));
    }

    @Test
    void showsOnlyATypeAndMovesOnOverTheOthers() {
        var book = bank.aBook();
        book.aMember().holding(60, Unit.MIN);
        Appending.append(commits, book, "merchant.suspended", "tests/1");
        Appending.append(commits, book, "store.suspended", "tests/2");
        Appending.append(commits, book, "merchant.closed", "tests/3");
        book.aMember().holding(60, Unit.MIN);

        var events = book.path() + "/events?type=org.moralbank.merchant";
        book.as(Role.APP)
                .get(events)
                .then()
                .body("items.id", equalTo(List.of("2", "4")))
                .body("next", equalTo("5"));
        book.as(Role.APP)
                .get(events + "&limit=1")
                .then()
                .body("items.id", equalTo(List.of("2")))
                .body("next", equalTo("2"));
        book.as(Role.APP)
                .get(events + ".closed&after=4")
                .then()
                .body("items", empty())
                .body("next", equalTo("5"));
        book.as(Role.APP)
                .get(book.path() + "/events?type=org.moralbank.entry.posted")
                .then()
                .body("items.id", equalTo(List.of("1", "5")));
    }

    /** A dot ends a part of a type: who asks for stores is told nothing of what is called storeys. */
    @Test
    void aTypeBeginsWithWholeWords() {
        var event = new BookEvent(1, "storeys.suspended", "tests/1", Instant.EPOCH, Map.of());

        assertThat(CloudEvent.isOf(event, "org.moralbank.store")).isFalse();
        assertThat(CloudEvent.isOf(event, "org.moralbank.storeys")).isTrue();
        assertThat(CloudEvent.isOf(event, "org.moralbank")).isTrue();
    }

    @Test
    void everyTypeAndEachOfItsBeginningsIsAskedFor() {
        var book = bank.aBook();
        for (String type : BookEvents.TYPES) {
            for (int end = 0; end >= 0; end = type.indexOf('.', end + 1)) {
                String beginning = end == 0 ? type : type.substring(0, end);
                book.as(Role.APP)
                        .get(book.path() + "/events?type=org.moralbank." + beginning)
                        .then()
                        .statusCode(200);
            }
        }
        book.as(Role.APP).get(book.path() + "/events?type=org.moralbank").then().statusCode(200);
    }

    @Test
    void saysNothingThatAPersonWrote() {
        var book = bank.aBook();
        var anna = book.aMember().holding(60, Unit.MIN);
        var bela = book.aMember();
        book.as(Role.APP)
                .body("{\"from\":\"%s\",\"to\":\"%s\",\"amount\":5,\"unit\":\"MIN\",\"reason\":\"陪她去医院\"}"
                        .formatted(anna.id(), bela.id()))
                .post(book.path() + "/transfers")
                .then()
                .statusCode(201);

        var answer = book.as(Role.APP)
                .get(book.path() + "/events?after=1")
                .then()
                .body("items[0].data.type", equalTo("TRANSFER_TIME"))
                .body("items[0].data.reason", nullValue())
                .extract()
                .asString();

        assertThat(answer).doesNotContain("医院");
    }

    @Test
    void isOfOneBookOnly() {
        var book = bank.aBook();
        var other = bank.aBook();

        other.as(Role.APP).get(book.path() + "/events").then().statusCode(404);
        book.as(Role.TERMINAL).get(book.path() + "/events").then().statusCode(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "after=x",
                "after=-1",
                "after=1.5",
                "after=1234567890123456789",
                "limit=0",
                "limit=501",
                "type=entry",
                "type=org.moralbank.",
                "type=org.moralbank.redemptions",
                "type=org.moralbank.redemption.capture",
                "type=org"
            })
    void refusesWhatItCannotRead(String query) {
        var book = bank.aBook();

        book.as(Role.APP)
                .get(book.path() + "/events?" + query)
                .then()
                .statusCode(400)
                .body("errors[0].field", equalTo(query.substring(0, query.indexOf('='))));
    }
}
