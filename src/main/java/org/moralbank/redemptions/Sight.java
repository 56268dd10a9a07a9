package org.moralbank.redemptions;

import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.access.Role;

/**
 * What a client sees of redemptions: all of its books, or as a till those of one merchant.
 *
 * @param merchant the only one that is seen; null when all are
 */
record Sight(@Nullable String merchant) {
    /** No merchant has this id: a till without a merchant sees none. */
    private static final String NONE = "";

    static Sight of(Client client) {
        if (client.isAny(Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)) {
            return new Sight(null);
        }
        return new Sight(client.merchant() == null ? NONE : client.merchant());
    }

    boolean sees(String of) {
        return merchant == null || merchant.equals(of);
    }

    /** Whether members are shown by their masked label rather than by their id. */
    boolean masksMembers() {
        return merchant != null;
    }
}
