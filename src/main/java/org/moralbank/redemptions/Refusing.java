package org.moralbank.redemptions;

import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Rejection;

/** Refuses without a look at anything, as a work: so that the refusal is kept under the key, as every refusal. */
record Refusing(Rejection rejection) implements Work {
    @Override
    public void needs(Needs needs) {
        // It looks at nothing.
    }

    @Override
    public Answer decide(WorkingSet set) {
        throw rejection.refused();
    }
}
