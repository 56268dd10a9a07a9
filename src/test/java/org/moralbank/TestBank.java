package org.moralbank;

import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.ApiKey;
import org.moralbank.access.Caller;
import org.moralbank.access.Client;
import org.moralbank.access.Importer;
import org.moralbank.access.Role;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Attribution;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Lot;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.Language;
import org.moralbank.platform.Sha256;

/**
 * Fixtures of API tests. Each test makes a book of its own, so that tests share a database and nothing else:
 *
 * <pre>{@code
 * var book = bank.aBook();
 * var anna = book.aMember().holding(60, Unit.MIN);
 * book.as(Role.APP).body(…).post(book.path() + "/transfers").then().statusCode(201);
 * }</pre>
 */
@ApplicationScoped
public class TestBank {
    /** Before an UPDATE of book $1 past the commits: a lane that knew the rows is told that another has changed the book. */
    public static final String BY_HAND =
            "WITH by_hand AS (UPDATE commit_lock SET commit_no = commit_no + 1 WHERE book_id = $1) ";

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Pool pool;
    private final Commits commits;

    TestBank(Pool pool, Commits commits) {
        this.pool = pool;
        this.commits = commits;
    }

    /** A time bank: a service earns its minutes, and no points. */
    public Book aBook() {
        return aBook(true, 0, false);
    }

    public Book aBook(boolean serviceEarnsTime, long pointsPerHour, boolean memberPointsTransfer) {
        String code = "B" + NUMBERS.incrementAndGet() + "-" + Long.toString(System.nanoTime(), 36);
        short id = pool.query("SELECT coalesce(max(book_id), 0) + 1 FROM ledger_book")
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getInteger(0)
                .shortValue();
        sql("INSERT INTO commit_lock (book_id) VALUES ($1)", Tuple.of(id));
        sql("""
                INSERT INTO ledger_book (book_id, code, name, kind, calendar, service_earns_time, points_per_hour,
                                         member_points_transfer, created_at, last_posted_at)
                VALUES ($1, $2, $2, 'COMMUNITY', 'Asia/Shanghai', $3, $4, $5, now(), now())
                """, Tuple.of(id, code, serviceEarnsTime, pointsPerHour, memberPointsTransfer));
        return new Book(id, code);
    }

    /**
     * The cursor of a list that stands before this item: other tests have made more than a page of them.
     *
     * @param key by which the list is in order
     */
    public static String cursorBefore(String key) {
        return Base64.getUrlEncoder()
                .encodeToString(key.substring(0, key.length() - 1).getBytes(StandardCharsets.UTF_8));
    }

    /** The API key of a new operator of every book. */
    public String operatorKey() {
        return newKey(Role.OPERATOR, "*", null, null);
    }

    private String newKey(Role role, String book, @Nullable String merchant, @Nullable String terminal) {
        return newKey(Set.of(role), book, merchant, terminal);
    }

    private String newKey(Set<Role> roles, String book, @Nullable String merchant, @Nullable String terminal) {
        int client = newClientId();
        String key = ApiKey.generate();
        sql(
                "INSERT INTO access_client (client_id, client, roles, books, merchant, terminal, created_at) VALUES ($1, $2, $3, $4, $5, $6, now())",
                Tuple.of(
                        client,
                        "client-" + client,
                        roles.stream().map(Role::name).toArray(String[]::new),
                        new String[] {book},
                        merchant,
                        terminal));
        sql(
                "INSERT INTO access_key (key_id, client_id, key_hash, created_at) VALUES ($1, $2, $3, now())",
                Tuple.of(UUID.randomUUID(), client, Buffer.buffer(ApiKey.hash(key))));
        return key;
    }

    /** The next free one, as the service itself numbers clients. */
    private int newClientId() {
        return pool.query("SELECT coalesce(max(client_id), 0) + 1 FROM access_client")
                .execute()
                .await()
                .indefinitely()
                .iterator()
                .next()
                .getInteger(0);
    }

    private void sql(String sql, Tuple arguments) {
        pool.preparedQuery(sql).execute(arguments).await().indefinitely();
    }

    /** A book and its clients. */
    public final class Book {
        private final int id;
        private final String code;

        Book(int id, String code) {
            this.id = id;
            this.code = code;
        }

        public int id() {
            return id;
        }

        public String code() {
            return code;
        }

