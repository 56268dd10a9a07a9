package org.moralbank.commits;

/** A use case, decided in memory under the lock of its books. */
public interface Work {
    /** Says what rows {@link #decide} will look at. Called on the lane's thread; no I/O. */
    void needs(Needs needs);

    /**
     * Decides: changes rows of the set and says what the caller is to be answered, or leaves with a
     * {@link org.moralbank.platform.RefusedException}, which undoes what it had changed. No I/O; it may be called again
     * on another set when a commit failed.
     */
    Answer decide(WorkingSet set);

    /**
     * Before a kept answer is told again to a retry with the same key: leaves with a
     * {@link org.moralbank.platform.RefusedException} when what it told of has been taken back since, so that nobody acts
     * on it. The answer stays kept. No I/O.
     */
    default void checkReplay(WorkingSet set) {
        // What is recorded stays true.
    }

    /** How much of a commit this takes; a transfer is 1, a bulk as many as it has items. */
    default int weight() {
        return 1;
    }
}
