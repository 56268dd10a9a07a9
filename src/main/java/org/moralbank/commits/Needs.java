package org.moralbank.commits;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the works of a commit will look at: rows, by table and key. What was not named here cannot be read. */
public final class Needs {
    private final IdentityHashMap<Table<?, ?>, Set<Object>> keysByTable = new IdentityHashMap<>();
    private final List<Table<?, ?>> order = new ArrayList<>();

    /** Asks for one row; it need not be there. */
    public <K> Needs row(Table<K, ?> table, K key) {
        keysByTable
                .computeIfAbsent(table, first -> {
                    order.add(first);
                    return new LinkedHashSet<>();
                })
                .add(key);
        return this;
    }

    List<Table<?, ?>> tables() {
        return order;
    }

    @SuppressWarnings("unchecked") // row() put keys of the table's own type there
    <K> List<K> keys(Table<K, ?> table) {
        return new ArrayList<>((Set<K>) keysByTable.getOrDefault(table, Set.of()));
    }
}
