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
    private final MeterRegistry registry;
    private final Counter replays;
    private final Map<String, Counter> counters = new ConcurrentHashMap<>();
    private final Map<String, Timer> ages = new ConcurrentHashMap<>();
    private volatile RedemptionStore.Open open = new RedemptionStore.Open(0, 0, 0);

    RedemptionMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.replays = Counter.builder("moralbank.redemptions.replays")
                .description("Redemptions asked for again and answered as the first time")
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
    }

    void open(RedemptionStore.Open now) {
        open = now;
    }

    /** A sale or an authorization was answered. */
    void redeemed(Answer answer, @Nullable Redemption made) {
        if (answer.replayed()) {
            replays.increment();
        } else if (!answer.isProblem() && made != null) {
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
        } else if (answer.status() == 409 || answer.status() == 422) {
            declined(codeOf(answer), 1);
        }
    }

    /** So many were declined: redemptions, or rows of an upload. */
    void declined(String code, int many) {
        count("moralbank.redemptions.declines", "Redemptions declined, by code", "code", code, many);
    }

    /** A step of a redemption was answered. */
    void stepped(Step step, Answer answer) {
        if (answer.isProblem() || answer.replayed()) {
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
        count(name, description, tag, value, 1);
    }

    private void count(String name, String description, String tag, String value, int many) {
        counters.computeIfAbsent(
                        name + ' ' + value,
                        ignored -> Counter.builder(name)
                                .description(description)
                                .tag(tag, value)
                                .register(registry))
                .increment(many);
    }

    private static String codeOf(Answer problem) {
        try {
            return Json.mapper().readTree(problem.body()).path("code").asText();
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON", e);
        }
    }
}
