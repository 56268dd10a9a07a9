package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_account}, all lots of a holder together. */
final class HoldingTable implements Table<Holder, Holding> {
    static final String COLUMNS = """
            a.book_id, a.account_id, a.code, a.owner, a.unit, a.lot, a.expires_on, a.restricted,
            a.floor, a.ceiling, a.status, a.posted, a.held, a.version
            """;

    private static final String LOAD = "SELECT " + COLUMNS + """
            FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[]) AS k (book_id, code, owner, unit)
            JOIN ledger_account a USING (book_id, code, owner, unit)
            ORDER BY a.book_id, a.account_id
            """;

    private static final String INSERT = """
            INSERT INTO ledger_account (book_id, account_id, code, owner, unit, lot, expires_on, restricted,
                                        floor, ceiling, status, posted, held, version)
            SELECT *
            FROM unnest($1::smallint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[],
                        $8::boolean[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[],
                        $14::bigint[])
            """;

    private static final String UPDATE = """
            UPDATE ledger_account a
            SET status = u.status, posted = u.posted, held = u.held, version = u.version
            FROM unnest($1::smallint[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
                AS u (book_id, account_id, status, posted, held, version)
            WHERE a.book_id = u.book_id AND a.account_id = u.account_id
            """;

    /** Of accounts that a new budget bounds; in one statement with the rest, because the bounds hold after each. */
    private static final String UPDATE_WITH_FLOOR = """
            UPDATE ledger_account a
            SET status = u.status, posted = u.posted, held = u.held, version = u.version, floor = u.floor
            FROM unnest($1::smallint[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
                AS u (book_id, account_id, status, posted, held, version, floor)
            WHERE a.book_id = u.book_id AND a.account_id = u.account_id
            """;

    @Override
    public Future<Map<Holder, Holding>> load(SqlConnection connection, List<Holder> keys) {
        int n = keys.size();
        Short[] books = new Short[n];
        String[] codes = new String[n];
        String[] owners = new String[n];
        String[] units = new String[n];
        for (int i = 0; i < n; i++) {
            Holder holder = keys.get(i);
            books[i] = (short) holder.book();
            codes[i] = holder.chart().code();
            owners[i] = holder.owner();
            units[i] = holder.unit().name();
        }
        return connection
                .preparedQuery(LOAD)
                .execute(Tuple.of(books, codes, owners, units))
                .map(rows -> {
                    Map<Holder, Holding> found = HashMap.newHashMap(rows.size());
                    for (Row row : rows) {
                        Account account = account(row);
                        found.merge(
                                account.holder(),
                                new Holding(List.of(account)),
                                (before, ignored) -> before.with(account));
                    }
                    return found;
                });
    }

    static Account account(Row row) {
        Holder holder = new Holder(
                row.getShort(0), Chart.of(row.getString(2)), row.getString(3), Unit.valueOf(row.getString(4)));
        return new Account(
                row.getInteger(1),
                holder,
                Lot.of(row.getString(5), row.getLocalDate(6), row.getBoolean(7)),
                row.getLong(8),
                row.getLong(9),
                Account.Status.valueOf(row.getString(10)),
                row.getLong(11),
                row.getLong(12),
                row.getLong(13));
    }

    @Override
    public int changedUnder(Holder holder) {
        return holder.book();
    }

    @Override
    public void write(Writing writing, List<Change<Holder, Holding>> changes) {
        List<Account> opened = new ArrayList<>();
        List<Account> changed = new ArrayList<>();
        List<Account> bounded = new ArrayList<>();
        for (Change<Holder, Holding> change : changes) {
            Holding before = change.before() == null ? Holding.NONE : change.before();
            for (Account account : change.after().accounts()) {
                Account loaded = before.find(account.id());
                if (loaded == null) {
                    opened.add(account);
                } else if (loaded != account) {
                    (loaded.floor() == account.floor() ? changed : bounded).add(account);
                }
            }
        }
        if (!opened.isEmpty()) {
            insert(writing, opened);
        }
        if (!changed.isEmpty()) {
            writing.execute(UPDATE, changes(changed));
        }
        if (!bounded.isEmpty()) {
            Long[] floors = bounded.stream().map(Account::floor).toArray(Long[]::new);
            writing.execute(UPDATE_WITH_FLOOR, changes(bounded).addArrayOfLong(floors));
        }
    }

    static void insert(Writing writing, List<Account> accounts) {
        writing.execute(
                INSERT,
                Tuple.from(List.of(
                        accounts.stream().map(a -> (short) a.holder().book()).toArray(Short[]::new),
                        accounts.stream().map(Account::id).toArray(Integer[]::new),
                        accounts.stream().map(a -> a.holder().chart().code()).toArray(String[]::new),
                        accounts.stream().map(a -> a.holder().owner()).toArray(String[]::new),
                        accounts.stream().map(a -> a.holder().unit().name()).toArray(String[]::new),
                        accounts.stream().map(a -> a.lot().name()).toArray(String[]::new),
                        accounts.stream().map(a -> a.lot().expiresOn()).toArray(LocalDate[]::new),
                        accounts.stream().map(a -> a.lot().restricted()).toArray(Boolean[]::new),
                        accounts.stream().map(Account::floor).toArray(Long[]::new),
                        accounts.stream().map(Account::ceiling).toArray(Long[]::new),
                        accounts.stream().map(a -> a.status().name()).toArray(String[]::new),
                        accounts.stream().map(Account::posted).toArray(Long[]::new),
                        accounts.stream().map(Account::held).toArray(Long[]::new),
                        accounts.stream().map(Account::version).toArray(Long[]::new))));
    }

    private static Tuple changes(List<Account> accounts) {
        int n = accounts.size();
        Short[] books = new Short[n];
        Integer[] ids = new Integer[n];
        String[] statuses = new String[n];
        Long[] posted = new Long[n];
        Long[] held = new Long[n];
        Long[] versions = new Long[n];
        for (int i = 0; i < n; i++) {
            Account account = accounts.get(i);
            books[i] = (short) account.holder().book();
            ids[i] = account.id();
            statuses[i] = account.status().name();
            posted[i] = account.posted();
            held[i] = account.held();
            versions[i] = account.version();
        }
        return Tuple.of(books, ids, statuses, posted, held, versions);
    }
}
