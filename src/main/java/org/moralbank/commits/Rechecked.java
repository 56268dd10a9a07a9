package org.moralbank.commits;

import java.util.Map;

/**
 * A table whose rows change under a lock that the works which read them do not take. Such a row is read again under every
 * lock; where it was read before the lock, for this commit or an earlier one, it is looked at once more.
 */
public interface Rechecked<K, R> extends Table<K, R> {
    /**
     * Sends a statement that fails with {@link #CHANGED} when one of these rows, by which works may have decided, is no
     * longer so.
     */
    void recheck(Writing writing, Map<K, R> rows);

    /**
     * The state with which a check fails: division_by_zero, which plain SQL can raise. No statement that writes rows
     * divides.
     */
    String CHANGED = "22012";
}