        public String path() {
            return "/v1/books/" + code;
        }

        /** A request of a new client of this book with one role; a POST of it has a new key. */
        public RequestSpecification as(Role role) {
            return request(keyOf(role))
                    .header("Idempotency-Key", UUID.randomUUID().toString());
        }

        /** A request with an API key, and no idempotency key, whose answer must be one that the OpenAPI document has. */
        public RequestSpecification request(String apiKey) {
            return RestAssured.given()
                    .filter(new DocumentedAnswers())
                    .header("Authorization", "Bearer " + apiKey)
                    .contentType(ContentType.JSON);
        }

        /** As if a POST had been answered before, when its time had not come or was not over. */
        public void answered(String apiKey, String key, String path, String body, Answer answer) throws IOException {
            int client = pool.preparedQuery("SELECT client_id FROM access_key WHERE key_hash = $1")
                    .execute(Tuple.of(Buffer.buffer(ApiKey.hash(apiKey))))
                    .await()
                    .indefinitely()
                    .iterator()
                    .next()
                    .getInteger(0);
            byte[] asked = Sha256.of(
                    ("POST " + path + "\n\n").getBytes(StandardCharsets.UTF_8),
                    CanonicalJson.of(body.getBytes(StandardCharsets.UTF_8)));
            var ask = new Ask(new Importer(client), id, new IdempotencyKey(key), asked, Language.EN, path, null);
            commits.submit(ask, id, new Work() {
                        @Override
                        public void needs(Needs needs) {
                            // Nothing but its answer.
                        }

                        @Override
                        public Answer decide(WorkingSet set) {
                            return answer;
                        }
                    })
                    .await()
                    .indefinitely();
        }

        /** The API key of a new client of this book. */
        public String keyOf(Role role) {
            return keyOf(role, null);
        }

        /** The API key of a new client of this book, which as a TERMINAL sees this merchant. */
        public String keyOf(Role role, @Nullable String merchant) {
            return newKey(role, code, merchant, null);
        }

        /** The API key of a new client of a merchant, who looks at all besides. */
        public String keyOfTillAndAuditor(String merchant) {
            return newKey(Set.of(Role.TERMINAL, Role.AUDITOR), code, merchant, null);
        }

        /** The API key of a new TERMINAL, which is this one of this merchant. */
        public String keyOfTerminal(String merchant, String terminal) {
            return newKey(Role.TERMINAL, code, merchant, terminal);
        }

        /** The id of a new merchant, who sells. */
        public String aMerchant() {
            String merchant = "MER-" + NUMBERS.incrementAndGet();
            sql("""
                    INSERT INTO redemption_merchant (book_id, merchant_id, name, kind, status, version, registered_at)
                    VALUES ($1, $2, '爱心超市', 'COMMUNITY_STORE', 'ACTIVE', 1, now())
                    """, Tuple.of((short) id, merchant));
            return merchant;
        }

        /** The id of a new terminal of a merchant, in no store, which approves no part of an amount. */
        public String aTerminal(String merchant) {
            return aTerminal(merchant, false);
        }

        public String aTerminal(String merchant, boolean partialApproval) {
            return aTerminal(merchant, "T-" + NUMBERS.incrementAndGet(), partialApproval);
        }

        public String aTerminal(String merchant, String terminal, boolean partialApproval) {
            sql("""
                    INSERT INTO merchant_terminal (book_id, merchant_id, terminal_id, status, partial_approval,
                                                   shows_points_left, version, registered_at)
                    VALUES ($1, $2, $3, 'ACTIVE', $4, false, 1, now())
                    """, Tuple.of((short) id, merchant, terminal, partialApproval));
            return terminal;
        }

        /** The id of a new team. */
        public String aTeam() {
            return aTeam("T-" + NUMBERS.incrementAndGet());
        }

        public String aTeam(String team) {
            sql(
                    "INSERT INTO member_team (book_id, team_id, name, version, registered_at) VALUES ($1, $2, '银龄互助队', 1, now())",
                    Tuple.of((short) id, team));
            return team;
        }

        public Member aMember() {
            return aMember("M-" + NUMBERS.incrementAndGet(), "70-79");
        }

