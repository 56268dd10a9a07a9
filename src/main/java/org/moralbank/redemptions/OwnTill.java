package org.moralbank.redemptions;

import org.moralbank.access.Client;
import org.moralbank.access.Role;
import org.moralbank.merchants.MerchantRejection;
import org.moralbank.merchants.TerminalRejection;

/** Keeps a till to its own merchant and, where it is one terminal in particular, to itself. */
final class OwnTill {
    private OwnTill() {}

    /** Whether what is a terminal's is there for a client. */
    static boolean isOf(Client client, String merchant, String terminal) {
        return client.sees(merchant) && !isOther(client, terminal);
    }

    /** Refuses a till that speaks for another. */
    static void check(Client client, String merchant, String terminal) {
        if (!client.sees(merchant)) {
            throw new MerchantRejection.UnknownMerchant(merchant).refused();
        }
        if (isOther(client, terminal)) {
            throw new TerminalRejection.TerminalUnknown(terminal).refused();
        }
    }

    private static boolean isOther(Client client, String terminal) {
        return !client.isAny(Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)
                && client.terminal() != null
                && !client.terminal().equals(terminal);
    }
}
