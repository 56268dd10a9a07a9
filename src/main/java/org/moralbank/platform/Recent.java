package org.moralbank.platform;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The rows that were put or looked for last, by their keys. Not thread-safe.
 *
 * <p>For what is looked for once or twice, soon after it came, such as an authorization by the till that captures it. A cache
 * that keeps what is asked for most often, as Caffeine's do, lets nearly none of these in once it is full: each of them is as
 * rare as those that it has.
 */
public final class Recent<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1;

    private final int capacity;

    /** @param capacity how many rows are kept at most */
    public Recent(int capacity) {
        super(16, 0.75f, true);
        this.capacity = capacity;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > capacity;
    }
}
