package org.moralbank.ledger;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** All accounts of a holder: his own and his lots. Immutable. */
public record Holding(List<Account> accounts) {
    /** The earliest to expire, then the restricted, then the own; by name among equals, so that the order is one. */
    static final Comparator<Lot> SPENDING_ORDER = Comparator.comparing(
                    Lot::expiresOn, Comparator.nullsLast(Comparator.<LocalDate>naturalOrder()))
            .thenComparing(lot -> !lot.restricted())
            .thenComparing(Lot::name);

    /** With the longest ids, and a fund for each lot, they are some 40 kB; an entry has room for 48. */
    private static final int LOTS_OF_AN_ENTRY = 80;

    public static final Holding NONE = new Holding(List.of());

    @Nullable
    Account find(Lot lot) {
        for (Account account : accounts) {
            if (account.lot().equals(lot)) {
                return account;
            }
        }
        return null;
    }

    @Nullable
    Account find(int id) {
        for (Account account : accounts) {
            if (account.id() == id) {
                return account;
            }
        }
        return null;
    }

    Holding with(Account changed) {
        List<Account> all = new ArrayList<>(accounts.size() + 1);
        boolean replaced = false;
        for (Account account : accounts) {
            boolean same = account.id() == changed.id();
            replaced |= same;
            all.add(same ? changed : account);
        }
        if (!replaced) {
            all.add(changed);
        }
        return new Holding(List.copyOf(all));
    }

    /** A lot that opens is as frozen or closed as the accounts beside it. */
    Account.Status status() {
        return accounts.isEmpty() ? Account.Status.OPEN : accounts.getFirst().status();
    }

    /** What can be spent on a day, in the order in which it is. */
    List<Account> spendable(Spending which, LocalDate day) {
        if (accounts.size() == 1) {
            return which.allows(accounts.getFirst().lot(), day) ? accounts : List.of();
        }
        return accounts.stream()
                .filter(account -> which.allows(account.lot(), day))
                .sorted(Comparator.comparing(Account::lot, SPENDING_ORDER))
                .toList();
    }

    /** What a reversal takes of a lot: from itself, and when it has expired from lots like it, to which it has come back. */
    List<Account> reversible(Lot lot, LocalDate today) {
        List<Account> all = new ArrayList<>();
        Account itself = find(lot);
        if (itself != null) {
            all.add(itself);
        }
        if (lot.expiredBy(today)) {
            accounts.stream()
                    .filter(account -> account != itself && account.lot().isLike(lot))
                    .forEach(all::add);
        }
        return all;
    }

    /** The lots that are wanted, as many together as one entry takes. */
    public List<List<Account>> inParts(Predicate<Account> wanted) {
        List<Account> lots = accounts.stream().filter(wanted).toList();
        List<List<Account>> parts = new ArrayList<>();
        for (int from = 0; from < lots.size(); from += LOTS_OF_AN_ENTRY) {
            parts.add(lots.subList(from, Math.min(from + LOTS_OF_AN_ENTRY, lots.size())));
        }
        return parts;
    }

    public long posted() {
        return accounts.stream().mapToLong(Account::posted).sum();
    }

    public long held() {
        return accounts.stream().mapToLong(Account::held).sum();
    }
}
