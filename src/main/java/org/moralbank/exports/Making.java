package org.moralbank.exports;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.moralbank.ledger.LedgerReads;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.TableFile;
import org.moralbank.reports.TrialBalances;

/** Makes the files of one export that are not there yet, each in one pass over the book, and the manifest at last. */
final class Making {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(10);

    private final ExportJobStore jobs;
    private final ExportJobStore.Lease lease;
    private final BooleanSupplier stopping;
    private final ExportMetrics metrics;
    private final TrialBalances balances;
    private final LogFiles logFiles;
    private final Selection selection;
    private final Reading reading;
    private long saidNanos = System.nanoTime();

    Making(
            ExportJobStore jobs,
            SelectionStore store,
            LedgerReads reads,
            TrialBalances balances,
            LogFiles logFiles,
            ExportJobStore.Lease lease,
            BooleanSupplier stopping,
            ExportMetrics metrics) {
        this.jobs = jobs;
        this.lease = lease;
        this.stopping = stopping;
        this.metrics = metrics;
        this.balances = balances;
        this.logFiles = logFiles;
        this.selection = lease.export().selection();
        this.reading = new Reading(store, reads, lease.book(), selection, this::between);
    }

    /** The process stops: the job is another's, or this one's after its next start. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private void between() {
        if (stopping.getAsBoolean()) {
            throw new Stopped();
        }
        if (System.nanoTime() - saidNanos > SIGN_OF_LIFE.toNanos()) {
            jobs.extend(lease);
            saidNanos = System.nanoTime();
        }
    }

    /** Makes what is missing. */
    void run() {
        List<Export.MadeFile> made = new ArrayList<>(jobs.files(lease));
        Set<String> there = made.stream().map(Export.MadeFile::name).collect(Collectors.toSet());
        for (PackFile file : selection.files()) {
            if (!there.contains(file.fileName())) {
                made.add(make(file.fileName(), sink -> write(file, sink)));
            }
        }
        if (selection.isOfLog() && !there.contains(PackFile.MANIFEST)) {
            for (LogFiles.Text text :
                    logFiles.of(lease.book(), selection.firstSeq(), selection.lastSeq(), this::between)) {
                if (!there.contains(text.name())) {
                    made.add(make(text.name(), sink -> {
                        sink.write(text.text().getBytes(StandardCharsets.UTF_8));
                        return text.text().lines().count();
                    }));
                }
            }
        }
        if (!there.contains(PackFile.MANIFEST)) {
            byte[] manifest = Manifest.of(lease.book(), selection, reading.totals(), made);
            make(PackFile.MANIFEST, sink -> {
                sink.write(manifest);
                return 1;
            });
        }
    }

    /** Writes a file; how many records it has. */
    private interface Writing {
        long to(FileSink sink);
    }

    private Export.MadeFile make(String name, Writing writing) {
        jobs.beginFile(lease, name);
        try (FileSink sink = new FileSink(name, (number, bytes) -> jobs.addChunk(lease, name, number, bytes))) {
            Export.MadeFile file = sink.made(writing.to(sink));
            jobs.finishFile(lease, file);
            metrics.made(file);
            return file;
        }
    }

    private long write(PackFile file, FileSink sink) {
        return switch (file) {
            case ENTRIES -> entries(sink);
            case ACCOUNTS -> accounts(sink);
            case HLEDGER -> new JournalFile(reading, sink).hledger();
            case BEANCOUNT -> new JournalFile(reading, sink).beancount();
            case TRIAL_BALANCE_CSV, ACCOUNTS_CSV, JOURNAL_CSV, GENERAL_LEDGER_CSV, STATEMENTS_CSV ->
                table(file.content(), TableFile.Format.CSV, sink);
            case TRIAL_BALANCE_XLSX, ACCOUNTS_XLSX, JOURNAL_XLSX, GENERAL_LEDGER_XLSX, STATEMENTS_XLSX ->
                table(file.content(), TableFile.Format.XLSX, sink);
        };
    }

    private long table(PackFile.Content content, TableFile.Format format, FileSink sink) {
        String sheet = Tables.sheet(content, selection.language());
        return new Tables(reading, balances, format.begin(sheet, selection.byteOrderMark()), sink).write(content);
    }

    private long entries(FileSink sink) {
        long[] records = {0};
        reading.entries(page -> {
            if (page.count() > 0) {
                sink.write(page.lines());
                sink.write('\n');
                records[0] += page.count();
            }
        });
        return records[0];
    }

    private long accounts(FileSink sink) {
        long[] records = {0};
        StringBuilder out = new StringBuilder();
        reading.accounts(selection.lastSeq(), accounts -> {
            for (SelectionStore.AccountAt account : accounts) {
                out.append("{\"account\":");
                CanonicalJson.quoted(account.path(), out);
                if (account.expiresOn() != null) {
                    out.append(",\"expiresOn\":\"").append(account.expiresOn()).append('"');
                }
                out.append(",\"posted\":\"").append(account.posted());
                out.append("\",\"restricted\":").append(account.restricted());
                out.append(",\"version\":\"").append(account.version()).append("\"}\n");
            }
            records[0] += accounts.size();
            sink.write(out);
        });
        return records[0];
    }
}
