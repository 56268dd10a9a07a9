package org.moralbank.access;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An API client.
 *
 * @param id internal; 1, 2, 3 …
 * @param name as the API and the entries show it
 * @param books codes of the books it may use; {@code *} is every book
 * @param merchant the merchant that a TERMINAL sees, else null
 * @param terminal the terminal of that merchant that it is; null where it is none in particular
 */
public record Client(
        int id,
        String name,
        Set<Role> roles,
        Set<String> books,
        @Nullable String merchant,
        @Nullable String terminal) {
    public static final String EVERY_BOOK = "*";

    public boolean mayUse(String book) {
        return books.contains(EVERY_BOOK) || books.contains(book);
    }

    /** Whether every book of the other is a book of this. */
    boolean covers(Set<String> others) {
        return others.stream().allMatch(this::mayUse);
    }

    /**
     * Whether what is a merchant's is there for it: a mere till sees its own merchant and no other, and all others every
     * merchant of their books.
     */
    public boolean sees(String ofMerchant) {
        return isAny(Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR) || ofMerchant.equals(merchant);
    }

    public boolean isAny(Role... wanted) {
        for (Role role : wanted) {
            if (roles.contains(role)) {
                return true;
            }
        }
        return false;
    }
}
