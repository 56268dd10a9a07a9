package org.moralbank.translog;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.Tile;
import org.moralbank.proofs.VerificationKey;

/** Reads of the log, one SELECT each, all of them ranges of primary keys. */
@ApplicationScoped
class LogStore {
    /** The newest of at most a size. */
    private static final String CHECKPOINT = """
            SELECT size, note, signed_at
            FROM log_checkpoint
            WHERE book_id = $1 AND size <= $2
            ORDER BY size DESC
            LIMIT 1
            """;

    private static final String KEYS = "SELECT key FROM log_key WHERE book_id = $1 ORDER BY at DESC, since DESC";

    private static final String TILES = """
            SELECT t.place, h.hashes
            FROM unnest($2::integer[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS t (level, first, after, place)
            JOIN log_hash h ON h.book_id = $1 AND h.level = t.level AND h.first >= t.first AND h.first < t.after
            ORDER BY t.place, h.first
            """;

    /** What is not signed for yet is not given out. */
    private static final String BUNDLE = """
            SELECT e.canonical
            FROM log_book b
            JOIN ledger_entry e ON e.book_id = b.book_id AND e.seq > $2 AND e.seq <= $2 + $3
            WHERE b.book_id = $1 AND b.size >= $2 + $3
            ORDER BY e.seq
            """;

    private static final String STANDING = """
            SELECT b.size, e.last_seq, b.refused_seq, b.refused, b.refused_at
            FROM ledger_book e
            LEFT JOIN log_book b USING (book_id)
            WHERE e.book_id = $1
            """;

    private final Pool pool;

    LogStore(Pool pool) {
        this.pool = pool;
    }

    /** The newest checkpoint of at most this size. */
    Uni<Optional<SignedCheckpoint>> checkpoint(int book, long size) {
        return checkpoint(pool, book, size);
    }

    static Uni<Optional<SignedCheckpoint>> checkpoint(SqlClient client, int book, long size) {
        return client.preparedQuery(CHECKPOINT)
                .execute(Tuple.of((short) book, size))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(new SignedCheckpoint(
                                row.getLong(0),
                                row.getString(1),
                                row.getOffsetDateTime(2).toInstant()));
                    }
                    return Optional.empty();
                });
    }

    /** The newest key first. */
    Uni<List<VerificationKey>> keys(int book) {
        return keys(pool, book);
    }

    static Uni<List<VerificationKey>> keys(SqlClient client, int book) {
        return client.preparedQuery(KEYS).execute(Tuple.of((short) book)).map(rows -> {
            List<VerificationKey> keys = new ArrayList<>();
            for (Row row : rows) {
                keys.add(VerificationKey.parse(row.getString(0)));
            }
            return keys;
        });
    }

    /** The hashes of tiles, by the tile; without those that are not recorded in whole. */
    Uni<Map<Tile, byte[]>> tiles(int book, Collection<Tile> tiles) {
        return tiles(pool, book, tiles);
    }

    static Uni<Map<Tile, byte[]>> tiles(SqlClient client, int book, Collection<Tile> tiles) {
        List<Tile> asked = List.copyOf(tiles);
        Tuple arguments = Tuple.tuple()
                .addShort((short) book)
                .addArrayOfInteger(asked.stream().map(Tile::level).toArray(Integer[]::new))
                .addArrayOfLong(asked.stream().map(Tile::first).toArray(Long[]::new))
                .addArrayOfLong(
                        asked.stream().map(tile -> tile.first() + tile.width()).toArray(Long[]::new));
        return client.preparedQuery(TILES).execute(arguments).map(rows -> {
            Map<Tile, ByteArrayOutputStream> read = new LinkedHashMap<>();
            for (Row row : rows) {
                read.computeIfAbsent(asked.get(row.getLong(0).intValue() - 1), first -> new ByteArrayOutputStream())
                        .writeBytes(row.getBuffer(1).getDelegate().getBytes());
            }
            Map<Tile, byte[]> whole = new LinkedHashMap<>();
            read.forEach((tile, hashes) -> {
                int length = tile.width() * Hash.BYTES;
                // A row may go on behind a tile that is not full.
                if (hashes.size() >= length) {
                    whole.put(tile, java.util.Arrays.copyOf(hashes.toByteArray(), length));
                }
            });
            return whole;
        });
    }

    /** The sealed bytes of the entries of a tile of leaves; empty when the log does not have them all. */
    Uni<List<byte[]>> entries(int book, Tile tile) {
        return pool.preparedQuery(BUNDLE)
                .execute(Tuple.of((short) book, tile.first(), (long) tile.width()))
                .map(rows -> {
                    List<byte[]> entries = new ArrayList<>(rows.size());
                    for (Row row : rows) {
                        entries.add(row.getBuffer(0).getDelegate().getBytes());
                    }
                    return entries.size() == tile.width() ? entries : List.of();
                });
    }

    /** How far a log is behind its book, and whether it is refused. */
    record Standing(long size, long lastSeq, Optional<Refused> refused) {}

    Uni<Standing> standing(int book) {
        return pool.preparedQuery(STANDING).execute(Tuple.of((short) book)).map(rows -> {
            Row row = rows.iterator().next();
            Optional<Refused> refused = row.getLong(2) == null
                    ? Optional.empty()
                    : Optional.of(new Refused(
                            row.getLong(2),
                            Refused.Reason.valueOf(row.getString(3)),
                            row.getOffsetDateTime(4).toInstant()));
            return new Standing(row.getLong(0) == null ? 0 : row.getLong(0), row.getLong(1), refused);
        });
    }
}
