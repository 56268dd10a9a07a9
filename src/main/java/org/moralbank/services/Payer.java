package org.moralbank.services;

/** Where the minutes of a service come from. */
public enum Payer {
    /** They are newly stored, where the book lets a service earn time. */
    ISSUED,
    /** The recipient pays them with his own time. */
    RECIPIENT
}
