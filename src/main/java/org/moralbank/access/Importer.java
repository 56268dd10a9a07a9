package org.moralbank.access;

import org.moralbank.commits.Asker;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/** The service itself, where it plays or imports something: there is no key that could be revoked. */
public record Importer(int clientId) implements Asker {
    @Override
    public void needs(Needs needs) {
        // Nothing is looked at.
    }

    @Override
    public void checkStillMay(WorkingSet set) {
        // Nobody else asks.
    }
}
