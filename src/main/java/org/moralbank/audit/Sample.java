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
        /** The same within each kind of entry, one of each and the others in proportion to their numbers. */
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
     * Says how many are drawn of each: one, and of what is left of the size after that a part in proportion to the others of
     * its kind, {@code entries - 1}, by the largest remainders (Hamilton), among equals by the order of the strata. Where the
     * size is less than one each, all of it in proportion to {@code entries}.
     *
     * <p>So none is drawn more often than it can be, and of a larger stratum never less than of a smaller.
     */
    static List<Stratum> allotted(List<Stratum> strata, int size) {
        long all = strata.stream().mapToLong(Stratum::entries).sum();
        long wanted = Math.min(size, all);
        int least = wanted >= strata.size() ? 1 : 0;
        long divided = wanted - (long) least * strata.size();
        long among = Math.max(1, all - (long) least * strata.size());
        int[] drawn = new int[strata.size()];
        long[] remainders = new long[strata.size()];
        List<Integer> byRemainder = new ArrayList<>();
        long left = divided;
        for (int i = 0; i < drawn.length; i++) {
            long product = Math.multiplyExact(divided, strata.get(i).entries() - least);
            drawn[i] = least + (int) (product / among);
            remainders[i] = product % among;
            left -= product / among;
            byRemainder.add(i);
        }
        byRemainder.sort(Comparator.comparingLong((Integer i) -> -remainders[i]));
        for (int i : byRemainder.subList(0, (int) left)) {
            drawn[i]++;
        }
        List<Stratum> allotted = new ArrayList<>();
        for (int i = 0; i < drawn.length; i++) {
            Stratum one = strata.get(i);
            allotted.add(new Stratum(one.type(), one.unit(), one.entries(), drawn[i]));
        }
        return allotted;
    }
}
