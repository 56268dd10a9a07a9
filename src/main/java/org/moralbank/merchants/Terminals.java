package org.moralbank.merchants;

import static org.moralbank.merchants.TerminalTable.TERMINALS;

import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/** What other features ask of a terminal in their works. */
public final class Terminals {
    private Terminals() {}

    /** Names a terminal as needed by a work. */
    public static void need(Needs needs, int book, String merchant, String terminal) {
        needs.row(TERMINALS, new Terminal.Key(book, merchant, terminal));
    }

    /**
     * The terminal that sells; refuses an unknown one ({@code terminal-unknown}), then a suspended one
     * ({@code terminal-suspended}) and one that is closed ({@code terminal-closed}).
     *
     * <p>To be asked after {@link Merchants#seller}. What undoes (a reversal, a void, a refund) need not ask it: a till that
     * was suspended in the middle of a sale may take the sale back.
     */
    public static Terminal active(WorkingSet set, int book, String merchant, String terminal) {
        Terminal found = set.find(TERMINALS, new Terminal.Key(book, merchant, terminal));
        if (found == null) {
            throw new TerminalRejection.TerminalUnknown(terminal).refused();
        }
        return switch (found.status()) {
            case ACTIVE -> found;
            case SUSPENDED -> throw new TerminalRejection.TerminalSuspended(terminal).refused();
            case CLOSED -> throw new TerminalRejection.TerminalClosed(terminal).refused();
        };
    }
}
