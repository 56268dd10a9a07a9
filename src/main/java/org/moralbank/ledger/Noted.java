package org.moralbank.ledger;

import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What every request that posts may say besides its own fields. Bodies implement it by having the components. */
public interface Noted {
    /** When it happened; today when it is missing. */
    @Nullable
    LocalDate occurredOn();

    /** The client's own reference. */
    @Nullable
    String reference();

    /** Free text, kept beside the sealed entry. */
    @Nullable
    String reason();

    /** Up to 20 strings by name, kept beside the sealed entry. */
    @Nullable
    Map<String, String> metadata();

    /** Id of the person who acts, as the client knows him. */
    @Nullable
    String actor();

    /** Id of the person for whom he acts. */
    @Nullable
    String onBehalfOf();
}
