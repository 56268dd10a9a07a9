package org.moralbank.ledger;

import org.jspecify.annotations.Nullable;

/** Which accounts of a book are meant; what is null restricts nothing. */
record AccountFilter(
        @Nullable String code,
        @Nullable String owner,
        @Nullable Unit unit,
        Account.@Nullable Status status) {
    static final AccountFilter ALL = new AccountFilter(null, null, null, null);
}
