package org.moralbank.ledger;

import java.time.LocalDate;

/** Which lots of a holding an entry may take. */
public enum Spending {
    /** Service is paid with all that has not expired. */
    ON_SERVICE,
    /** What is given away must be the giver's own to give: no restricted lot. */
    AS_A_GIFT;

    boolean allows(Lot lot, LocalDate day) {
        return !lot.expiredBy(day) && (this == ON_SERVICE || !lot.restricted());
    }
}
