package org.moralbank.reports;

import java.time.Instant;
import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Unit;

/** Accounts with their postings: what each had before the period, what was posted to it, what it has. */
public final class GeneralLedger {
    private GeneralLedger() {}

    /** What a line of the general ledger says. */
    @Schema(name = "GeneralLedgerRow")
    public enum Kind {
        /** What the account had before the period. */
        OPENING,
        /** What was posted, with what the account has of it and all before it. */
        POSTING,
        /** What the account has. */
        CLOSING
    }

    /** A line of the general ledger. */
    @Schema(name = "GeneralLedgerLine")
    public record Line(
            Kind row,

            @Schema(description = "The account's id", examples = "2100:M-BHL-H0001:MIN")
            String account,

            Unit unit,

            @Schema(description = "The entry of a posting", examples = "12") @Nullable
            Long seq,

            @Nullable EntryType type,

            @Schema(description = "When it happened, in the community's calendar") @Nullable
            LocalDate occurredOn,

            @Schema(description = "When it was recorded") @Nullable
            Instant postedAt,

            @Schema(description = "The client's own reference") @Nullable
            String reference,

            @Schema(description = "In minor parts of the unit", examples = "60") @Nullable
            Long debit,

            @Schema(description = "In minor parts of the unit") @Nullable
            Long credit,

            @Schema(
                    description = "After it, of what the report counts; above zero where credits outweigh",
                    examples = "1224")
            long balance) {}

    /**
     * A posting of one of some accounts.
     *
     * @param place of its account among them: 0, 1, 2 …
     */
    record Posted(
            int place,
            long seq,
            String type,
            long amount,
            LocalDate occurredOn,
            Instant postedAt,
            @Nullable String reference) {}

    /**
     * How far the general ledger was read: through all of an account, or in it up to a posting.
     *
     * @param account null at the beginning
     * @param isInside whether more postings of the account may follow, and its closing does
     * @param seq the last posting of it that was read
     * @param balance after that
     */
    record Position(@Nullable AccountPath account, int accountId, boolean isInside, long seq, long balance) {
        static final Position BEGINNING = new Position(null, 0, false, 0, 0);
    }

    /** A line, and how far one is behind it. */
    record Read(Line line, Position behind) {
        static Read opening(ReportStore.Begun begun, long before) {
            return of(Kind.OPENING, new Position(begun.account(), begun.id(), true, before, begun.opening()));
        }

        static Read closing(Position position) {
            return of(
                    Kind.CLOSING, new Position(position.account(), position.accountId(), false, 0, position.balance()));
        }

        private static Read of(Kind kind, Position behind) {
            AccountPath account = accountOf(behind);
            return new Read(
                    new Line(
                            kind,
                            account.toString(),
                            account.unit(),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            behind.balance()),
                    behind);
        }

        static Read posting(Position before, Posted posted) {
            AccountPath account = accountOf(before);
            long amount = posted.amount();
            long balance = Math.addExact(before.balance(), amount);
            return new Read(
                    new Line(
                            Kind.POSTING,
                            account.toString(),
                            account.unit(),
                            posted.seq(),
                            EntryType.valueOf(posted.type()),
                            posted.occurredOn(),
                            posted.postedAt(),
                            posted.reference(),
                            amount < 0 ? -amount : null,
                            amount > 0 ? amount : null,
                            balance),
                    new Position(account, before.accountId(), true, posted.seq(), balance));
        }

        private static AccountPath accountOf(Position position) {
            AccountPath account = position.account();
            if (account == null) {
                throw new IllegalStateException("no account has begun: " + position);
            }
            return account;
        }
    }
}
