package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.Answer;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Json;
import org.moralbank.platform.RefusedException;

/** Who shows wrong codes is slowed down, and nobody else. */
class WrongCodesTest {
    private static final BookHandle BOOK = new BookHandle(1, "B1", ZoneId.of("Asia/Shanghai"));
    private static final BookHandle OTHER = new BookHandle(2, "B2", ZoneId.of("Asia/Shanghai"));
    private static final String CODE = "711000000000000001";
    private static final int TILL = 1;

    private final AtomicLong nanos = new AtomicLong(-5);
    private final WrongCodes wrongCodes = new WrongCodes(10, nanos::get);

    @Test
    void refusesTheEleventhTryAfterTenWrongCodesUntilTheMinuteIsOver() {
        for (int i = 0; i < 10; i++) {
            assertThat(isLetIn(TILL, "pay-code-unknown")).as("try %d", i).isTrue();
        }

        assertThat(retryAfterSeconds(TILL)).isEqualTo(60);
        pass(Duration.ofSeconds(59));
        assertThat(retryAfterSeconds(TILL)).isEqualTo(1);
        pass(Duration.ofSeconds(1).minusNanos(1));
        assertThat(isLetIn(TILL, "ok")).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(isLetIn(TILL, "ok")).isTrue();
    }

    @Test
    void countsUnknownCodesAndNoOtherRefusal() {
        for (int i = 0; i < 100; i++) {
            assertThat(isLetIn(TILL, "insufficient-balance")).isTrue();
            assertThat(isLetIn(TILL, "pay-code-used")).isTrue();
            assertThat(isLetIn(TILL, "pay-code-expired")).isTrue();
            assertThat(isLetIn(TILL, "ok")).isTrue();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(isLetIn(TILL, "pay-code-unknown")).isTrue();
        }

        assertThat(isLetIn(TILL, "ok")).isFalse();
    }

    @Test
    void countsNoReplay() {
        for (int i = 0; i < 100; i++) {
            assertThat(isLetIn(BOOK, TILL, null, CODE, problem("pay-code-unknown", true)))
                    .isTrue();
        }
    }

    @Test
    void whatWasAnsweredBeforeIsAnsweredStill() {
        Answer before = problem("ok", true);
        for (int i = 0; i < 10; i++) {
            isLetIn(TILL, "pay-code-unknown");
        }

        assertThat(isLetIn(TILL, "ok")).isFalse();
        assertThat(wrongCodes
                        .watch(BOOK, TILL, null, CODE, barred -> {
                            assertThat(barred).isNotNull();
                            return Uni.createFrom().item(before);
                        })
                        .await()
                        .indefinitely())
                .isSameAs(before);
    }

    @Test
    void holdsUpNobodyElse() {
        for (int i = 0; i < 10; i++) {
            isLetIn(TILL, "pay-code-unknown");
        }

        assertThat(isLetIn(TILL, "ok")).isFalse();
        assertThat(isLetIn(2, "ok")).isTrue();
        assertThat(isLetIn(BOOK, TILL, "T2", CODE, problem("pay-code-unknown", false)))
                .isTrue();
    }

    @Test
    void aBurstIsNoWayAround() {
        isLetIn(TILL, "pay-code-unknown");

        List<UniEmitter<? super Answer>> underWay = new ArrayList<>();
        int letIn = 0;
        for (int i = 0; i < 100; i++) {
            letIn += begin(underWay) ? 1 : 0;
        }
        assertThat(letIn).isEqualTo(9);
        underWay.forEach(each -> each.complete(problem("pay-code-unknown", false)));

        assertThat(isLetIn(TILL, "ok")).isFalse();
    }

    @Test
    void whoShowsRightCodesMayHaveACommitsWorthUnderWay() {
        List<UniEmitter<? super Answer>> underWay = new ArrayList<>();
        for (int i = 0; i < WrongCodes.CLEAN_AT_ONCE; i++) {
            assertThat(begin(underWay)).isTrue();
        }

        assertThat(begin(underWay)).isFalse();
        underWay.removeFirst().complete(problem("ok", false));
        assertThat(begin(underWay)).isTrue();
    }

