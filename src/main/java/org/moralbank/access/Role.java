package org.moralbank.access;

/** What a client may be. */
public enum Role {
    /** Runs the installation: books, clients, merchants, openings. */
    OPERATOR,
    /** A community's staff: members, services, grants, corrections. */
    COORDINATOR,
    /** A community's app: acts for its members. */
    APP,
    /** A merchant's till: redemptions of its merchant. */
    TERMINAL,
    /** Reads everything of its books, changes nothing. */
    AUDITOR
}
