package org.moralbank.ledger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is measured of the ledger. */
final class EntryMetrics {
    private static final Map<EntryType, Counter> ENTRIES = new EnumMap<>(EntryType.class);
    private static final Map<EntryType, Counter> POSTINGS = new EnumMap<>(EntryType.class);

    static {
        for (EntryType type : EntryType.values()) {
            ENTRIES.put(
                    type,
                    Counter.builder("moralbank.ledger.entries")
                            .description("Entries written, by type")
                            .tag("type", type.tag())
                            .register(Metrics.globalRegistry));
            POSTINGS.put(
                    type,
                    Counter.builder("moralbank.ledger.postings")
                            .description("Postings written, by the type of their entry")
                            .tag("type", type.tag())
                            .register(Metrics.globalRegistry));
        }
    }

    private EntryMetrics() {}

    static void written(List<Entry> entries) {
        for (Entry entry : entries) {
            Objects.requireNonNull(ENTRIES.get(entry.type())).increment();
            Objects.requireNonNull(POSTINGS.get(entry.type()))
                    .increment(entry.postings().size());
        }
    }
}
