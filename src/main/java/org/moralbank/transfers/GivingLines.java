package org.moralbank.transfers;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.moralbank.linejobs.LineKind;

/** What the lines of jobs can be of this package. */
@Singleton
class GivingLines {
    @Produces
    @Singleton
    LineKind transfers() {
        return TransfersResource.LINES;
    }

    @Produces
    @Singleton
    LineKind gifts() {
        return GiftsResource.LINES;
    }

    @Produces
    @Singleton
    LineKind donations() {
        return DonationsResource.LINES;
    }

    @Produces
    @Singleton
    LineKind grants() {
        return GrantsResource.LINES;
    }

    @Produces
    @Singleton
    LineKind openings() {
        return OpeningsResource.LINES;
    }
}
