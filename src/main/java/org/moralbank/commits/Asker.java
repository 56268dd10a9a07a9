package org.moralbank.commits;

/** Who asks: the scope of his keys, and whether he still may when his work is decided. */
public interface Asker {
    /** The API client; idempotency keys are his own. */
    int clientId();

    /** What {@link #checkStillMay} looks at. */
    void needs(Needs needs);

    /**
     * Under the lock: leaves with a {@link org.moralbank.platform.RefusedException} when what allowed the request has
     * been taken back since.
     */
    void checkStillMay(WorkingSet set);
}
