package org.moralbank.linejobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.commits.Commits;
import org.moralbank.commits.SomebodyElse;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.TestDatabase;

/** Jobs of lines that are interrupted, run by several at once, or have to wait: run by hand, as other processes would. */
@QuarkusTest
@TestProfile(LineRunsTest.ByHand.class)
class LineRunsTest extends Lines {
    private static final int MOST_OPEN = 3;

    /** This process runs none by itself. */
    public static final class ByHand implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "moralbank.line-jobs.run",
                    "false",
                    "moralbank.line-jobs.most-open-of-a-book",
                    Integer.toString(MOST_OPEN));
        }
    }

    @Inject
    LineRunStore store;

    @Inject
    Commits commits;

    @Inject
    @All
    List<LineKind> kinds;

    @Inject
    LineJobsConfig config;

    private TestBank.Book book;
    private TestBank.Member anna;
    private TestBank.Member bela;
    private String app;

    @BeforeEach
    void open() {
        // What other tests have left.
        rows(
                "UPDATE line_job SET status = 'STOPPED', stopped_because = 'FAULT', ended_at = now() WHERE ended_at IS NULL");
        book = bank.aBook();
        anna = book.aMember().holding(5_000, Unit.MIN);
        bela = book.aMember();
        app = book.keyOf(Role.APP);
    }

    /** Another process. */
    private LineRunner aRunner() {
        return new LineRunner(store, commits, kinds, config, new SimpleMeterRegistry());
    }

    private LineRunStore.Lease claimed() {
        return Objects.requireNonNull(store.claim());
    }

    private LineRunStore.Part next(LineRunStore.Lease lease) {
        return Objects.requireNonNull(store.next(lease));
    }

    /** Has a lease or a pause run out. */
    private void letTimePass() {
        rows(
                "UPDATE line_job SET lease_until = now() - interval '1 second', next_attempt_at = now() - interval '1 second'"
                        + " WHERE ended_at IS NULL AND lease_until > now() - interval '1 hour'");
    }

    private void assertThatAllIsDoneOnce(String id, int lines) {
        var job = job(book, app, id);
        assertThat(job.getString("status")).as(job.prettify()).isEqualTo("DONE");
        assertThat(job.getInt("created")).isEqualTo(lines);
        assertThat(Lines.<Integer>results(book, app, id, "index"))
                .isEqualTo(IntStream.range(0, lines).boxed().toList());
        assertThat(minutesOf(bela)).isEqualTo(lines);
        assertThat(entries(book)).isEqualTo(1 + lines);
        assertThat(parts(id)).isZero();
    }

    @Test
    void goesOnWhereAKilledProcessHasStopped() {
        String id = ordered(book, app, minutes(anna, bela, 550));
        LineRunner killed = aRunner();
        LineRunStore.Lease lease = claimed();
        killed.runOn(lease, next(lease));
        killed.runOn(lease, next(lease));

        assertThat(job(book, app, id).getString("status")).isEqualTo("RUNNING");
        assertThat(job(book, app, id).getInt("created")).isEqualTo(200);
        assertThat(parts(id)).as("of those that are done nothing is kept").isEqualTo(4);
        assertThat(aRunner().runNext()).as("it is still the other's").isFalse();
        letTimePass();
        assertThat(aRunner().runNext()).isTrue();

        assertThatAllIsDoneOnce(id, 550);
    }

    @Test
    void whoWasStoppedAndWokeDoesNothingTwice() {
        String id = ordered(book, app, minutes(anna, bela, 350));
        LineRunner asleep = aRunner();
        LineRunStore.Lease lease = claimed();
        LineRunStore.Part part = next(lease);
        letTimePass();
        LineRunner other = aRunner();
        LineRunStore.Lease others = claimed();
        other.runOn(others, next(others));

        // It wakes with lines that the other has done meanwhile, and with a lease that is none.
        asleep.runOn(lease, part);

        assertThat(job(book, app, id).getInt("created")).isEqualTo(100);
        assertThat(store.next(lease)).isNull();
        store.giveBack(lease, true, Duration.ofHours(1));
        while (other.runOn(others, next(others))) {
            asleep.runOn(lease, part);
        }
        assertThatAllIsDoneOnce(id, 350);
        asleep.runOn(lease, part);
        assertThatAllIsDoneOnce(id, 350);
    }

    @Test
    void twoWhoRunTheSameLinesAtOnceDoThemOnce() throws Exception {
        String id = ordered(book, app, minutes(anna, bela, 900));
        LineRunStore.Lease lease = claimed();
        CyclicBarrier begin = new CyclicBarrier(2);
        Runnable running = () -> {
            LineRunner runner = aRunner();
            for (LineRunStore.Part part = store.next(lease); part != null; part = store.next(lease)) {
                together(begin);
                runner.runOn(lease, part);
                together(begin);
            }
        };

        try (ExecutorService two = Executors.newFixedThreadPool(2)) {
            for (Future<?> ended : List.of(two.submit(running), two.submit(running))) {
                ended.get(60, TimeUnit.SECONDS);
            }
        }

        assertThatAllIsDoneOnce(id, 900);
    }

    private static void together(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException alone) {
            throw new AssertionError("the other did not come", alone);
        }
    }

    @Test
    void waitsWhileTheBookIsHeldAndKeepsNoResultOfIt() throws Exception {
        String id = ordered(book, app, minutes(anna, bela, 250));
        LineRunner runner = aRunner();
        LineRunStore.Lease lease = claimed();
        runner.runOn(lease, next(lease));
        store.giveBack(lease, false, Duration.ZERO);

        try (var held = SomebodyElse.holding(
                TestDatabase.shared(), "SELECT FROM commit_lock WHERE book_id = " + book.id() + " FOR UPDATE")) {
            assertThat(runner.runNext()).isTrue();
            assertThat(job(book, app, id).getString("status")).isEqualTo("WAITING");
            assertThat(job(book, app, id).getInt("created")).isEqualTo(100);
            assertThat(runner.runNext()).as("not before a pause").isFalse();
            assertThat(count("SELECT attempts FROM line_job WHERE job_id = $1", UUID.fromString(id)))
                    .as("nobody is at fault when he has to wait")
                    .isZero();
        }
        letTimePass();
        runner.runNext();

        assertThatAllIsDoneOnce(id, 250);
    }

    @Test
    void stopsWhatWasOrderedWithAKeyThatIsRevoked() {
        String operator = bank.operatorKey();
        String client = "c-" + book.code();
        book.request(operator)
                .header("Idempotency-Key", "c" + book.code())
                .body("{\"name\":\"%s\",\"roles\":[\"APP\"],\"books\":[\"%s\"]}".formatted(client, book.code()))
                .post("/v1/clients")
                .then()
                .statusCode(201);
        String key = aKey(operator, client);
        String keyId = rows(
                        "SELECT key_id FROM access_key JOIN access_client USING (client_id) WHERE client = $1", client)
                .getFirst()
                .getUUID(0)
                .toString();
        String second = aKey(operator, client);
        List<String> lines = minutes(anna, bela, 250);
        String id = ordered(book, key, lines);
        LineRunner runner = aRunner();
        LineRunStore.Lease lease = claimed();
        runner.runOn(lease, next(lease));

        book.request(operator)
                .header("Idempotency-Key", "r" + book.code())
                .post("/v1/clients/" + client + "/keys/" + keyId + "/revoke")
                .then()
                .statusCode(200);
        assertThat(runner.runOn(lease, next(lease))).isFalse();

        var job = job(book, second, id);
        assertThat(job.getString("status")).isEqualTo("STOPPED");
        assertThat(job.getString("stoppedBecause")).isEqualTo("KEY_REVOKED");
        assertThat(job.getInt("created")).isEqualTo(100);
        assertThat(Lines.<String>results(book, second, id, "result")).hasSize(100);
        assertThat(minutesOf(bela)).isEqualTo(100);
        assertThat(parts(id)).isZero();
        assertThat(runner.runNext()).isFalse();

        // The rest is ordered again by the same client, with another key.
        String again = ordered(book, second, lines);
        runner.runNext();
        assertThat(job(book, second, again).getInt("replayed")).isEqualTo(100);
        assertThat(job(book, second, again).getInt("created")).isEqualTo(150);
        assertThat(minutesOf(bela)).isEqualTo(250);
    }

    private String aKey(String operator, String client) {
        return book.request(operator)
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .post("/v1/clients/" + client + "/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    @Test
    void stopsAfterFiveAttemptsThatComeNoFurther() {
        String id = ordered(book, app, minutes(anna, bela, 150));
        LineRunner runner = aRunner();
        LineRunStore.Lease lease = claimed();
        runner.runOn(lease, next(lease));
        store.giveBack(lease, false, Duration.ZERO);
        rows("UPDATE line_job SET collection = 'none' WHERE job_id = $1", UUID.fromString(id));

        for (int attempt = 1; attempt <= LineRunner.ATTEMPTS; attempt++) {
            assertThat(runner.runNext()).isTrue();
            assertThat(job(book, app, id).getString("status")).isEqualTo("WAITING");
            assertThat(runner.runNext()).as("not before a pause").isFalse();
            letTimePass();
        }
        assertThat(runner.runNext()).isTrue();

        assertThat(job(book, app, id).getString("status")).isEqualTo("STOPPED");
        assertThat(job(book, app, id).getString("stoppedBecause")).isEqualTo("FAULT");
        assertThat(minutesOf(bela)).isEqualTo(100);
        assertThat(parts(id)).isZero();
    }

    /** A process that stops gives the job back at once, and its attempt does not count. */
    @Test
    void givesAJobBackWhenTheServiceStops() throws Exception {
        String id = ordered(book, app, minutes(anna, bela, 150));
        LineRunner stopping = aRunner();
        stopping.onStop(new ShutdownEvent());

        stopping.runNext();

        assertThat(job(book, app, id).getString("status")).isEqualTo("WAITING");
        assertThat(job(book, app, id).getInt("created")).isZero();
        assertThat(aRunner().runNext()).isTrue();
        assertThatAllIsDoneOnce(id, 150);
    }

    @Test
    void givesTheOthersATurn() {
        String large = ordered(book, app, minutes(anna, bela, 2_100));
        var other = bank.aBook();
        var cora = other.aMember().holding(1, Unit.MIN);
        String others = other.keyOf(Role.APP);
        String small = ordered(other, others, minutes(cora, other.aMember(), 1));
        LineRunner runner = aRunner();

        runner.runNext();
        assertThat(job(book, app, large).getInt("created")).isEqualTo(2_000);
        runner.runNext();
        assertThat(job(other, others, small).getString("status")).isEqualTo("DONE");
        runner.runNext();

        assertThatAllIsDoneOnce(large, 2_100);
    }

    @Test
    void takesSoManyJobsOfABookAsMayWaitAndLeavesTheKeyFree() {
        for (int i = 0; i < MOST_OPEN; i++) {
            ordered(book, app, List.of(line(anna, bela, 1, "J-" + i)));
        }
        String body = body(List.of(line(anna, bela, 1, "J-X")));

        post(book, app, "k", "transfers", body)
                .statusCode(429)
                .header("Retry-After", equalTo("1"))
                .body("code", equalTo("too-many-line-jobs"))
                .body("most", equalTo(MOST_OPEN));

        aRunner().runNext();
        post(book, app, "k", "transfers", body).statusCode(201);
    }

    @Test
    void tellsWhatWaitsAndWhatWasDone() {
        var registry = new SimpleMeterRegistry();
        var runner = new LineRunner(store, commits, kinds, config, registry);
        ordered(book, app, List.of(line(anna, bela, 1, "A"), line(anna, bela, 1, "A"), line(anna, bela, 9_999, "B")));
        assertThat(store.open().jobs()).isEqualTo(1);

        runner.runNext();

        for (String result : List.of("created", "replayed", "refused")) {
            assertThat(registry.get("moralbank.linejobs.lines")
                            .tag("result", result)
                            .counter()
                            .count())
                    .as(result)
                    .isEqualTo(1);
        }
        assertThat(registry.get("moralbank.linejobs.jobs")
                        .tag("outcome", "done")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(store.open()).isEqualTo(LineRunStore.Open.NONE);
    }
}
