package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.List;
import java.util.Map;

/**
 * A kind of row that works read and change under the lock of their book, and that one package owns.
 *
 * <p>Rows are immutable: a work changes one by putting another in its place, so that the working set can undo it.
 * {@code load} and {@code write} are called at most once per commit, with all keys and all changes of all its works;
 * each should be one statement or a few, of arrays, so that its cost is shared.
 *
 * @param <K> what a row is found by, its book included; with equals and hashCode
 * @param <R> an immutable row
 */
public interface Table<K, R> {
    /** No book: a row may change under another book's lock than those of the works that read it. */
    int NO_BOOK = -1;

    /**
     * The rows of those keys that are there. Called under the lock; where {@link #changedUnder} allows it also beside the
     * commit before, on another connection, of which each statement may see the changes or not. So it reads and does nothing
     * else: no locks, no side effects.
     */
    Future<Map<K, R>> load(SqlConnection connection, List<K> keys);

    /**
     * The book under whose lock every change of the row is made, by a work that puts the row: a lane that alone commits in
     * the book need not read the row again, and may read it before it has the lock. {@link #NO_BOOK} when there is no such
     * book, or when the row also tells of what other rows are written for.
     */
    default int changedUnder(K key) {
        return NO_BOOK;
    }

    /** How likely rows are to be read again. */
    enum Again {
        OFTEN,
        /** Most are needed for one step more, soon after the first: a tenth as many are kept as of the others. */
        ONCE_SOON,
        RARELY
    }

    /** How likely its rows are to be read again, so that a lane keeps those that it may. */
    default Again again() {
        return Again.OFTEN;
    }

    /** Writes what was inserted or changed. */
    void write(Writing writing, List<Change<K, R>> changes);
}
