package org.moralbank.exports;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What is measured of exports. No meter is tagged with an id. */
final class ExportMetrics {
    private final Counter done;
    private final Counter failed;
    private final Counter retried;
    private final Counter bytes;
    private final Counter records;
    private volatile long open;

    ExportMetrics(MeterRegistry registry) {
        done = outcome(registry, "done");
        failed = outcome(registry, "failed");
        retried = outcome(registry, "retried");
        bytes = Counter.builder("moralbank.exports.bytes")
                .description("Bytes of the files that were made, before they were packed")
                .baseUnit("bytes")
                .register(registry);
        records = Counter.builder("moralbank.exports.records")
                .description("Entries, postings and accounts written to files")
                .register(registry);
        Gauge.builder("moralbank.exports.open", this, metrics -> metrics.open)
                .description("Exports that wait or are being made, by any process")
                .register(registry);
    }

    private static Counter outcome(MeterRegistry registry, String outcome) {
        return Counter.builder("moralbank.exports.jobs")
                .description("Attempts to make an export, by outcome: done, failed for good, to be tried again")
                .tag("outcome", outcome)
                .register(registry);
    }

    void made(Export.MadeFile file) {
        bytes.increment((double) file.bytes());
        records.increment((double) file.records());
    }

    void done() {
        done.increment();
    }

    void failed() {
        failed.increment();
    }

    void retried() {
        retried.increment();
    }

    void open(long now) {
        open = now;
    }
}
