package org.moralbank.ledger;

/** What an account counts in. The two are never converted into one another. */
public enum Unit {
    /** Whole minutes of service. */
    MIN,
    /** Hundredths of a point. */
    PTS
}