    @Test
    void aDeviceIsGuessedAtFiveTimesInTenMinutesWhoeverGuesses() {
        String ofDevice = "712048151600000000";
        for (int client = 1; client <= 5; client++) {
            assertThat(isLetIn(BOOK, client, null, ofDevice, problem("pay-code-unknown", false)))
                    .isTrue();
        }

        assertThat(isLetIn(BOOK, 11, null, ofDevice, problem("ok", false))).isFalse();
        assertThat(isLetIn(BOOK, 11, null, "712048151700000000", problem("ok", false)))
                .as("another device")
                .isTrue();
        assertThat(isLetIn(OTHER, 11, null, ofDevice, problem("ok", false)))
                .as("another book")
                .isTrue();
        pass(WrongCodes.OF_DEVICE);
        assertThat(isLetIn(BOOK, 11, null, ofDevice, problem("ok", false))).isTrue();
    }

    @Test
    void aPhoneWithAWrongClockShutsOutItselfAndNotTheTill() {
        String ofDevice = "712048151600000000";
        for (int i = 0; i < 5; i++) {
            isLetIn(BOOK, TILL, null, ofDevice, problem("pay-code-unknown", false));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(isLetIn(BOOK, TILL, null, ofDevice, problem("pay-code-unknown", false)))
                    .isFalse();
        }

        assertThat(isLetIn(TILL, "ok")).as("the next customer").isTrue();
    }

    @Test
    void manyWhoGuessInABookAreStoppedByTheirFirstWrongCodeAndTheOthersAreNot() {
        for (int i = 0; i < WrongCodes.SLOW_MOST_OF_BOOK; i++) {
            assertThat(isLetIn(BOOK, 1_000 + i, null, CODE, problem("pay-code-unknown", false)))
                    .isTrue();
        }

        assertThat(isLetIn(1_000, "ok")).as("has shown one").isFalse();
        assertThat(isLetIn(TILL, "ok")).as("has shown none").isTrue();
        assertThat(isLetIn(OTHER, 1_000, null, CODE, problem("ok", false)))
                .as("in another book")
                .isTrue();
        pass(WrongCodes.OF_BOOK);
        for (int i = 0; i < 10; i++) {
            assertThat(isLetIn(1_000, "pay-code-unknown")).isTrue();
        }
    }

    @Test
    void anUploadHasTriesOfItsOwnUntilTheMinuteIsOver() {
        assertThat(guessed(TILL, codes("711", 12))).isEqualTo(10);

        assertThat(guessed(TILL, codes("711", 1))).isZero();
        assertThat(guessed(2, codes("711", 1))).isEqualTo(1);
        assertThat(isLetIn(BOOK, TILL, "T1", CODE, problem("ok", false)))
                .as("on-line")
                .isTrue();
        pass(WrongCodes.OF_SOURCE);
        assertThat(guessed(TILL, codes("711", 12))).isEqualTo(10);
    }

    @Test
    void uploadsThatAreUnderWayShareWhatIsLeft() {
        assertThat(guessed(TILL, codes("711", 4))).isEqualTo(4);

        var first = wrongCodes.upload(BOOK, TILL, "T1", codes("711", 5));
        var second = wrongCodes.upload(BOOK, TILL, "T1", codes("711", 5));

        assertThat(looked(first, codes("711", 5))).hasSize(5);
        assertThat(looked(second, codes("711", 5))).hasSize(1);
        first.end(List.of(), Map.of());
        second.end(List.of(), Map.of());
        assertThat(guessed(TILL, codes("711", 12))).isEqualTo(6);
    }

