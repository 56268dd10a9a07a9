package org.moralbank.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tiles and entry bundles, as c2sp.org/tlog-tiles has them. */
class TilesTest {
    @Test
    void hasThePathsOfTheSpecification() {
        assertThat(new Tile(0, 1_234_067, 256).path()).isEqualTo("x001/x234/067");
        assertThat(new Tile(3, 0, 8).path()).isEqualTo("000.p/8");
        assertThat(new Tile(0, 999, 256).path()).isEqualTo("999");
        assertThat(new Tile(0, 1_000, 1).path()).isEqualTo("x001/000.p/1");
        assertThat(Tile.parse(0, "x001/x234/067")).isEqualTo(new Tile(0, 1_234_067, 256));
        assertThat(Tile.parse(63, "x001/000.p/255")).isEqualTo(new Tile(63, 1_000, 255));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "00",
                "0000",
                "x001",
                "001/000",
                "x000/001",
                "x1/000",
                "x001/x000",
                "000.p/0",
                "000.p/256",
                "000.p/08",
                "000.p/",
                "000.p",
                "000.p/1/",
                "000/",
                "/000",
                "-01",
                "x001/000.p/x01",
                "x001//000",
                "x999/x999/x999/x999/x999/x999/999"
            })
    void refusesWhatIsNoPath(String path) {
        assertThatThrownBy(() -> Tile.parse(0, path)).hasMessage("no path of a tile: " + path);
    }

    @Test
    void refusesALevelBeyondTheLast() {
        assertThat(Tile.parse(63, "000").level()).isEqualTo(63);
        assertThatThrownBy(() -> Tile.parse(64, "000")).hasMessageStartingWith("no tile: level 64");
        assertThatThrownBy(() -> Tile.parse(-1, "000")).hasMessageStartingWith("no tile: level -1");
    }

    /** The specification's own example. */
    @Test
    void aTreeOf70000HasTheTilesOfTheSpecification() {
        assertThat(Tile.hashes(0, 70_000)).isEqualTo(273 * 256 + 112);
        assertThat(Tile.hashes(1, 70_000)).isEqualTo(256 + 17);
        assertThat(Tile.hashes(2, 70_000)).isEqualTo(1);
        assertThat(Tile.hashes(3, 70_000)).isZero();
        assertThat(Tile.hashes(63, Long.MAX_VALUE)).isZero();
        assertThat(Tile.hashes(1, 256)).isEqualTo(1);
    }

    /** Proofs out of tiles are those out of the whole tree, and need the tiles that were said to be needed and no others. */
    @ParameterizedTest
    @MethodSource("seeds")
    void proofsAreMadeOfTiles(long seed) {
        Random random = new Random(seed);
        int size = seed == 1 ? 65_536 + 300 : 1 + random.nextInt(3_000);
        Subtrees tree = TreeTest.subtrees(NaiveTree.leaves(size));
        Set<String> read = new TreeSet<>();
        Tiles tiles = new Tiles(size, tile -> {
            read.add(tile.toString());
            return tile(tree).apply(tile);
        });
        long index = random.nextInt(size);
        long from = 1 + random.nextInt(size);

        assertThat(Inclusion.of(index, size, tiles)).isEqualTo(Inclusion.of(index, size, tree));
        assertThat(names(Tiles.needed(size, all -> Inclusion.of(index, size, all))))
                .isEqualTo(read);
        assertThat(Consistency.of(from, size, tiles)).isEqualTo(Consistency.of(from, size, tree));
        read.clear();
        assertThat(tiles.root(size)).isEqualTo(tree.root(size));
        assertThat(names(Tiles.needed(size, all -> all.root(size)))).isEqualTo(read);
        assertThat(read).hasSizeLessThanOrEqualTo(3);
    }

    private static Set<String> names(Set<Tile> tiles) {
        Set<String> names = new TreeSet<>();
        tiles.forEach(tile -> names.add(tile.toString()));
        return names;
    }

    private static Function<Tile, byte[]> tile(Subtrees tree) {
        return tile -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            for (int i = 0; i < tile.width(); i++) {
                out.writeBytes(tree.root(8 * tile.level(), tile.first() + i).bytes());
            }
            return out.toByteArray();
        };
    }

    @Test
    void aFullTileIsAHashOfTheLevelAbove() {
        Subtrees tree = TreeTest.subtrees(NaiveTree.leaves(600));

        assertThat(Tiles.above(tile(tree).apply(new Tile(0, 1, 256)))).isEqualTo(tree.root(8, 1));
        assertThatThrownBy(() -> Tiles.above(new byte[32])).hasMessage("a full tile has 8192 bytes, not 32");
    }

    @Test
    void refusesATileOfAnotherWidth() {
        Tiles tiles = new Tiles(3, tile -> new byte[32]);

        assertThatThrownBy(() -> tiles.root(3)).hasMessageEndingWith("has 32 bytes");
    }

    // ---- entry bundles -----------------------------------------------------------------------------------------

    @Test
    void aBundleHasEachLeafBehindItsLength() {
        byte[] longest = new byte[65_535];
        longest[65_534] = 7;
        List<byte[]> leaves = List.of(new byte[] {1, 2, 3}, new byte[0], longest);

        byte[] bundle = EntryBundle.of(leaves);

        assertThat(bundle).startsWith(0, 3, 1, 2, 3, 0, 0, 255, 255).hasSize(3 * 2 + 3 + 65_535);
        assertThat(Bundles.read(bundle)).containsExactlyElementsOf(leaves);
    }

    @Test
    void refusesALeafThatIsTooLong() {
        assertThatThrownBy(() -> EntryBundle.of(List.of(new byte[65_536])))
                .hasMessage("a bundle has no room for a leaf of 65536 bytes");
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 30);
    }
}
