package org.moralbank.ledger;

import java.util.Locale;

/**
 * The business events that post, with how each is taken back.
 *
 * <p>No operation posts some of them, nor is there one that takes these back. The demo does post AWARD_POINTS, EARN_POINTS_TASK,
 * BOOKING_COMPLETE and the four between books, XCOMM_*; nothing posts DEDUCT_POINTS, CONSUME_TIME, NETTING and MEMBER_MOVE. They
 * are known for books that were kept elsewhere and are imported.
 */
public enum EntryType {
    OPENING,
    EARN_TIME,
    EARN_TIME_TEAM,
    GRANT_TIME,
    GRANT_TIME_FROM_POOL,
    GRANT_POINTS,
    EARN_POINTS_SERVICE,
    EARN_POINTS_TASK,
    AWARD_POINTS,
    DEDUCT_POINTS,
    TRANSFER_TIME,
    TRANSFER_POINTS,
    BOOKING_COMPLETE("the booking"),
    GIFT_TIME_KIN,
    DONATE_TIME,
    DONATE_POINTS,
    CONSUME_TIME,
    REDEEM_CAPTURE("a refund or reversal of the redemption"),
    REDEEM_SALE("a refund or reversal of the redemption"),
    REDEEM_SALE_OFFLINE("a refund or reversal of the redemption"),
    REDEEM_REFUND("a new sale"),
    SHORTFALL_RECOVER,
    WRITE_OFF,
    MERCHANT_WAIVE,
    SETTLEMENT_CLOSE("the settlement's rejection"),
    SETTLEMENT_PAID("a new settlement"),
    SETTLEMENT_REJECTED("the settlement's closing"),
    EXPIRE_POINTS,
    EXPIRE_TIME,
    ACCOUNT_CLOSE("a new member"),
    REVERSAL("a new entry"),
    XCOMM_PAY("the payment between books"),
    XCOMM_RECEIVE("the payment between books"),
    XCOMM_REDEEM_OUT("the redemption between books"),
    XCOMM_REDEEM_IN("the redemption between books"),
    NETTING("a new netting run"),
    MEMBER_MOVE("a new move");

    private final String takenBackBy;

    EntryType() {
        this("");
    }

    EntryType(String takenBackBy) {
        this.takenBackBy = takenBackBy;
    }

    /** Whether an entry may be reversed by hand; else it belongs to a life that has an operation for it. */
    public boolean isReversible() {
        return takenBackBy.isEmpty();
    }

    /** What takes such an entry back, where it is not reversed by hand. */
    public String takenBackBy() {
        return takenBackBy;
    }

    /** Whether it brings to its end what was begun before, and so is posted in a closed book, too. */
    boolean isEnd() {
        return switch (this) {
            case BOOKING_COMPLETE,
                    REDEEM_CAPTURE,
                    REDEEM_REFUND,
                    SHORTFALL_RECOVER,
                    WRITE_OFF,
                    MERCHANT_WAIVE,
                    SETTLEMENT_CLOSE,
                    SETTLEMENT_PAID,
                    SETTLEMENT_REJECTED,
                    EXPIRE_POINTS,
                    EXPIRE_TIME,
                    ACCOUNT_CLOSE,
                    REVERSAL,
                    NETTING -> true;
            case OPENING,
                    EARN_TIME,
                    EARN_TIME_TEAM,
                    GRANT_TIME,
                    GRANT_TIME_FROM_POOL,
                    GRANT_POINTS,
                    EARN_POINTS_SERVICE,
                    EARN_POINTS_TASK,
                    AWARD_POINTS,
                    DEDUCT_POINTS,
                    TRANSFER_TIME,
                    TRANSFER_POINTS,
                    GIFT_TIME_KIN,
                    DONATE_TIME,
                    DONATE_POINTS,
                    CONSUME_TIME,
                    REDEEM_SALE,
                    REDEEM_SALE_OFFLINE,
                    XCOMM_PAY,
                    XCOMM_RECEIVE,
                    XCOMM_REDEEM_OUT,
                    XCOMM_REDEEM_IN,
                    MEMBER_MOVE -> false;
        };
    }

    /** For metrics. */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
