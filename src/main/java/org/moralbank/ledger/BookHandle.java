package org.moralbank.ledger;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/** What never changes of a book, so that it may be remembered: enough to address it and to know its day. */
public record BookHandle(int id, String code, ZoneId calendar) {
    public LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, calendar);
    }

    /** {@code /v1/books/BHL}. */
    public String path() {
        return "/v1/books/" + code;
    }
}
