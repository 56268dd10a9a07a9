package org.moralbank.translog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.SigningKey;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.Tiles;
import org.moralbank.proofs.VerificationKey;
import org.moralbank.translog.IntegrationStore.Growth;
import org.moralbank.translog.IntegrationStore.Held;
import org.moralbank.translog.IntegrationStore.Log;
import org.moralbank.translog.IntegrationStore.Turn;
import org.moralbank.translog.IntegrationStore.Wanted;
import org.moralbank.translog.IntegrationStore.Wrong;
import org.moralbank.translog.Refused.Reason;

/**
 * The integrator of one process: appends entries to the logs of their books and signs, and checks again what it appended.
 *
 * <p>One thread at a time. It shares nothing with the lanes but the pool of connections, of which it holds one.
 */
final class Integration {
    /** How many entries of a book one step takes, besides those of the open tile. */
    static final int MOST = 4_096;

    /** How many books one step takes; their hashes are four megabytes at most. */
    static final int AT_ONCE = 32;

    private static final Logger LOG = Logger.getLogger(Integration.class);

    private final IntegrationStore store;
    private final LogKeys keys;
    private final LogMetrics metrics;
    private final Duration rest;

    /** The last checkpoint of each book that this process saw in the log; from there it never goes back. */
    private final Map<Integer, Seen> seen = new HashMap<>();

    /** What is refused, by the code of the book, as of the last look. */
    private volatile Map<String, Wrong> refused = Map.of();

    /** Whether in the last round a step for many books failed; that is said once. */
    private boolean fellApart;

    private List<Log> circle = List.of();
    private int inCircle;
    private long nextTile;
    private long circleEndedNanos;

    /** A checkpoint whose signature was verified, or is our own. */
    private record Seen(Checkpoint checkpoint, String note) {}

    /** @param rest how long the sweep waits between two circles over all books */
    Integration(IntegrationStore store, LogKeys keys, LogMetrics metrics, Duration rest) {
        this.store = store;
        this.keys = keys;
        this.metrics = metrics;
        this.rest = rest;
        this.circleEndedNanos = System.nanoTime() - rest.toNanos();
    }

    /** What is refused, by the code of the book. */
    Map<String, Wrong> refused() {
        return refused;
    }

    /**
     * Does a step for each book that is due, some books at a time. True when one has more than a step took. A book that fails
     * stops no others.
     */
    boolean round() {
        store.addBooks();
        List<Log> due = store.due();
        tell(due);
        boolean more = false;
        RuntimeException fault = null;
        boolean apart = false;
        for (int first = 0; first < due.size(); first += AT_ONCE) {
            List<Log> some = due.subList(first, Math.min(due.size(), first + AT_ONCE));
            try {
                more |= integrate(some);
            } catch (RuntimeException together) {
                if (some.size() == 1) {
                    fault = together;
                    continue;
                }
                if (!fellApart) {
                    LOG.warnf(together, "A step for %d books failed; each has a step of its own.", some.size());
                }
                apart = true;
                for (Log one : some) {
                    try {
                        more |= integrate(List.of(one));
                    } catch (RuntimeException alone) {
                        fault = alone;
                    }
                }
            }
        }
        fellApart = apart;
        if (fault != null) {
            throw fault;
        }
        return more;
    }

    /** Logs what is newly refused and what is no more, and keeps it for metrics and health. */
    private void tell(List<Log> due) {
        Map<String, Wrong> now = new HashMap<>();
        long lag = 0;
        for (Log log : due) {
            lag = Math.max(lag, log.lastSeq() - log.size());
            if (log.refused() != null) {
                now.put(log.code(), log.refused());
            }
        }
        Map<String, Wrong> before = refused;
        now.forEach((book, wrong) -> {
            if (!wrong.equals(before.get(book))) {
                LOG.errorf(
                        "Book %s, entry %d: %s. Nothing is signed over it until it is again what was recorded.",
                        book, wrong.seq(), wrong.reason());
            }
        });
        before.forEach((book, wrong) -> {
            if (!now.containsKey(book)) {
                LOG.warnf("Book %s, entry %d is again what was recorded; its log goes on.", book, wrong.seq());
            }
        });
        refused = Map.copyOf(now);
        metrics.standing(lag, now.size());
    }

