package org.moralbank.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Roots and proofs: against the vectors of Certificate Transparency (RFC 6962), and against the definitions themselves. */
class TreeTest {
    private static final List<byte[]> LEAVES = Arrays.stream(
                    ",00,10,2021,3031,40414243,5051525354555657,606162636465666768696a6b6c6d6e6f".split(",", -1))
            .map(HexFormat.of()::parseHex)
            .toList();

    /** Of the first 0, 1, 2 … 8 of those leaves. */
    private static final List<String> ROOTS = List.of(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");

    // ---- vectors -----------------------------------------------------------------------------------------------

    @Test
    void hasTheRootsOfCertificateTransparency() {
        Frontier frontier = new Frontier();
        assertThat(frontier.root().hex()).isEqualTo(ROOTS.getFirst());
        for (int size = 1; size <= LEAVES.size(); size++) {
            frontier.append(Hash.leaf(LEAVES.get(size - 1)));

            assertThat(frontier.root().hex()).as("of %d leaves", size).isEqualTo(ROOTS.get(size));
            assertThat(subtrees(LEAVES).root(size).hex()).isEqualTo(ROOTS.get(size));
        }
    }

    /** A receipt of a leaf knows the tree of those before it. */
    @Test
    void theTreeBeforeALeafIsOnTheLeftOfItsWayToTheRoot() {
        for (int size = 1; size <= 70; size++) {
            List<byte[]> leaves = NaiveTree.leaves(size);
            for (int m = 0; m < size; m++) {
                Frontier before = new Inclusion(m, size, NaiveTree.path(m, leaves)).before();

                assertThat(before.size()).isEqualTo(m);
                assertThat(before.root()).isEqualTo(NaiveTree.root(leaves.subList(0, m)));
                for (int i = m; i < size; i++) {
                    before.append(Hash.leaf(leaves.get(i)));
                }
                assertThat(before.root()).isEqualTo(NaiveTree.root(leaves));
            }
        }
        assertThatThrownBy(() -> new Inclusion(3, 8, List.of()).before())
                .hasMessage("the path is not one to leaf 3 of 8");
    }

    @Test
    void hasTheInclusionProofsOfCertificateTransparency() {
        assertThat(inclusion(0, 1)).isEmpty();
        assertThat(inclusion(0, 8))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(inclusion(5, 8))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(inclusion(2, 3)).containsExactly("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    }

    @Test
    void hasTheConsistencyProofsOfCertificateTransparency() {
        assertThat(consistency(1, 1)).isEmpty();
        assertThat(consistency(2, 8))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(consistency(6, 8))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(consistency(2, 5))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    private static List<String> inclusion(long index, long size) {
        return hex(Inclusion.of(index, size, subtrees(LEAVES)).path());
    }

    private static List<String> consistency(long from, long to) {
        return hex(Consistency.of(from, to, subtrees(LEAVES)).path());
    }

    private static List<String> hex(List<Hash> hashes) {
        return hashes.stream().map(Hash::hex).toList();
    }

    // ---- against the definitions -------------------------------------------------------------------------------

    /** Every tree up to 70 leaves, so that every shape of six levels comes up. */
    @Test
    void makesEveryProofAsTheDefinitionsDoAndBelievesIt() {
        List<byte[]> all = NaiveTree.leaves(70);
        Subtrees tree = subtrees(all);
        for (int size = 1; size <= all.size(); size++) {
            List<byte[]> d = all.subList(0, size);
            Hash root = NaiveTree.root(d);
            assertThat(tree.root(size)).isEqualTo(root);
            assertThat(Frontier.of(size, tree).root()).isEqualTo(root);
            for (int m = 0; m < size; m++) {
                Inclusion inclusion = Inclusion.of(m, size, tree);
                assertThat(inclusion.path()).isEqualTo(NaiveTree.path(m, d));
                assertThat(inclusion.proves(Hash.leaf(d.get(m)), root)).isTrue();
                Consistency consistency = Consistency.of(m + 1, size, tree);
                assertThat(consistency.path()).isEqualTo(NaiveTree.proof(m + 1, d));
                assertThat(consistency.proves(NaiveTree.root(d.subList(0, m + 1)), root))
                        .isTrue();
            }
        }
    }

    @Test
    void aFrontierThatIsTakenUpAgainGrowsOn() {
        List<byte[]> all = NaiveTree.leaves(70);
        for (int size = 0; size < all.size(); size++) {
            Frontier frontier = Frontier.of(size, subtrees(all));
            for (int i = size; i < all.size(); i++) {
                frontier.append(Hash.leaf(all.get(i)));
            }

            assertThat(frontier.size()).isEqualTo(all.size());
            assertThat(frontier.root()).isEqualTo(NaiveTree.root(all));
        }
    }

    /** What is wrong with one thing is not believed: another leaf, place, size, root or path. */
    @ParameterizedTest
    @MethodSource("seeds")
    void believesNoProofThatIsWrongInOneThing(long seed) {
        Random random = new Random(seed);
        int size = 2 + random.nextInt(600);
        List<byte[]> d = NaiveTree.leaves(size);
        Subtrees tree = subtrees(d);
        Hash root = tree.root(size);
        int index = random.nextInt(size);
        Hash leaf = Hash.leaf(d.get(index));
        Inclusion inclusion = Inclusion.of(index, size, tree);
        Hash other = Hash.leaf(new byte[] {42});

        assertThat(inclusion.proves(leaf, root)).isTrue();
        assertThat(inclusion.proves(other, root)).isFalse();
        assertThat(inclusion.proves(leaf, other)).isFalse();
        for (List<Hash> path : spoilt(inclusion.path(), other, random)) {
            assertThat(new Inclusion(index, size, path).proves(leaf, root)).isFalse();
        }
        int elsewhere = random.nextInt(size);
        if (elsewhere != index) {
            assertThat(new Inclusion(elsewhere, size, inclusion.path()).proves(leaf, root))
                    .isFalse();
        }

        int from = 1 + random.nextInt(size - 1);
        Hash earlier = tree.root(from);
        Consistency consistency = Consistency.of(from, size, tree);
        assertThat(consistency.proves(earlier, root)).isTrue();
        assertThat(consistency.proves(other, root)).isFalse();
        assertThat(consistency.proves(earlier, other)).isFalse();
        for (List<Hash> path : spoilt(consistency.path(), other, random)) {
            assertThat(new Consistency(from, size, path).proves(earlier, root)).isFalse();
        }
    }

    private static List<List<Hash>> spoilt(List<Hash> path, Hash other, Random random) {
        List<List<Hash>> spoilt = new ArrayList<>();
        List<Hash> longer = new ArrayList<>(path);
        longer.add(other);
        spoilt.add(longer);
        if (!path.isEmpty()) {
            spoilt.add(path.subList(0, path.size() - 1));
            spoilt.add(path.subList(1, path.size()));
            List<Hash> changed = new ArrayList<>(path);
            changed.set(random.nextInt(path.size()), other);
            spoilt.add(changed);
        }
        return spoilt;
    }

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 40);
    }

    // ---- borders -----------------------------------------------------------------------------------------------

    @Test
    void proofsHaveBorders() {
        Subtrees tree = subtrees(LEAVES);

        assertThatThrownBy(() -> Inclusion.of(8, 8, tree)).hasMessage("a tree of 8 leaves has no leaf 8");
        assertThatThrownBy(() -> new Inclusion(-1, 8, List.of())).hasMessage("a tree of 8 leaves has no leaf -1");
        assertThatThrownBy(() -> new Consistency(0, 8, List.of()))
                .hasMessage("no tree of 8 leaves begins with one of 0");
        assertThatThrownBy(() -> new Consistency(9, 8, List.of()))
                .hasMessage("no tree of 8 leaves begins with one of 9");
        assertThat(Consistency.of(8, 8, tree).proves(tree.root(8), tree.root(8)))
                .isTrue();
        assertThat(Consistency.of(8, 8, tree).proves(tree.root(7), tree.root(8)))
                .isFalse();
    }

    @Test
    void aHashHasOneText() {
        String text = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

        assertThat(Hash.parse(text).base64()).isEqualTo(text);
        // The last digit has two bits that say nothing: with them set it is another text of the same bytes.
        assertThatThrownBy(() -> Hash.parse(text.replace("2I=", "2J="))).hasMessageStartingWith("not base64");
        assertThatThrownBy(() -> Hash.parse(text.replace("=", ""))).hasMessageStartingWith("not base64");
        assertThatThrownBy(() -> Hash.parse("AAAA")).hasMessageStartingWith("not a hash of 32 bytes");
        assertThatThrownBy(() -> Hash.of(new byte[31])).hasMessage("a hash has 32 bytes, not 31");
    }

    static Subtrees subtrees(List<byte[]> leaves) {
        List<List<Hash>> levels = new ArrayList<>();
        levels.add(leaves.stream().map(Hash::leaf).toList());
        while (levels.getLast().size() > 1) {
            List<Hash> below = levels.getLast();
            levels.add(IntStream.range(0, below.size() / 2)
                    .mapToObj(i -> Hash.node(below.get(2 * i), below.get(2 * i + 1)))
                    .toList());
        }
        return (level, index) -> levels.get(level).get((int) index);
    }
}