        public Member aMember(String memberId, String ageBand) {
            sql("""
                    INSERT INTO member (book_id, member_id, status, role, age_band, priority_recipient, version, registered_at)
                    VALUES ($1, $2, 'ACTIVE', 'helper', $3, false, 1, now() - interval '30 days')
                    """, Tuple.of((short) id, memberId, ageBand));
            return new Member(this, memberId);
        }

        /** Posts an opening balance through the kernel. */
        public void open(Holder holder, Lot lot, long amount) {
            post(new Holder(id, Chart.OPENING, "", holder.unit()), holder, lot, amount);
        }

        /** Posts an amount from any account to a lot of any other through the kernel, as an opening. */
        public void post(Holder from, Holder holder, Lot lot, long amount) {
            post(EntryType.OPENING, draft -> draft.debit(from, amount).credit(holder, lot, amount), holder, from);
        }

        /** Makes the book as old as this, so that the past can be posted; before anything is posted. */
        public Book since(Instant opened) {
            sql(
                    BY_HAND + "UPDATE ledger_book SET created_at = $2, last_posted_at = $2 WHERE book_id = $1",
                    Tuple.of((short) id, opened.atOffset(ZoneOffset.UTC)));
            return this;
        }

        /** Posts an entry between these holders through the kernel. */
        public void post(EntryType type, UnaryOperator<Draft> legs, Holder... holders) {
            postAt(null, type, legs, holders);
        }

        /** The same at a moment of the past, which is not before the last entry; now when it is null. */
        public void postAt(@Nullable Instant moment, EntryType type, UnaryOperator<Draft> legs, Holder... holders) {
            String key = ApiKey.generate();
            int client = newClientId();
            UUID keyId = UUID.randomUUID();
            sql(
                    "INSERT INTO access_client (client_id, client, roles, books, merchant, created_at) VALUES ($1, $2, '{OPERATOR}', '{*}', NULL, now())",
                    Tuple.of(client, "client-" + client));
            sql(
                    "INSERT INTO access_key (key_id, client_id, key_hash, created_at) VALUES ($1, $2, $3, now())",
                    Tuple.of(keyId, client, Buffer.buffer(ApiKey.hash(key))));
            Caller caller = new Caller(
                    new Client(client, "client-" + client, Set.of(Role.OPERATOR), Set.of("*"), null, null), keyId);
            Ask ask = new Ask(
                    caller,
                    id,
                    new IdempotencyKey("open-" + UUID.randomUUID()),
                    new byte[32],
                    Language.EN,
                    "/",
                    moment);
            Answer answer = commits.submit(ask, id, new Work() {
                        @Override
                        public void needs(Needs needs) {
                            needs.row(Ledger.BOOKS, id);
                            for (Holder holder : holders) {
                                Ledger.needHolding(needs, holder);
                            }
                        }

                        @Override
                        public Answer decide(WorkingSet set) {
                            LocalDate today = LocalDate.ofInstant(set.now(), ZoneId.of("Asia/Shanghai"));
                            Attribution by = new Attribution(client, "client-" + client, null, null, null);
                            Ledger.post(set, legs.apply(Draft.of(type, id, today, by)));
                            return Answer.ok(Map.of());
                        }
                    })
                    .await()
                    .indefinitely();
            if (answer.isProblem()) {
                throw new AssertionError(new String(answer.body(), StandardCharsets.UTF_8));
            }
        }
    }

    /** A member of a book. */
    public record Member(Book book, String id) {
        public Member holding(long amount, Unit unit) {
            return holding(amount, unit, Lot.OWN);
        }

        public Member holding(long amount, Unit unit, Lot lot) {
            if (amount > 0) {
                book.open(holder(unit), lot, amount);
            }
            return this;
        }

        /** The digits of a new pay code. */
        public String payCode() {
            return code("pay-codes", Map.of("member", id));
        }

        /** The digits of a new voucher. */
        public String voucher(long amount) {
            return code("vouchers", Map.of("member", id, "amount", amount, "unit", "PTS"));
        }

        private String code(String kind, Map<String, Object> body) {
            return book.as(Role.APP)
                    .body(body)
                    .post(book.path() + "/" + kind)
                    .then()
                    .statusCode(201)
                    .extract()
                    .path("code");
        }

        public Holder holder(Unit unit) {
            return Holder.of(book.id(), unit == Unit.MIN ? Chart.MEMBER_TIME : Chart.MEMBER_POINTS, id);
        }
    }
}
