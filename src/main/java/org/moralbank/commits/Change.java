package org.moralbank.commits;

import org.jspecify.annotations.Nullable;

/** A row that the works of a commit inserted ({@code before} is null) or changed. */
public record Change<K, R>(K key, @Nullable R before, R after) {
    public boolean isInsert() {
        return before == null;
    }
}
