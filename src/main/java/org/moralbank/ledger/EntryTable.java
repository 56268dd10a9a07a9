package org.moralbank.ledger;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Change;
import org.moralbank.commits.Table;
import org.moralbank.commits.Writing;

/** Rows of {@code ledger_entry}, {@code ledger_posting} and {@code ledger_entry_text}: added, never changed. */
final class EntryTable implements Table<EntryTable.Key, Entry> {
    private static final String INSERT_ENTRIES = """
            INSERT INTO ledger_entry (book_id, seq, posted_at, group_id, reverses, client_id, occurred_on, type, unit,
                                      actor, on_behalf_of, approver, reference, canonical, leaf_hash, accounts)
            SELECT e.book_id, e.seq, e.posted_at, e.group_id, e.reverses, e.client_id, e.occurred_on, e.type, e.unit,
                   e.actor, e.on_behalf_of, e.approver, e.reference, e.canonical, e.leaf_hash, e.accounts::int[]
            FROM unnest($1::smallint[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::bigint[], $6::int[],
                        $7::date[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                        $14::bytea[], $15::bytea[], $16::text[])
                AS e (book_id, seq, posted_at, group_id, reverses, client_id, occurred_on, type, unit,
                      actor, on_behalf_of, approver, reference, canonical, leaf_hash, accounts)
            """;

    private static final String INSERT_POSTINGS = """
            INSERT INTO ledger_posting (book_id, seq, account_id, amount, balance_after, version)
            SELECT *
            FROM unnest($1::smallint[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])
            """;

    private static final String INSERT_TEXT = """
            INSERT INTO ledger_entry_text (book_id, seq, salt, reason, metadata)
            SELECT t.book_id, t.seq, t.salt, t.reason, t.metadata::jsonb
            FROM unnest($1::smallint[], $2::bigint[], $3::bytea[], $4::text[], $5::text[])
                AS t (book_id, seq, salt, reason, metadata)
            """;

    /** An entry of a book. */
    record Key(int book, long seq) {}

    @Override
    public Future<Map<Key, Entry>> load(SqlConnection connection, List<Key> keys) {
        throw new IllegalStateException("entries are immutable: read them before the commit");
    }

    @Override
    public void write(Writing writing, List<Change<Key, Entry>> changes) {
        List<Entry> entries = changes.stream().map(Change::after).toList();
        writeRows(writing, entries);
        writeTexts(writing, entries);
        writing.afterwards(() -> EntryMetrics.written(entries));
    }

    /** What is sealed of entries, without what persons wrote. */
    static void writeRows(Writing writing, List<Entry> entries) {
        writeEntries(writing, entries);
        writePostings(writing, entries);
    }

    private static void writeEntries(Writing writing, List<Entry> entries) {
        int n = entries.size();
        Short[] books = new Short[n];
        Long[] seqs = new Long[n];
        OffsetDateTime[] postedAt = new OffsetDateTime[n];
        @Nullable UUID[] groups = new @Nullable UUID[n];
        @Nullable Long[] reverses = new @Nullable Long[n];
        Integer[] clients = new Integer[n];
        LocalDate[] occurredOn = new LocalDate[n];
        String[] types = new String[n];
        String[] units = new String[n];
        @Nullable String[] actors = new @Nullable String[n];
        @Nullable String[] onBehalfOf = new @Nullable String[n];
        @Nullable String[] approvers = new @Nullable String[n];
        @Nullable String[] references = new @Nullable String[n];
        Buffer[] canonical = new Buffer[n];
        Buffer[] hashes = new Buffer[n];
        String[] accounts = new String[n];
        for (int i = 0; i < n; i++) {
            Entry entry = entries.get(i);
            books[i] = (short) entry.book();
            seqs[i] = entry.seq();
            postedAt[i] = entry.postedAt().atOffset(ZoneOffset.UTC);
            groups[i] = entry.group();
            reverses[i] = entry.reverses();
            clients[i] = entry.by().clientId();
            occurredOn[i] = entry.occurredOn();
            types[i] = entry.type().name();
            units[i] = entry.unit().name();
            actors[i] = entry.by().actor();
            onBehalfOf[i] = entry.by().onBehalfOf();
            approvers[i] = entry.by().approver();
            references[i] = entry.reference();
            canonical[i] = Buffer.buffer(entry.canonical());
            hashes[i] = Buffer.buffer(entry.leafHash());
            accounts[i] = accounts(entry);
        }
        writing.execute(
                INSERT_ENTRIES,
                Tuple.from(List.of(
                        books,
                        seqs,
                        postedAt,
                        groups,
                        reverses,
                        clients,
                        occurredOn,
                        types,
                        units,
                        actors,
                        onBehalfOf,
                        approvers,
                        references,
                        canonical,
                        hashes,
                        accounts)));
    }

    /** The entry's accounts as an array's text: an array of arrays would be unnested to its elements. */
    private static String accounts(Entry entry) {
        return entry.postings().stream()
                .map(posting -> Integer.toString(posting.accountId()))
                .distinct()
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static void writePostings(Writing writing, List<Entry> entries) {
        int n = entries.stream().mapToInt(entry -> entry.postings().size()).sum();
        Short[] books = new Short[n];
        Long[] seqs = new Long[n];
        Integer[] accounts = new Integer[n];
        Long[] amounts = new Long[n];
        Long[] balances = new Long[n];
        Long[] versions = new Long[n];
        int i = 0;
        for (Entry entry : entries) {
            for (Posting posting : entry.postings()) {
                books[i] = (short) entry.book();
                seqs[i] = entry.seq();
                accounts[i] = posting.accountId();
                amounts[i] = posting.amount();
                balances[i] = posting.balanceAfter();
                versions[i] = posting.version();
                i++;
            }
        }
        writing.execute(INSERT_POSTINGS, Tuple.of(books, seqs, accounts, amounts, balances, versions));
    }

    private static void writeTexts(Writing writing, List<Entry> entries) {
        List<Short> books = new ArrayList<>();
        List<Long> seqs = new ArrayList<>();
        List<Buffer> salts = new ArrayList<>();
        List<@Nullable String> reasons = new ArrayList<>();
        List<@Nullable String> metadata = new ArrayList<>();
        for (Entry entry : entries) {
            EntryText text = entry.text();
            if (text != null) {
                books.add((short) entry.book());
                seqs.add(entry.seq());
                salts.add(Buffer.buffer(text.salt()));
                reasons.add(text.reason());
                metadata.add(text.metadata());
            }
        }
        if (!books.isEmpty()) {
            writing.execute(
                    INSERT_TEXT,
                    Tuple.of(
                            books.toArray(Short[]::new),
                            seqs.toArray(Long[]::new),
                            salts.toArray(Buffer[]::new),
                            reasons.toArray(String[]::new),
                            metadata.toArray(String[]::new)));
        }
    }
}
