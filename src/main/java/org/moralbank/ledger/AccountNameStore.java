package org.moralbank.ledger;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the accounts of a book are called, by their numbers. Neither of them ever changes, so that those asked for last are
 * remembered: a page of a history names the other accounts of its entries, and a shop's or a pool's is in nearly all of them.
 */
final class AccountNameStore {
    private static final String NAMES = """
            SELECT account_id, code, owner, unit, lot
            FROM ledger_account
            WHERE book_id = $1 AND account_id = ANY ($2)
            """;

    private record Key(int book, int account) {}

    /**
     * An account's name.
     *
     * @param id as it is written in the API: a page writes some dozens
     */
    record Name(AccountPath path, String id) {}

    private final Pool lookups;
    private final Cache<Key, Name> remembered =
            Caffeine.newBuilder().maximumSize(20_000).build();

    AccountNameStore(Pool lookups) {
        this.lookups = lookups;
    }

    /** The names of accounts that the book has. */
    Uni<Map<Integer, Name>> of(int book, Set<Integer> accounts) {
        Map<Integer, Name> names = HashMap.newHashMap(accounts.size());
        Set<Integer> unknown = new HashSet<>();
        for (Integer account : accounts) {
            Name name = remembered.getIfPresent(new Key(book, account));
            if (name == null) {
                unknown.add(account);
            } else {
                names.put(account, name);
            }
        }
        if (unknown.isEmpty()) {
            return Uni.createFrom().item(names);
        }
        return lookups.preparedQuery(NAMES)
                .execute(Tuple.of((short) book, unknown.toArray(Integer[]::new)))
                .map(rows -> {
                    for (Row row : rows) {
                        AccountPath path =
                                AccountPath.of(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
                        Name name = new Name(path, path.toString());
                        remembered.put(new Key(book, row.getInteger(0)), name);
                        names.put(row.getInteger(0), name);
                    }
                    return names;
                });
    }
}
