package org.moralbank.imports;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Writing;

/**
 * That a book was kept elsewhere up to an entry.
 *
 * @param lastSeq the last entry that was imported
 * @param root of the RFC 9162 tree over these entries
 * @param checkpoint the signed checkpoint that came with them; null when none did
 * @param sha256 of what was sent
 * @param pages the rows of the import, when it is being made; null when it is read
 */
record Imported(
        int book,
        long lastSeq,
        int accounts,
        long postings,
        byte[] root,
        @Nullable String checkpoint,
        byte[] sha256,
        Instant importedAt,
        int clientId,
        String client,
        Writing.@Nullable Pages pages) {}
