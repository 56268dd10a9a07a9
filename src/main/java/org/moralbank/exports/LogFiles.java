package org.moralbank.exports;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.moralbank.ledger.BookHandle;
import org.moralbank.proofs.SignedNote;
import org.moralbank.proofs.VerificationKey;
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
     * The checkpoint of exactly so many entries, when it was signed or is within some seconds, and the keys up to the one
     * that signed it: they stay the same when later ones come. Nothing when the log was signed at other sizes.
     */
    List<Text> of(BookHandle book, long size, Runnable between) {
        Optional<SignedCheckpoint> checkpoint = await(book, size, between);
        if (checkpoint.isEmpty()) {
            return List.of();
        }
        String note = checkpoint.get().note();
        List<SignedNote.Line> signatures = SignedNote.parse(note).signatures();
        String keys = log.verificationKeys(book).await().atMost(ExportJobStore.PATIENCE).stream()
                .dropWhile(key -> signatures.stream().noneMatch(line -> isOf(line, key)))
                .map(key -> key + "\n")
                .collect(Collectors.joining());
        return List.of(new Text(PackFile.CHECKPOINT, note), new Text(PackFile.LOG_KEYS, keys));
    }

    private static boolean isOf(SignedNote.Line line, VerificationKey key) {
        return line.id() == key.id() && line.name().equals(key.name());
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
