package org.moralbank.commits;

import java.util.List;

/**
 * A table whose keys are nearly always new, so that works which are decided ahead of their lock do not look for a row that
 * the lane has not met: it is taken for not being there, and the commit fails where it is. All is then read and decided
 * again.
 */
public interface NewUnlessMet<K, R> extends Table<K, R> {
    /**
     * Sends a statement that fails with {@link #THERE} when one of some rows is there, which were taken for new.
     *
     * @param put those that the works put: not needed where the insert of one that is there fails by a unique key
     * @param others those that the works only looked for
     */
    void checkNew(Writing checks, List<K> put, List<K> others);

    /** The state with which such a check fails: numeric_value_out_of_range, which plain SQL can raise. */
    String THERE = "22003";
}
