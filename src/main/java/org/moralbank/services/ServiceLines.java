package org.moralbank.services;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.moralbank.linejobs.LineKind;

/** What the lines of jobs can be of this package. */
@Singleton
class ServiceLines {
    @Produces
    @Singleton
    LineKind serviceRecords() {
        return ServiceRecordsResource.LINES;
    }
}
