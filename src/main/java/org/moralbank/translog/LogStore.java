package org.moralbank.translog;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
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
            FROM unnest($1::smallint[], $2::integer[], $3::bigint[], $4::bigint[])
                WITH ORDINALITY AS t (book_id, level, first, after, place)
            JOIN log_hash h ON h.book_id = t.book_id AND h.level = t.level AND h.first >= t.first AND h.first < t.after
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
        return pool.preparedQuery(CHECKPOINT)
                .execute(Tuple.of((short) book, size))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(signed(row, 0));
                    }
                    return Optional.empty();
                });
    }

    /** The size, the note and when it was signed, which begin at this column. */
    static SignedCheckpoint signed(Row row, int column) {
        return new SignedCheckpoint(
                row.getLong(column),
                row.getString(column + 1),
                row.getOffsetDateTime(column + 2).toInstant());
    }

    /** The newest key first. */
    Uni<List<VerificationKey>> keys(int book) {
        return pool.preparedQuery(KEYS).execute(Tuple.of((short) book)).map(rows -> {
            List<VerificationKey> keys = new ArrayList<>();
            for (Row row : rows) {
                keys.add(VerificationKey.parse(row.getString(0)));
            }
            return keys;
        });
    }

    /** The hashes of tiles, by the tile; without those that are not recorded in whole. */
    Uni<Map<Tile, byte[]>> tiles(int book, Collection<Tile> tiles) {
        return tiles(pool, Map.of(book, tiles)).map(found -> found.getOrDefault(book, Map.of()));
    }

    private record TileOf(int book, Tile tile) {}

    /** The same of several books, by the book. */
    static Uni<Map<Integer, Map<Tile, byte[]>>> tiles(SqlClient client, Map<Integer, Collection<Tile>> ofBooks) {
        List<TileOf> asked = new ArrayList<>();
        ofBooks.forEach((book, tiles) -> tiles.forEach(tile -> asked.add(new TileOf(book, tile))));
        Tuple arguments = Tuple.tuple()
                .addArrayOfShort(asked.stream().map(each -> (short) each.book).toArray(Short[]::new))
                .addArrayOfInteger(asked.stream().map(each -> each.tile.level()).toArray(Integer[]::new))
                .addArrayOfLong(asked.stream().map(each -> each.tile.first()).toArray(Long[]::new))
                .addArrayOfLong(asked.stream()
                        .map(each -> each.tile.first() + each.tile.width())
                        .toArray(Long[]::new));
        return client.preparedQuery(TILES).execute(arguments).map(rows -> {
            Map<TileOf, ByteArrayOutputStream> read = new LinkedHashMap<>();
            for (Row row : rows) {
                read.computeIfAbsent(asked.get(row.getLong(0).intValue() - 1), first -> new ByteArrayOutputStream())
                        .writeBytes(row.getBuffer(1).getDelegate().getBytes());
            }
            Map<Integer, Map<Tile, byte[]>> whole = new HashMap<>();
            read.forEach((each, hashes) -> {
                int length = each.tile.width() * Hash.BYTES;
                // A row may go on behind a tile that is not full.
                if (hashes.size() >= length) {
                    whole.computeIfAbsent(each.book, first -> new LinkedHashMap<>())
                            .put(each.tile, Arrays.copyOf(hashes.toByteArray(), length));
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
