package org.moralbank.audit;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Sha256;

/**
 * How entries are drawn. Chance comes from SHA-256 of the seed alone, so that anybody can draw the same sample again with any
 * tool, for ever: an entry's lot is {@code SHA-256(seed ":" seq)}.
 */
final class Sample {
    private static final SecureRandom RANDOM = new SecureRandom();

    private Sample() {}

    /** By what the chance of an entry goes. */
    enum Method {
        /** Each entry has the same chance: those with the smallest lots are drawn. */
        RANDOM,
        /** The same within each kind of entry, in proportion to their numbers. */
        STRATIFIED,
        /** Each minute or hundredth of a point has the same chance: every n-th one of the running total draws its entry. */
        MONETARY_UNIT
    }

    /**
     * What is drawn from.
     *
     * @param type only these, or all
     * @param unit only these, or all
     */
    record Range(
            long first,
            long last,
            @Nullable EntryType type,
            @Nullable Unit unit) {}

    /** Entries of one kind: how many there are, and how many are drawn of them. */
    record Stratum(EntryType type, Unit unit, long entries, int drawn) {}

    /** An entry that was drawn, and how often: an amount may be several times the interval. */
    record Hit(long seq, long times) {}

    /** A seed that nobody has chosen. */
    static String seed() {
        byte[] bytes = new byte[8];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Where the first point of a running total of {@code size × total} lies: 0 to total - 1, each as likely. */
    static BigInteger start(String seed, BigInteger total) {
        return new BigInteger(1, Sha256.of(seed)).mod(total);
    }

    /**
     * Says how many are drawn of each: in proportion to their numbers, the rest to the largest remainders (Hamilton); one of
     * each at least where the size allows it.
     */
    static List<Stratum> allotted(List<Stratum> strata, int size) {
        long all = strata.stream().mapToLong(Stratum::entries).sum();
        long wanted = Math.min(size, all);
        boolean oneEach = wanted >= strata.size();
        int[] drawn = new int[strata.size()];
        long left = wanted;
        for (int i = 0; i < drawn.length; i++) {
            long share = Math.multiplyExact(wanted, strata.get(i).entries()) / all;
            drawn[i] = (int) (oneEach ? Math.max(1, share) : share);
            left -= drawn[i];
        }
        List<Integer> byRemainder = new ArrayList<>();
        for (int i = 0; i < drawn.length; i++) {
            byRemainder.add(i);
        }
        byRemainder.sort(
                Comparator.comparingLong((Integer i) -> -(wanted * strata.get(i).entries() % all)));
        for (int turn = 0; left > 0; turn++) {
            int i = byRemainder.get(turn % drawn.length);
            if (drawn[i] < strata.get(i).entries()) {
                drawn[i]++;
                left--;
            }
        }
        // One of each can come to more than the size: the largest give it back.
        while (left < 0) {
            int most = 0;
            for (int i = 1; i < drawn.length; i++) {
                most = drawn[i] > drawn[most] ? i : most;
            }
            drawn[most]--;
            left++;
        }
        List<Stratum> allotted = new ArrayList<>();
        for (int i = 0; i < drawn.length; i++) {
            Stratum one = strata.get(i);
            allotted.add(new Stratum(one.type(), one.unit(), one.entries(), drawn[i]));
        }
        return allotted;
    }
}
