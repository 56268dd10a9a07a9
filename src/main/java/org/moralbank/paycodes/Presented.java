package org.moralbank.paycodes;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A code that was taken.
 *
 * @param member who pays
 * @param voucher what a voucher brings along; null for a pay code
 */
public record Presented(String member, @Nullable PutBy voucher) {
    /**
     * The points that a voucher holds.
     *
     * @param voucher its id, for {@link ShownCode#giveBack}
     * @param hold to be captured with {@link org.moralbank.ledger.Ledger#capture}, which releases what is not taken
     * @param amount in hundredths of a point: no more can be captured
     */
    public record PutBy(UUID voucher, UUID hold, long amount) {}
}
