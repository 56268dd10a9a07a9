package org.moralbank.exports;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.moralbank.ledger.BookHandle;
import org.moralbank.proofs.SignedNote;
import org.moralbank.translog.SignedCheckpoint;
import org.moralbank.translog.TransparencyLog;

/** The checkpoint of an export and what it is checked with. Blocking, for the exporter's own thread. */
@ApplicationScoped
class LogFiles {
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final TransparencyLog log;
    private final ExportsConfig config;

    LogFiles(TransparencyLog log, ExportsConfig config) {
        this.log = log;
        this.config = config;
    }

    /** A file of text. */
    record Text(String name, String text) {}

    /**
     * The checkpoint up to exactly an entry, when it was signed or is within some seconds, and the keys up to the one that
     * signed it: they stay the same when later ones come. For a part of the book also the receipt of its first entry, from
     * which the root can be made of the entries of the part alone. Nothing when the log was signed at other sizes.
     */
    List<Text> of(BookHandle book, long firstSeq, long lastSeq, Runnable between) {
        Optional<SignedCheckpoint> checkpoint = await(book, lastSeq, between);
        if (checkpoint.isEmpty()) {
            return List.of();
        }
        String note = checkpoint.get().note();
        List<SignedNote.Line> signatures = SignedNote.parse(note).signatures();
        String keys = log.verificationKeys(book).await().atMost(ExportJobStore.PATIENCE).stream()
                .dropWhile(key -> signatures.stream().noneMatch(line -> line.isOf(key)))
                .map(key -> key + "\n")
                .collect(Collectors.joining());
        List<Text> texts =
                new ArrayList<>(List.of(new Text(PackFile.CHECKPOINT, note), new Text(PackFile.LOG_KEYS, keys)));
        if (firstSeq > 1) {
            log.receipt(book, firstSeq, checkpoint.get())
                    .await()
                    .atMost(ExportJobStore.PATIENCE)
                    .ifPresent(receipt -> texts.add(new Text(PackFile.FIRST_ENTRY, receipt.toString())));
        }
        return texts;
    }

    private Optional<SignedCheckpoint> await(BookHandle book, long size, Runnable between) {
        long until = System.nanoTime() + config.checkpointWait().toNanos();
        while (true) {
            Optional<SignedCheckpoint> found = log.ofSize(book, size).await().atMost(ExportJobStore.PATIENCE);
            Optional<SignedCheckpoint> newest = log.newest(book).await().atMost(ExportJobStore.PATIENCE);
            boolean hasPassed = newest.isPresent() && newest.get().size() > size;
            if (found.isPresent() || hasPassed || System.nanoTime() >= until) {
                return found;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
            between.run();
        }
    }
}
