package org.moralbank.verifier;

import java.io.InputStream;

final class TrialBalance {
    static final String NAME = "trial-balance.csv";

    static long check(InputStream in, BookSoFar book) {
        return -1;
    }
}
