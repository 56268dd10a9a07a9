package org.moralbank.settlements;

import java.time.LocalDate;
import org.moralbank.access.Client;
import org.moralbank.ledger.BookHandle;

/** What the bodies of requests become, for tests that give a work the clock that it goes by. */
public final class SettlementBodies {
    private SettlementBodies() {}

    public static Settlements.Closing closing(
            BookHandle book, Client client, String merchant, LocalDate through, String maker) {
        return new SettlementsResource.NewSettlement(merchant, through, maker, null).checked(book, client);
    }

    public static Settlements.Check rejection(BookHandle book, Client client, String reason, String checker) {
        return new SettlementsResource.RejectedBody(reason, checker).checked(book, client);
    }
}
