package org.moralbank.ledger;

/**
 * One line of an entry.
 *
 * @param accountId the account's number in its book
 * @param holder whose account it is
 * @param lot which of his accounts
 * @param amount positive credits the account, in the minor part of the entry's unit; never 0
 * @param balanceAfter what is posted to the account then
 * @param version the how-manieth posting of the account this is
 */
public record Posting(int accountId, Holder holder, Lot lot, long amount, long balanceAfter, long version) {
    /** The account's id in the API and in exports. */
    public String account() {
        return Account.path(holder, lot);
    }
}
