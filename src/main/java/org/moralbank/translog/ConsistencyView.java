package org.moralbank.translog;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.proofs.Consistency;
import org.moralbank.proofs.Hash;

/** A consistency proof, as it is shown. */
@Schema(
        name = "LogConsistency",
        description = "That a log begins with all that it was before (RFC 9162 section 2.1.4).")
record ConsistencyView(
        @Schema(description = "The earlier size", examples = "12")
        long from,

        @Schema(description = "The later size", examples = "782")
        long to,

        @Schema(
                description = "The hashes of the proof in base64, in the order of the RFC",
                examples = "[\"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\"]")
        List<String> proof) {
    static ConsistencyView of(Consistency consistency) {
        return new ConsistencyView(
                consistency.from(),
                consistency.to(),
                consistency.path().stream().map(Hash::base64).toList());
    }
}
