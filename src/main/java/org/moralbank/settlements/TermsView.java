package org.moralbank.settlements;

import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a book pays merchants with, as the API shows it. */
@Schema(name = "SettlementTerms", description = "What a book pays merchants with.")
record TermsView(
        @Schema(description = "Hundredths of a CNY for a whole point; 100 where nothing was said", examples = "100")
        int fenPerPoint,

        @Schema(description = "The ETag; 0 where nothing was said", examples = "1")
        long version) {
    static TermsView of(Terms terms) {
        return new TermsView(terms.fenPerPoint(), terms.version());
    }
}
