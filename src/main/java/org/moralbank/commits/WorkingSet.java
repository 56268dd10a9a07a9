package org.moralbank.commits;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one commit, as its works have left them so far. A work that refuses is undone to where it began, and
 * the works before it stay.
 *
 * <p>Not thread-safe: a commit decides on one thread.
 */
public final class WorkingSet {
    private final IdentityHashMap<Table<?, ?>, Rows<?, ?>> rowsByTable = new IdentityHashMap<>();
    private final List<Rows<?, ?>> order = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();
    private Instant now;

    /**
     * An empty set. {@code now} is the database's clock, read under the lock, or carried on from the lock of one of
     * the two commits before, between which and this one nobody else had it.
     */
    public WorkingSet(Instant now) {
        this.now = now;
    }

    /** The moment of this commit by the database's clock, or by the work's own clock where it plays the past. */
    public Instant now() {
        return now;
    }

    void setNow(Instant now) {
        this.now = now;
    }

    /** The row, or null when there is none. Only what the works said they need can be asked for. */
    public <K, R> @Nullable R find(Table<K, R> table, K key) {
        Slot<R> slot = rows(table).slots.get(key);
        if (slot == null) {
            throw new IllegalStateException("not among the needs of the works: " + key);
        }
        return slot.current;
    }

    /** Whether the row was asked for by a work, or put there by one. */
    <K, R> boolean has(Table<K, R> table, K key) {
        return rowsByTable.containsKey(table) && rows(table).slots.containsKey(key);
    }

    /** Whether a work has put the row. */
    <K, R> boolean isPut(Table<K, R> table, K key) {
        Slot<R> slot = rows(table).slots.get(key);
        return slot != null && slot.isChanged();
    }

    /** The row, which the caller knows is there. */
    public <K, R> R get(Table<K, R> table, K key) {
        R row = find(table, key);
        if (row == null) {
            throw new IllegalStateException("no such row: " + key);
        }
        return row;
    }

    /** Inserts a row or puts it in the place of the one that was there. */
    public <K, R> void put(Table<K, R> table, K key, R row) {
        Rows<K, R> rows = rows(table);
        Slot<R> slot = rows.slots.get(key);
        if (slot == null) {
            Slot<R> inserted = new Slot<>(null);
            rows.slots.put(key, inserted);
            undo.add(() -> rows.slots.remove(key));
            inserted.current = row;
        } else {
            R before = slot.current;
            undo.add(() -> slot.current = before);
            slot.current = row;
        }
    }

    /** Takes in what was loaded: the rows that are there, and of the other keys that they are not. */
    public <K, R> void loaded(Table<K, R> table, Collection<K> keys, Map<K, ? extends @Nullable R> found) {
        Rows<K, R> rows = rows(table);
        for (K key : keys) {
            rows.slots.put(key, new Slot<>(found.get(key)));
        }
    }

    /** Sees every row of the set, loaded or changed, as the works have left it. */
    interface Visitor {
        /** A row; null when there is none. */
        <K, R> void row(Table<K, R> table, K key, @Nullable R row);
    }

    void each(Visitor visitor) {
        order.forEach(rows -> rows.each(visitor));
    }

    /** A place to come back to with {@link #undoTo}. */
    public int mark() {
        return undo.size();
    }

    /** Takes back every change since the mark. */
    public void undoTo(int mark) {
        for (int i = undo.size() - 1; i >= mark; i--) {
            undo.remove(i).run();
        }
    }

    /** Whether any row is no longer as it was loaded. */
    boolean isChanged() {
        return order.stream().anyMatch(Rows::isChanged);
    }

    /** Hands each table the rows that are no longer as they were loaded. */
    void write(Writing writing) {
        order.forEach(rows -> rows.write(writing));
    }

    /** The rows of a table that were inserted or changed, in the order in which they were first seen. */
    public <K, R> List<Change<K, R>> changes(Table<K, R> table) {
        return rows(table).changes();
    }

    @SuppressWarnings("unchecked") // the map holds, for a table, rows of its own types
    private <K, R> Rows<K, R> rows(Table<K, R> table) {
        Rows<?, ?> rows = rowsByTable.get(table);
        if (rows == null) {
            rows = new Rows<>(table);
            rowsByTable.put(table, rows);
            order.add(rows);
        }
        return (Rows<K, R>) rows;
    }

    private static final class Slot<R> {
        final @Nullable R loaded;

        @Nullable
        R current;

        Slot(@Nullable R loaded) {
            this.loaded = loaded;
            this.current = loaded;
        }

        boolean isChanged() {
            return current != null && current != loaded;
        }
    }

    private static final class Rows<K, R> {
        final Table<K, R> table;
        final Map<K, Slot<R>> slots = new LinkedHashMap<>();

        Rows(Table<K, R> table) {
            this.table = table;
        }

        List<Change<K, R>> changes() {
            List<Change<K, R>> changes = new ArrayList<>();
            slots.forEach((key, slot) -> {
                R current = slot.current;
                if (current != null && slot.isChanged()) {
                    changes.add(new Change<>(key, slot.loaded, current));
                }
            });
            return changes;
        }

        void each(Visitor visitor) {
            slots.forEach((key, slot) -> visitor.row(table, key, slot.current));
        }

        boolean isChanged() {
            return slots.values().stream().anyMatch(Slot::isChanged);
        }

        void write(Writing writing) {
            List<Change<K, R>> changes = changes();
            if (!changes.isEmpty()) {
                table.write(writing, changes);
            }
        }
    }
}
