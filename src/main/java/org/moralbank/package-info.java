/** Moral Bank: a double-entry ledger microservice for volunteer moral banks and time banks. */
@org.jspecify.annotations.NullMarked
package org.moralbank;
