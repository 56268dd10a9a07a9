package org.moralbank.settlements;

import java.time.LocalDate;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.Unit;

/** What became of a merchant's payable in a time. */
@Schema(
        name = "SettlementStatement",
        description =
                "closing = opening + sales + captures - refunds - waived - closed + rejected + writtenOff + other,"
                        + " in hundredths of a point. Days are those of posting.")
record SettlementStatement(
        @Schema(examples = "MER-LS-01") String merchant,
        LocalDate from,
        LocalDate to,
        Unit unit,

        @Schema(description = "What the merchant was owed before; below zero when it owed", examples = "0")
        long opening,

        @Schema(description = "Sold at once, at tills that were offline, and to members of other books")
        long sales,

        @Schema(description = "Captured from authorizations")
        long captures,

        @Schema(description = "Refunded, and reversed by terminals")
        long refunds,

        @Schema(description = "Given away by the merchant") long waived,
        @Schema(description = "Closed for payment") long closed,

        @Schema(description = "Closed for payment, and not paid: owed again")
        long rejected,

        @Schema(description = "Owed by the merchant, and borne by the community")
        long writtenOff,

        @Schema(description = "All else, with its sign: what was reversed by hand")
        long other,

        @Schema(description = "What the merchant is owed at the end")
        long closing,

        @Schema(description = "How many postings of the payable there were")
        long count,

        @Schema(description = "Paid in this time, whenever it was closed: it is no longer part of the payable")
        long paid,

        @Schema(description = "What that was paid with, in fen: a memo")
        long paidAmount) {
    private static final String CSV_HEADER =
            "merchant,from,to,unit,opening,sales,captures,refunds,waived,closed,rejected,"
                    + "writtenOff,other,closing,count,paid,paidAmount\r\n";

    /** A header and a row (RFC 4180); no value has a comma. */
    String csv() {
        return CSV_HEADER + merchant + ',' + from + ',' + to + ',' + unit + ',' + opening + ',' + sales + ',' + captures
                + ',' + refunds + ',' + waived + ',' + closed + ',' + rejected + ',' + writtenOff + ',' + other + ','
                + closing + ','
                + count
                + ',' + paid + ',' + paidAmount + "\r\n";
    }
}
