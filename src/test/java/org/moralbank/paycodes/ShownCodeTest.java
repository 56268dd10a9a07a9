package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.moralbank.paycodes.PayCodeTable.PAY_CODES;
import static org.moralbank.paycodes.PayDeviceTable.POCKETS;
import static org.moralbank.paycodes.UsedStepTable.USED_STEPS;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.commits.WorkingSet;
import org.moralbank.paycodes.PayDevice.Pocket;
import org.moralbank.platform.RefusedException;

/** When a shown code is taken: the borders of its time and of its step, on both sides, without a database. */
class ShownCodeTest {
    private static final int BOOK = 1;
    private static final UUID ID = new UUID(1, 1);
    private static final Instant MADE = Instant.parse("2026-11-23T08:00:00Z");
    private static final Instant A_DAY_LATER = MADE.plusSeconds(86_400);
    private static final byte[] SECRET = "12345678901234567890123456789012".getBytes(StandardCharsets.US_ASCII);

    // ---- codes of the service ------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-23T08:00:00Z, -",
                "2026-11-23T08:00:59.999999Z, -",
                "2026-11-23T08:01:00Z, pay-code-expired",
                "2026-11-23T09:00:00Z, pay-code-expired",
            })
    void takesACodeOfTheServiceUntilItsTimeIsOver(Instant shownAt, @Nullable String refusal) {
        WorkingSet set = withCode(shownAt, null);

        assertThat(present(set, new ShownCode.Made(BOOK, ID, "M-1"))).isEqualTo(refusal);

        assertThat(set.get(PAY_CODES, new PayCode.Key(BOOK, ID)).usedAt()).isEqualTo(refusal == null ? shownAt : null);
    }

    @Test
    void saysUsedBeforeExpired() {
        assertThat(present(withCode(MADE.plusSeconds(600), MADE.plusSeconds(5)), new ShownCode.Made(BOOK, ID, "M-1")))
                .isEqualTo("pay-code-used");
    }

    @Test
    void takesACodeOnceAndAgainWhenTheWorkWasUndone() {
        WorkingSet set = withCode(MADE, null);
        ShownCode shown = new ShownCode.Made(BOOK, ID, "M-1");
        int mark = set.mark();

        assertThat(present(set, shown)).isNull();
        assertThat(present(set, shown)).isEqualTo("pay-code-used");
        set.undoTo(mark);

        assertThat(present(set, shown)).isNull();
    }

    @Test
    void knowsNoCodeThatIsNobodys() {
        assertThat(present(new WorkingSet(MADE), new ShownCode.Nobodys())).isEqualTo("pay-code-unknown");
    }

    /** It is uploaded a day later. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-23T07:00:00Z, pay-code-unknown",
                "2026-11-23T07:59:19.999999Z, pay-code-unknown",
                "2026-11-23T07:59:20Z, -",
                "2026-11-23T08:00:00Z, -",
                "2026-11-23T08:00:59.999999Z, -",
                "2026-11-23T08:01:00Z, pay-code-expired",
                "2026-11-24T08:00:00Z, pay-code-expired",
            })
    void takesACodeOfTheServiceThatWasGoodWhenItWasShownWithoutAConnection(Instant shownAt, @Nullable String refusal) {
        WorkingSet set = withCode(A_DAY_LATER, null);

        assertThat(presentAt(set, new ShownCode.Made(BOOK, ID, "M-1"), shownAt)).isEqualTo(refusal);

        assertThat(set.get(PAY_CODES, new PayCode.Key(BOOK, ID)).usedAt()).isEqualTo(refusal == null ? shownAt : null);
    }

    @Test
    void takesNoCodeOfTheServiceAgainThatWasTakenAfterItWasShownWithoutAConnection() {
        assertThat(presentAt(
                        withCode(A_DAY_LATER, MADE.plusSeconds(30)),
                        new ShownCode.Made(BOOK, ID, "M-1"),
                        MADE.plusSeconds(10)))
                .isEqualTo("pay-code-used");
    }

    private static WorkingSet withCode(Instant now, @Nullable Instant usedAt) {
        WorkingSet set = new WorkingSet(now);
        PayCode code = new PayCode(BOOK, ID, "M-1", MADE, MADE.plusSeconds(60), usedAt);
        set.loaded(PAY_CODES, List.of(code.key()), Map.of(code.key(), code));
        return set;
    }

    // ---- codes of devices ----------------------------------------------------------------------------------------

    /** A code of the step from 08:00:00 to 08:00:20. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-23T07:59:39.999999Z, pay-code-unknown",
                "2026-11-23T07:59:40Z, -",
                "2026-11-23T08:00:00Z, -",
                "2026-11-23T08:00:39.999999Z, -",
                "2026-11-23T08:00:40Z, pay-code-expired",
                "2026-11-23T08:05:19.999999Z, pay-code-expired",
                "2026-11-23T08:05:20Z, pay-code-unknown",
            })
    void takesACodeOfADeviceInItsStepAndInThoseBesideIt(Instant shownAt, @Nullable String refusal) {
        WorkingSet set = withDevice(shownAt, device(-1, null));

        assertThat(present(set, shown(0))).isEqualTo(refusal);

        assertThat(lastStep(set)).isEqualTo(refusal == null ? step(0) : -1);
    }

    @Test
    void takesEachStepOnceAndNoneBeforeOneThatWasTaken() {
        WorkingSet set = withDevice(MADE, device(-1, null));

        assertThat(present(set, shown(0))).isNull();
        assertThat(present(set, shown(0))).isEqualTo("pay-code-used");
        assertThat(present(set, shown(-1))).isEqualTo("pay-code-used");
        assertThat(present(set, shown(1))).isNull();
        assertThat(present(set, shown(0))).isEqualTo("pay-code-used");
        assertThat(lastStep(set)).isEqualTo(step(1));
    }

    @Test
    void knowsNoCodeOfAnotherSecret() {
        WorkingSet set = withDevice(MADE, device(-1, null));
        int password = Totp.password(new byte[32], step(0));

        assertThat(present(
                        set, new ShownCode.OfDevice(BOOK, ID, "M-1", password, new ShownCode.OfDevice.Secret(SECRET))))
                .isEqualTo("pay-code-unknown");
        assertThat(lastStep(set)).isEqualTo(-1);
    }

    @Test
    void knowsNoCodeOfADeviceThatIsRevoked() {
        assertThat(present(withDevice(MADE, device(-1, MADE)), shown(0))).isEqualTo("pay-code-unknown");
    }

    /** A code of the step from 08:00:00 to 08:00:20, which is uploaded a day later. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-23T07:59:39.999999Z, pay-code-unknown",
                "2026-11-23T07:59:40Z, -",
                "2026-11-23T08:00:00Z, -",
                "2026-11-23T08:00:39.999999Z, -",
                "2026-11-23T08:00:40Z, pay-code-unknown",
                "2026-11-24T08:00:00Z, pay-code-unknown",
            })
    void takesACodeOfADeviceThatWasOfTheStepWhenItWasShownWithoutAConnectionOrOfThoseBesideIt(
            Instant shownAt, @Nullable String refusal) {
        WorkingSet set = withDevice(A_DAY_LATER, device(-1, null));

        assertThat(presentAt(set, shown(0), shownAt)).isEqualTo(refusal);

        assertThat(lastStep(set)).isEqualTo(refusal == null ? step(0) : -1);
    }

    /** Another till uploaded first, or the member has paid with a connection since. */
    @Test
    void takesEachStepThatWasShownWithoutAConnectionOnceWhateverWasTakenSince() {
        WorkingSet set = withDevice(A_DAY_LATER, device(step(2), null), step(2));

        assertThat(presentAt(set, shown(2), MADE.plusSeconds(40))).isEqualTo("pay-code-used");
        assertThat(presentAt(set, shown(1), MADE.plusSeconds(20))).isNull();
        assertThat(lastStep(set)).as("goes up only").isEqualTo(step(2));
        assertThat(presentAt(set, shown(1), MADE.plusSeconds(39))).isEqualTo("pay-code-used");
        assertThat(presentAt(set, shown(3), MADE.plusSeconds(60))).isNull();
        assertThat(presentAt(set, shown(0), MADE)).isNull();
        assertThat(presentAt(set, shown(3), MADE.plusSeconds(60))).isEqualTo("pay-code-used");
        assertThat(lastStep(set)).isEqualTo(step(3));
    }

    @Test
    void takesNoCodeOfADeviceAgainThatWasTakenTheOtherWay() {
        WorkingSet set = withDevice(MADE.plusSeconds(20), device(-1, null));

        assertThat(present(set, shown(0))).isNull();
        assertThat(presentAt(set, shown(0), MADE)).isEqualTo("pay-code-used");
        assertThat(presentAt(set, shown(1), MADE.plusSeconds(20))).isNull();
        assertThat(present(set, shown(1))).isEqualTo("pay-code-used");
        assertThat(present(set, shown(2))).isNull();
    }

    @Test
    void takesACodeOfADeviceThatWasShownWithoutAConnectionAgainWhenTheWorkWasUndone() {
        WorkingSet set = withDevice(A_DAY_LATER, device(-1, null));
        int mark = set.mark();

        assertThat(presentAt(set, shown(0), MADE)).isNull();
        set.undoTo(mark);

        assertThat(presentAt(set, shown(0), MADE)).isNull();
    }

    /** Enrolled at 08:00, and revoked a minute later. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "2026-11-23T07:59:59.999999Z, pay-code-unknown",
                "2026-11-23T08:00:00Z, -",
                "2026-11-23T08:00:59.999999Z, -",
                "2026-11-23T08:01:00Z, pay-code-unknown",
            })
    void takesCodesOfADeviceThatWereShownWhileItWasEnrolled(Instant shownAt, @Nullable String refusal) {
        PayDevice device = new PayDevice(ID, "0481516", null, MADE, MADE.plusSeconds(60), -1, null);
        int step = Math.toIntExact(Totp.stepAt(shownAt.getEpochSecond()) - step(0));

        assertThat(presentAt(withDevice(A_DAY_LATER, device), shown(step), shownAt))
                .isEqualTo(refusal);
    }

    /** Of the three steps that are taken, only their own passwords are: 10^8 - 3 of 10^8 guesses fail. */
    @Test
    void takesThreePasswordsAtATime() {
        int taken = 0;
        for (int step = -100; step <= 100; step++) {
            WorkingSet set = withDevice(MADE, device(-1, null));
            taken += present(set, shown(step)) == null ? 1 : 0;
        }

        assertThat(taken).isEqualTo(3);
    }

    private static long step(int from) {
        return Totp.stepAt(MADE.getEpochSecond()) + from;
    }

    private static ShownCode shown(int step) {
        return new ShownCode.OfDevice(
                BOOK, ID, "M-1", Totp.password(SECRET, step(step)), new ShownCode.OfDevice.Secret(SECRET));
    }

    private static PayDevice device(long lastStep, @Nullable Instant revokedAt) {
        return new PayDevice(ID, "0481516", null, Instant.EPOCH, revokedAt, lastStep, null);
    }

    private static WorkingSet withDevice(Instant now, PayDevice device, long... used) {
        WorkingSet set = new WorkingSet(now);
        Pocket.Key key = new Pocket.Key(BOOK, "M-1");
        set.loaded(POCKETS, List.of(key), Map.of(key, new Pocket(List.of(device))));
        List<UsedStep> near = LongStream.rangeClosed(step(-10), step(10))
                .mapToObj(step -> new UsedStep(BOOK, ID, step))
                .toList();
        Map<UsedStep, UsedStep> there = LongStream.of(used)
                .mapToObj(step -> new UsedStep(BOOK, ID, step))
                .collect(Collectors.toMap(step -> step, step -> step));
        set.loaded(USED_STEPS, near, there);
        return set;
    }

    private static long lastStep(WorkingSet set) {
        return set.get(POCKETS, new Pocket.Key(BOOK, "M-1"))
                .devices()
                .getFirst()
                .lastStep();
    }

    /** The code of the refusal; null when it was taken. */
    private static @Nullable String present(WorkingSet set, ShownCode shown) {
        return told(() -> shown.present(set));
    }

    private static @Nullable String presentAt(WorkingSet set, ShownCode shown, Instant at) {
        return told(() -> shown.presentAt(set, at));
    }

    private static @Nullable String told(Supplier<Presented> taking) {
        try {
            assertThat(taking.get()).isEqualTo(new Presented("M-1", null));
            return null;
        } catch (RefusedException refused) {
            assertThat(refused.rejection().facts())
                    .as("tells nothing of members")
                    .isEmpty();
            return refused.rejection().code();
        }
    }
}
