package org.moralbank.translog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.SigningKey;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.Tiles;
import org.moralbank.translog.IntegrationStore.Leaf;
import org.moralbank.translog.IntegrationStore.Log;
import org.moralbank.translog.IntegrationStore.Turn;
import org.moralbank.translog.IntegrationStore.Wrong;
import org.moralbank.translog.Refused.Reason;

/**
 * The integrator of one process: appends entries to the logs of their books and signs, and checks again what it appended.
 *
 * <p>One thread at a time. It shares nothing with the lanes but the pool of connections, of which it holds one.
 */
final class Integration {
    /** How many entries one step takes; some three megabytes. */
    static final int MOST = 4_096;

    private static final Logger LOG = Logger.getLogger(Integration.class);

    private final IntegrationStore store;
    private final LogKeys keys;
    private final LogMetrics metrics;
    private final Duration rest;

    /** The last checkpoint of each book that this process saw in the log; from there it never goes back. */
    private final Map<Integer, Checkpoint> seen = new HashMap<>();

    /** What is refused, by the code of the book, as of the last look. */
    private volatile Map<String, Wrong> refused = Map.of();

    private List<Log> circle = List.of();
    private int inCircle;
    private long nextTile;
    private long circleEndedNanos;

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

    /** Does a step for each book that is due. True when one has more than a step took. A book that fails does not stop others. */
    boolean round() {
        store.addBooks();
        List<Log> due = store.due();
        tell(due);
        boolean more = false;
        RuntimeException fault = null;
        for (Log log : due) {
            try {
                more |= integrate(log);
            } catch (RuntimeException e) {
                fault = e;
            }
        }
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

    private boolean integrate(Log log) {
        try (Turn turn = store.begin(log.book())) {
            if (turn == null) {
                return false;
            }
            long size = turn.size();
            Optional<SignedCheckpoint> last = turn.checkpoint();
            RightEdge edge = new RightEdge(size, turn.tiles(RightEdge.needed(size)));
            Wrong wrong = stillWrong(log.book(), turn);
            if (wrong == null) {
                wrong = wrongRecord(log.book(), turn, last, edge);
            }
            long open = size - size % Tile.FULL;
            int most = (int) (size - open) + MOST;
            List<Leaf> leaves = List.of();
            if (wrong == null) {
                leaves = turn.entries(open, most);
                wrong = append(leaves, open, edge, leaves.size() < most ? log.lastSeq() : 0);
            }
            if (wrong != null) {
                refuse(turn, wrong);
                return false;
            }
            if (edge.size() > size || last.isEmpty()) {
                turn.append(edge.takeAdded());
                SigningKey key = keys.of(log.code());
                Checkpoint checkpoint = new Checkpoint(key.verification().name(), edge.size(), edge.root());
                turn.sign(edge.size(), checkpoint.sign(key).toString(), key.verification());
                turn.moveTo(edge.size());
                turn.commit();
                seen.put(log.book(), checkpoint);
                metrics.integrated(edge.size() - size);
            } else if (turn.refused() != null) {
                turn.moveTo(size);
                turn.commit();
            }
            return leaves.size() == most;
        }
    }

    private void refuse(Turn turn, Wrong wrong) {
        if (!wrong.equals(turn.refused())) {
            turn.refuse(wrong);
            turn.commit();
        }
    }

    /** What was wrong when it was last looked at, in a tile that is closed, if it still is. */
    private @Nullable Wrong stillWrong(int book, Turn turn) {
        Wrong was = turn.refused();
        if (was == null || was.seq() < 1 || was.seq() > turn.size()) {
            return null;
        }
        return wrongTile(book, (was.seq() - 1) / Tile.FULL, turn.size());
    }

    /** Whether the record gives the root that was signed, and is not an older one than this process has seen. */
    private @Nullable Wrong wrongRecord(int book, Turn turn, Optional<SignedCheckpoint> last, RightEdge edge) {
        long size = turn.size();
        Checkpoint before = seen.get(book);
        if (before != null && before.size() > size) {
            return new Wrong(before.size(), Reason.RECORD_CHANGED);
        }
        if (last.isEmpty()) {
            return size == 0 ? null : new Wrong(size, Reason.RECORD_CHANGED);
        }
        try {
            Checkpoint signed = Checkpoint.verified(last.get().note(), turn.keys());
            boolean same =
                    before == null || before.size() < size || before.root().equals(signed.root());
            if (same && signed.size() == size && signed.root().equals(edge.root())) {
                seen.put(book, signed);
                return null;
            }
        } catch (IllegalArgumentException notOurs) {
            // It is no signed checkpoint any more.
        }
        return new Wrong(size, Reason.RECORD_CHANGED);
    }

    /**
     * Compares the entries of the open tile with the record, and appends those behind it.
     *
     * @param lastSeq up to which entry there must be some; 0 when not all were read
     */
    private static @Nullable Wrong append(List<Leaf> leaves, long open, RightEdge edge, long lastSeq) {
        byte[] known = edge.leaves();
        long size = edge.size();
        long seq = open;
        for (Leaf leaf : leaves) {
            seq++;
            if (leaf.seq() != seq) {
                return new Wrong(seq, Reason.ENTRY_MISSING);
            }
            boolean changed = !leaf.hash().equals(leaf.recorded())
                    || seq <= size && !leaf.hash().equals(Hash.at(known, (int) (seq - open - 1)));
            if (changed) {
                return new Wrong(seq, Reason.ENTRY_CHANGED);
            }
            if (seq > size) {
                edge.append(leaf.hash());
            }
        }
        return seq < Math.max(size, lastSeq) ? new Wrong(seq + 1, Reason.ENTRY_MISSING) : null;
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
        try (Turn turn = store.begin(book)) {
            if (turn != null && turn.refused() == null) {
                refuse(turn, wrong);
            }
            return turn != null;
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
        return wrongEntry(tile, hashes.getFirst(), store.entries(book, tile.first(), tile.width()));
    }

    private static @Nullable Wrong wrongEntry(Tile tile, byte[] known, List<Leaf> leaves) {
        for (int i = 0; i < tile.width(); i++) {
            long seq = tile.first() + 1 + i;
            if (i >= leaves.size() || leaves.get(i).seq() != seq) {
                return new Wrong(seq, Reason.ENTRY_MISSING);
            }
            Hash hash = leaves.get(i).hash();
            if (!hash.equals(leaves.get(i).recorded()) || !hash.equals(Hash.at(known, i))) {
                return new Wrong(seq, Reason.ENTRY_CHANGED);
            }
        }
        return null;
    }
}
