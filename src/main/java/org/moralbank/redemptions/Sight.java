package org.moralbank.redemptions;

import org.jspecify.annotations.Nullable;
import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.merchants.MerchantRejection;
import org.moralbank.merchants.TerminalRejection;
import org.moralbank.platform.Rejection;

/**
 * What a client sees of redemptions, and as what it acts: all of its books, or as a till those of one merchant.
 *
 * @param merchant the only one that is seen; null when all are
 * @param terminal the only one that it acts as; null when it acts as any
 */
record Sight(@Nullable String merchant, @Nullable String terminal) {
    static final Sight ALL = new Sight(null, null);

    /** No merchant has this id: a till without a merchant sees none. */
    private static final String NONE = "";

    /** What a client sees. */
    static Sight of(Client client) {
        return client.isAny(Role.AUDITOR) ? ALL : ofOneWhoActs(client);
    }

    /** As what a client acts: who is an auditor beside a till sees every merchant, and acts as that till alone. */
    static Sight ofOneWhoActs(Client client) {
        if (client.isAny(Role.APP, Role.COORDINATOR, Role.OPERATOR)) {
            return ALL;
        }
        return new Sight(client.merchant() == null ? NONE : client.merchant(), client.terminal());
    }

    boolean sees(String of) {
        return merchant == null || merchant.equals(of);
    }

    /** Why it may not act at this merchant and terminal; null when it may. What is another merchant's is unknown to it. */
    @Nullable
    Rejection refusal(String at, @Nullable String as) {
        if (!sees(at)) {
            return new MerchantRejection.UnknownMerchant(at);
        }
        return as == null || mayBe(as) ? null : new TerminalRejection.OtherTerminal(as);
    }

    /** Whether it may act as a terminal: who is one, as no other. */
    boolean mayBe(String as) {
        return terminal == null || terminal.equals(as);
    }

    /** The terminal that is meant where none is named: itself, if it is one. */
    @Nullable
    String meant(@Nullable String named) {
        return named == null ? terminal : named;
    }

    /** Whether members are shown by their masked label rather than by their id. */
    boolean masksMembers() {
        return merchant != null;
    }

    /** The member's id as far as it is this client's to know. */
    @Nullable
    String member(String id) {
        return masksMembers() ? null : id;
    }
}
