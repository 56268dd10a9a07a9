package org.moralbank.redemptions;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.platform.Json;

/** What is measured of redemptions. No meter is tagged with an id; codes are those of the table of problems. */
@ApplicationScoped
class RedemptionMetrics {
    /** What is declined; a tag, so that what sellers are refused is not mixed with what becomes of it later. */
    enum Asked {
        REDEEM,
        CAPTURE,
        VOID,
        REFUND,
        REVERSAL,
        OFFLINE
    }

    private final MeterRegistry registry;
    private final Counter replays;
    private final Counter stuck;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> ages = new ConcurrentHashMap<>();
    private volatile RedemptionStore.Open open = new RedemptionStore.Open(0, 0, 0, 0);

    RedemptionMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.replays = Counter.builder("moralbank.redemptions.replays")
                .description("Redemptions and steps of them asked for again and answered as the first time")
                .register(registry);
        this.stuck = Counter.builder("moralbank.redemptions.expiry.failures")
                .description("Overdue authorizations that could not be released, each once more when it is tried again")
                .register(registry);
        Gauge.builder("moralbank.redemptions.open", this, metrics -> metrics.open.count())
                .description("Authorizations that hold; looked at every half minute")
                .register(registry);
        Gauge.builder("moralbank.redemptions.open.points", this, metrics -> metrics.open.points())
                .description("What they hold, in hundredths of a point; looked at every half minute")
                .register(registry);
        Gauge.builder("moralbank.redemptions.open.age", this, metrics -> metrics.open.oldestSeconds())
                .description("How long the oldest of them holds; looked at every half minute")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("moralbank.redemptions.overdue.age", this, metrics -> metrics.open.overdueSeconds())
                .description(
                        "How long the time is over of the authorization that should have been released first, 0 where"
                                + " none should have been; looked at every half minute")
                .baseUnit("seconds")
                .register(registry);
    }

    void open(RedemptionStore.Open now) {
        open = now;
    }

    /** A sale or an authorization was answered. */
    void redeemed(Answer answer, @Nullable Redemption made) {
        if (isAsBefore(Asked.REDEEM, answer)) {
            return;
        }
        if (made != null) {
            Purchase purchase = made.purchase();
            count(
                    "moralbank.redemptions.approvals",
                    "Redemptions approved, by mode",
                    "mode",
                    purchase.mode().name().toLowerCase(Locale.ROOT));
            if (purchase.approved() < purchase.amount()) {
                count(
                        "moralbank.redemptions.approvals.partial",
                        "Redemptions approved in part, by mode",
                        "mode",
                        purchase.mode().name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** It was refused before anything was looked at. */
    void refused(Asked asked, Answer answer) {
        isAsBefore(asked, answer);
    }

    /** Counts what changed nothing: a replay, or what was declined. */
    private boolean isAsBefore(Asked asked, Answer answer) {
        if (answer.replayed()) {
            replays.increment();
        } else if (answer.status() == 409 || answer.status() == 422) {
            declined(asked, codeOf(answer), 1);
        }
        return answer.replayed() || answer.isProblem();
    }

    /** So many rows of an upload were declined. */
    void declined(String code, int many) {
        declined(Asked.OFFLINE, code, many);
    }

    private void declined(Asked asked, String code, int many) {
        String step = asked.name().toLowerCase(Locale.ROOT);
        counters.computeIfAbsent(
                        "declines " + step + ' ' + code,
                        ignored -> Counter.builder("moralbank.redemptions.declines")
                                .description("Redemptions and steps of them declined, by step and code")
                                .tag("step", step)
                                .tag("code", code)
                                .register(registry))
                .increment(many);
    }

    /** A step of a redemption was answered; one that is outdated is not, but tried again. */
    void stepped(Step step, Answer answer) {
        if (step.isOutdated() || isAsBefore(step.asked(), answer)) {
            return;
        }
        if (step instanceof Step.Reversing reversing) {
            count(
                    "moralbank.redemptions.reversals",
                    "Transactions reversed by their terminals, by whether they had come",
                    "original",
                    reversing.original().name().toLowerCase(Locale.ROOT));
        }
        Redemption changed = step.changed();
        if (changed instanceof Redemption.Captured captured && step instanceof Step.Capturing) {
            held("capture", captured, captured.capture().at());
        } else if (changed instanceof Redemption.Voided voided) {
            held("void", voided, voided.at());
        } else if (changed instanceof Redemption.Reversed reversed
                && step instanceof Step.Reversing reversing
                && reversing.endedAHold()) {
            held("reversal", reversed, reversed.at());
        }
    }

    private void held(String end, Redemption redemption, Instant at) {
        held(end, redemption.age(at));
    }

    /** A hold whose time is over could not be ended. */
    void stuck() {
        stuck.increment();
    }

    /** A hold has ended. */
    void held(String end, Duration age) {
        ages.computeIfAbsent(
                        end,
                        ignored -> Timer.builder("moralbank.redemptions.hold.age")
                                .description("How long authorizations held, by how they ended")
                                .tag("end", end)
                                .publishPercentiles(0.5, 0.99)
                                .register(registry))
                .record(age.isNegative() ? Duration.ZERO : age);
    }

    private void count(String name, String description, String tag, String value) {
        counters.computeIfAbsent(
                        name + ' ' + value,
                        ignored -> Counter.builder(name)
                                .description(description)
                                .tag(tag, value)
                                .register(registry))
                .increment();
    }

    private static String codeOf(Answer problem) {
        try {
            return Json.mapper().readTree(problem.body()).path("code").asText();
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }
}