    // ---- appending ---------------------------------------------------------------------------------------------

    /** One transaction. */
    private boolean integrate(List<Log> logs) {
        Map<Integer, Log> byBook = new HashMap<>();
        logs.forEach(log -> byBook.put(log.book(), log));
        try (Turn turn = store.begin(byBook.keySet())) {
            if (turn.held().isEmpty()) {
                return false;
            }
            Map<Integer, RightEdge> edges = turn.edges();
            Map<Integer, SignedCheckpoint> last = turn.checkpoints();
            Map<Integer, List<VerificationKey>> published = turn.keys();
            List<Wanted> wanted = turn.held().stream().map(Integration::wanted).toList();
            Map<Integer, Leaves> leaves = turn.leaves(wanted);
            List<Growth> growths = new ArrayList<>();
            List<Held> well = new ArrayList<>();
            boolean changed = false;
            boolean more = false;
            for (int i = 0; i < wanted.size(); i++) {
                Held held = turn.held().get(i);
                Log log = Objects.requireNonNull(byBook.get(held.book()));
                Wanted asked = wanted.get(i);
                RightEdge edge = Objects.requireNonNull(edges.get(held.book()));
                Leaves read = leaves.getOrDefault(held.book(), new Leaves(asked.after(), new byte[0], null));
                boolean isAll = read.count() < asked.most();
                long reaching = Math.max(held.size(), isAll ? log.lastSeq() : 0);
                Wrong wrong = wrong(
                        held,
                        last.get(held.book()),
                        published.getOrDefault(held.book(), List.of()),
                        edge,
                        read,
                        reaching);
                if (wrong != null) {
                    changed |= refuse(turn, held, wrong);
                    continue;
                }
                for (int place = (int) (held.size() - asked.after()); place < read.count(); place++) {
                    edge.append(read.hash(place));
                }
                if (edge.size() > held.size() || !last.containsKey(held.book())) {
                    growths.add(growth(log, held, edge));
                } else if (held.refused() != null) {
                    well.add(held);
                }
                more |= !isAll;
            }
            if (!growths.isEmpty()) {
                turn.append(growths);
                turn.sign(growths);
                turn.move(growths);
            }
            if (!well.isEmpty()) {
                turn.clear(well);
            }
            if (changed || !growths.isEmpty() || !well.isEmpty()) {
                turn.commit();
            }
            for (Growth growth : growths) {
                seen.put(growth.book(), new Seen(growth.checkpoint(), growth.note()));
                metrics.integrated(growth.size() - growth.from());
            }
            return more;
        }
    }

    /**
     * Why nothing may be signed over the book, if so.
     *
     * @param reaching the entry that the leaves that were read must reach
     */
    private @Nullable Wrong wrong(
            Held log,
            @Nullable SignedCheckpoint last,
            List<VerificationKey> published,
            RightEdge edge,
            Leaves read,
            long reaching) {
        Wrong wrong = stillWrong(log);
        if (wrong == null) {
            wrong = wrongRecord(log, last, published, edge);
        }
        return wrong == null ? read.against(edge.leaves(), reaching) : wrong;
    }

    /** From the log's open tile on. */
    private static Wanted wanted(Held log) {
        int open = (int) (log.size() % Tile.FULL);
        return new Wanted(log.book(), log.size() - open, open + MOST);
    }

    private Growth growth(Log log, Held held, RightEdge edge) {
        SigningKey key = keys.of(log.code());
        Checkpoint checkpoint = new Checkpoint(key.verification().name(), edge.size(), edge.root());
        String note = checkpoint.sign(key).toString();
        return new Growth(held.book(), held.size(), edge.takeAdded(), checkpoint, note, key.verification());
    }

    /** Whether that is news. */
    private static boolean refuse(Turn turn, Held held, Wrong wrong) {
        if (wrong.equals(held.refused())) {
            return false;
        }
        turn.refuse(held.book(), wrong);
        return true;
    }

    /** What was wrong when it was last looked at, in a tile that is closed, if it still is. */
    private @Nullable Wrong stillWrong(Held log) {
        Wrong was = log.refused();
        if (was == null || was.seq() < 1 || was.seq() > log.size()) {
            return null;
        }
        return wrongTile(log.book(), (was.seq() - 1) / Tile.FULL, log.size());
    }

