package org.moralbank.members;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.EntryView;
import org.moralbank.ledger.Unit;

/** A write-off as the API answers it. */
@Schema(
        name = "WriteOff",
        description = "What a member, team or merchant owed and could not pay, and the community bears.")
public record WriteOffView(
        @Schema(description = "Id of the member, team or merchant", examples = "M-BHL-H0001")
        String owner,

        @Schema(description = "In minor parts of the unit", examples = "400")
        long amount,

        Unit unit,

        @Schema(description = "What is still owed after it, and may be paid from what is there", examples = "0")
        long owedAfter,

        List<EntryView> entries) {}
