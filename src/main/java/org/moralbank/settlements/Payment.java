package org.moralbank.settlements;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What points are paid with: a memo, because no money is in the books.
 *
 * @param fenPerPoint what a point was paid with when the batch was closed
 * @param discountBasisPoints what the merchant leaves of it then, in parts of ten thousand
 * @param grossFen points times rate, rounded to a whole fen, half up
 * @param fen the same less the discount, rounded once, half up, from the exact product; the discount is the difference
 */
record Payment(int fenPerPoint, int discountBasisPoints, long grossFen, long fen) {
    private static final int WHOLE = 10_000;

    /** @param points in hundredths */
    static Payment of(long points, int fenPerPoint, int discountBasisPoints) {
        BigDecimal exact = BigDecimal.valueOf(points, 2).multiply(BigDecimal.valueOf(fenPerPoint));
        BigDecimal left = exact.multiply(BigDecimal.valueOf(WHOLE - discountBasisPoints, 4));
        return new Payment(fenPerPoint, discountBasisPoints, whole(exact), whole(left));
    }

    private static long whole(BigDecimal fen) {
        return fen.setScale(0, RoundingMode.HALF_UP).longValueExact();
    }

    long discountFen() {
        return grossFen - fen;
    }
}