    /**
     * Whether the record gives the root that was signed, and is not an older one than this process has seen. A note that it
     * has seen needs no verifying again.
     */
    private @Nullable Wrong wrongRecord(
            Held log, @Nullable SignedCheckpoint last, List<VerificationKey> published, RightEdge edge) {
        long size = log.size();
        Seen before = seen.get(log.book());
        if (before != null && before.checkpoint.size() > size) {
            return new Wrong(before.checkpoint.size(), Reason.RECORD_CHANGED);
        }
        if (last == null) {
            return size == 0 ? null : new Wrong(size, Reason.RECORD_CHANGED);
        }
        try {
            Checkpoint signed = before != null && before.note.equals(last.note())
                    ? before.checkpoint
                    : Checkpoint.verified(last.note(), published);
            boolean isSame = before == null
                    || before.checkpoint.size() < size
                    || before.checkpoint.root().equals(signed.root());
            if (isSame && signed.size() == size && signed.root().equals(edge.root())) {
                seen.put(log.book(), new Seen(signed, last.note()));
                return null;
            }
        } catch (IllegalArgumentException notOurs) {
            // It is no signed checkpoint any more.
        }
        return new Wrong(size, Reason.RECORD_CHANGED);
    }

    // ---- checking again ----------------------------------------------------------------------------------------

    /**
     * Checks some tiles again, each book's from its first, book after book, and begins anew after a rest. True when it has
     * come round, or rests.
     */
    boolean sweep(int tiles) {
        for (int i = 0; i < tiles; i++) {
            while (inCircle < circle.size()
                    && nextTile * Tile.FULL >= circle.get(inCircle).size()) {
                inCircle++;
                nextTile = 0;
            }
            if (inCircle == circle.size()) {
                return beginCircle();
            }
            Log log = circle.get(inCircle);
            Wrong wrong = wrongTile(log.book(), nextTile, log.size());
            if (wrong != null && !report(log.book(), wrong)) {
                return false;
            }
            metrics.swept(Math.min(Tile.FULL, log.size() - nextTile * Tile.FULL));
            nextTile++;
        }
        return false;
    }

    private boolean beginCircle() {
        if (!circle.isEmpty()) {
            circle = List.of();
            inCircle = 0;
            circleEndedNanos = System.nanoTime();
            return true;
        }
        if (System.nanoTime() - circleEndedNanos < rest.toNanos()) {
            return true;
        }
        circle = store.all();
        return circle.isEmpty();
    }

    /** False when another has the log just now. */
    private boolean report(int book, Wrong wrong) {
        try (Turn turn = store.begin(List.of(book))) {
            for (Held log : turn.held()) {
                if (log.refused() == null) {
                    turn.refuse(book, wrong);
                    turn.commit();
                }
            }
            return !turn.held().isEmpty();
        }
    }

    /** Whether the entries of a tile give the recorded hashes, and these, where the tile is full, those of the levels above. */
    private @Nullable Wrong wrongTile(int book, long index, long size) {
        Tile tile = new Tile(0, index, (int) Math.min(Tile.FULL, size - index * Tile.FULL));
        List<Tile> wanted = new ArrayList<>(List.of(tile));
        Tile top = tile;
        while (top.isFull() && top.level() < 7) {
            top = new Tile(top.level() + 1, top.index() / Tile.FULL, (int) (top.index() % Tile.FULL) + 1);
            wanted.add(top);
        }
        Map<Tile, byte[]> tiles = store.tiles(book, Set.copyOf(wanted));
        List<byte[]> hashes = new ArrayList<>();
        for (Tile each : wanted) {
            byte[] read = tiles.get(each);
            if (read == null) {
                return new Wrong(tile.first() + 1, Reason.RECORD_CHANGED);
            }
            hashes.add(read);
        }
        for (int i = 1; i < wanted.size(); i++) {
            Hash above = Hash.at(hashes.get(i), wanted.get(i).width() - 1);
            if (!Tiles.above(hashes.get(i - 1)).equals(above)) {
                return new Wrong(tile.first() + 1, Reason.RECORD_CHANGED);
            }
        }
        return store.leaves(new Wanted(book, tile.first(), tile.width()))
                .against(hashes.getFirst(), tile.first() + tile.width());
    }
}