    @Test
    void aDeviceHasNoMoreTriesInUploads() {
        String device = "7120481516";
        for (int client = 1; client <= 2; client++) {
            assertThat(isLetIn(BOOK, client, null, device + "00000000", problem("pay-code-unknown", false)))
                    .isTrue();
        }

        assertThat(guessed(TILL, codes(device, 9))).isEqualTo(3);
        assertThat(isLetIn(BOOK, 9, null, device + "00000000", problem("ok", false)))
                .isFalse();
        pass(WrongCodes.OF_SOURCE);
        assertThat(guessed(TILL, codes(device, 1))).isZero();
    }

    private static List<String> codes(String begin, int many) {
        List<String> codes = new ArrayList<>();
        for (int i = 1; i <= many; i++) {
            codes.add(begin + "0".repeat(16 - begin.length()) + "%02d".formatted(i));
        }
        return codes;
    }

    /** How many of an upload's codes, all of them wrong, are looked at. */
    private int guessed(int client, List<String> codes) {
        var upload = wrongCodes.upload(BOOK, client, "T1", codes);
        List<String> wrong = looked(upload, codes);
        upload.end(wrong, Map.of());
        return wrong.size();
    }

    private static List<String> looked(WrongCodes.Upload upload, List<String> codes) {
        List<String> wrong = new ArrayList<>();
        for (String code : codes) {
            if (upload.mayShow(code, wrong)) {
                wrong.add(code);
            }
        }
        return wrong;
    }

    @Test
    void aFailureOfTheServiceIsNoTry() {
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> wrongCodes
                            .watch(
                                    BOOK,
                                    TILL,
                                    null,
                                    CODE,
                                    barred -> Uni.createFrom().failure(new IllegalStateException("away")))
                            .await()
                            .indefinitely())
                    .hasMessage("away");
        }

        assertThat(isLetIn(TILL, "ok")).isTrue();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private boolean isLetIn(int client, String outcome) {
        return isLetIn(BOOK, client, null, CODE, problem(outcome, false));
    }

    private boolean isLetIn(BookHandle book, int client, @Nullable String terminal, String code, Answer answer) {
        try {
            assertThat(wrongCodes
                            .watch(
                                    book,
                                    client,
                                    terminal,
                                    code,
                                    barred -> Uni.createFrom().item(barred == null ? answer : refused(barred)))
                            .await()
                            .indefinitely())
                    .isSameAs(answer);
            return true;
        } catch (RefusedException refused) {
            assertThat(refused.rejection()).isInstanceOf(PayCodeRejection.TooManyWrong.class);
            return false;
        }
    }

    /** A try whose answer is not there yet. */
    private boolean begin(List<UniEmitter<? super Answer>> underWay) {
        List<Throwable> failures = new ArrayList<>();
        wrongCodes
                .watch(
                        BOOK,
                        TILL,
                        null,
                        CODE,
                        barred -> barred == null
                                ? Uni.createFrom().emitter(underWay::add)
                                : Uni.createFrom().item(refused(barred)))
                .subscribe()
                .with(answer -> {}, failures::add);
        return failures.isEmpty();
    }

    private long retryAfterSeconds(int client) {
        try {
            wrongCodes
                    .watch(
                            BOOK,
                            client,
                            null,
                            CODE,
                            barred -> Uni.createFrom().item(refused(Objects.requireNonNull(barred, "let in"))))
                    .await()
                    .indefinitely();
            throw new AssertionError("let in");
        } catch (RefusedException refused) {
            return ((PayCodeRejection.TooManyWrong) refused.rejection()).retryAfterSeconds();
        }
    }

    /** As a work is answered that would have looked at the code. */
    private static Answer refused(PayCodeRejection.TooManyWrong barred) {
        return new Answer(429, null, Json.bytes(Map.of("code", barred.code())), null, null, false);
    }

    private static Answer problem(String code, boolean replayed) {
        return code.equals("ok")
                ? Answer.ok(Map.of())
                : new Answer(422, null, Json.bytes(Map.of("code", code)), null, null, replayed);
    }
}
