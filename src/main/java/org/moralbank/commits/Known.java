package org.moralbank.commits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Recent;

/**
 * The rows that a lane left behind its last commits, and that are still so as long as it alone commits in their book.
 *
 * <p>A book's commit number is counted up by every commit that writes, and read under the book's lock. While it is the
 * one that this lane left, no other process or lane has changed the book, so that what was loaded or written for
 * a commit of this lane is what a load would find now. When it is another one, everything known of the book is
 * forgotten. A book that others write too is not trusted again before the lane has found its own number in it: guessing
 * wrong costs a second round of loads.
 *
 * <p>Kept are rows of tables that name the book {@linkplain Table#changedUnder whose lock} orders all their changes; and,
 * for works that are decided before they have their lock, rows that are {@linkplain Rechecked looked at again} under it, and
 * which rows there are among those that are {@linkplain NewUnlessMet mostly new}. Not thread-safe: it is the lane's own, and
 * all but the last ends with the lane's connection or a failed commit.
 */
final class Known {
    private final int capacity;
    private final Map<Integer, Left> leftByBook = new HashMap<>();
    private final IdentityHashMap<Table<?, ?>, Map<Object, Row>> rowsByTable = new IdentityHashMap<>();

    /** Keys of rows that are there. That one is missing costs a second try, so that they outlive what is forgotten. */
    private final IdentityHashMap<Table<?, ?>, Map<Object, Boolean>> metByTable = new IdentityHashMap<>();

    /** At most so many rows of each table, of some a tenth; the ones that were used longest ago go first. */
    Known(int capacity) {
        this.capacity = capacity;
    }

    /** A book as this lane left it. {@code epoch} is counted up whenever all that was known is forgotten. */
    private static final class Left {
        long commitNo = -1;
        int epoch;
        boolean alone;
    }

    /** A row of an epoch of its book; null when it was seen that there is none. */
    private record Row(int epoch, @Nullable Object row) {}

    /**
     * What is needed of a table: what is known of it, if the books are as they were left, and what has to be read.
     *
     * @param takenForNew those of the known that are only taken for not being there
     */
    record Split<K, R>(Map<K, @Nullable R> known, List<K> unknown, List<K> takenForNew) {}

    /**
     * What works need of a table.
     *
     * @param ahead whether they are decided before they have their lock, so that their flight makes sure of more than the
     *     books' numbers
     */
    @SuppressWarnings("unchecked") // keep() put rows of the table's own types there
    <K, R> Split<K, R> split(Table<K, R> table, List<K> keys, Set<Integer> locked, boolean ahead) {
        if (ahead && table instanceof NewUnlessMet && capacity > 0) {
            return splitMet(table, keys);
        }
        Map<Object, Row> rows = rowsByTable.get(table);
        if (rows == null || table instanceof Rechecked && !ahead) {
            return new Split<>(Map.of(), keys, List.of());
        }
        Map<K, @Nullable R> known = new HashMap<>();
        List<K> unknown = new ArrayList<>();
        for (K key : keys) {
            Row row = rows.get(key);
            if (row != null && (table instanceof Rechecked || isOfNow(row, table.changedUnder(key), locked))) {
                known.put(key, (R) row.row);
            } else {
                unknown.add(key);
            }
        }
        return new Split<>(known, unknown, List.of());
    }

    private boolean isOfNow(Row row, int book, Set<Integer> locked) {
        Left left = leftByBook.get(book);
        return left != null && left.alone && locked.contains(book) && row.epoch == left.epoch;
    }

    private <K, R> Split<K, R> splitMet(Table<K, R> table, List<K> keys) {
        Map<Object, Boolean> met = metByTable.getOrDefault(table, Map.of());
        List<K> unknown = new ArrayList<>();
        List<K> takenForNew = new ArrayList<>();
        for (K key : keys) {
            (met.get(key) != null ? unknown : takenForNew).add(key);
        }
        Map<K, @Nullable R> absent = HashMap.newHashMap(takenForNew.size());
        takenForNew.forEach(key -> absent.put(key, null));
        return new Split<>(Collections.unmodifiableMap(absent), unknown, takenForNew);
    }

    /**
     * The numbers that this lane left in the books; nothing when it does not know itself to be alone in one of them, so
     * that it should look first.
     */
    Optional<Map<Integer, Long>> numbers(Set<Integer> books) {
        Map<Integer, Long> numbers = HashMap.newHashMap(books.size());
        for (Integer book : books) {
            Left left = leftByBook.get(book);
            if (left == null || !left.alone) {
                return Optional.empty();
            }
            numbers.put(book, left.commitNo);
        }
        return Optional.of(numbers);
    }

    /** Tells the numbers that were read under the locks; false when another has committed in one of the books. */
    boolean areAsLeft(Map<Integer, Long> commitNos) {
        boolean all = true;
        for (Map.Entry<Integer, Long> each : commitNos.entrySet()) {
            Left left = leftByBook.computeIfAbsent(each.getKey(), first -> new Left());
            left.alone = left.commitNo == each.getValue();
            if (!left.alone) {
                left.epoch++;
                left.commitNo = each.getValue();
                all = false;
            }
        }
        return all;
    }

    /**
     * Remembers what a commit leaves when it succeeds. {@code commitNos} are the books' numbers after it. When it fails,
     * {@link #clear} has to follow.
     */
    void keep(WorkingSet set, Map<Integer, Long> commitNos) {
        commitNos.forEach((book, number) -> leftByBook.computeIfAbsent(book, first -> new Left()).commitNo = number);
        set.each(new WorkingSet.Visitor() {
            @Override
            public <K, R> void row(Table<K, R> table, K key, @Nullable R row) {
                if (table instanceof NewUnlessMet && row != null) {
                    metByTable
                            .computeIfAbsent(table, first -> new Recent<>(capacity))
                            .put(key, true);
                }
                if (table instanceof Rechecked && row != null) {
                    rowsByTable
                            .computeIfAbsent(table, first -> new Recent<>(capacity))
                            .put(key, new Row(0, row));
                }
                if (table.again() == Table.Again.RARELY) {
                    return;
                }
                Left left = leftByBook.get(table.changedUnder(key));
                if (left != null && commitNos.containsKey(table.changedUnder(key))) {
                    rowsByTable
                            .computeIfAbsent(table, first -> new Recent<>(capacity(table)))
                            .put(key, new Row(left.epoch, row));
                }
            }
        });
    }

    private int capacity(Table<?, ?> table) {
        return table.again() == Table.Again.ONCE_SOON ? capacity / 10 : capacity;
    }

    /** Forgets everything: what is in the database now is not known. */
    void clear() {
        leftByBook.clear();
        rowsByTable.clear();
    }
}
