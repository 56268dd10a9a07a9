package org.moralbank.paycodes;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks for vouchers whose time is over and has them expire, one work each. It needs no lease: each work judges the voucher
 * again under the book's lock, so that two processes that do it at once, or one that was stopped and woke, do nothing twice.
 */
@ApplicationScoped
class VoucherExpiry {
    private static final Logger LOG = Logger.getLogger(VoucherExpiry.class);

    /** Two commits' worth: what is found at once, and of it half is under way, so that sales find room between them. */
    private static final int AT_ONCE = 512;

    private static final int UNDER_WAY = 256;

    private final Vertx vertx;
    private final PayCodeStore store;
    private final Vouchers vouchers;
    private final PayCodesConfig config;
    private final AtomicBoolean running = new AtomicBoolean();
    private long timer = -1;

    VoucherExpiry(Vertx vertx, PayCodeStore store, Vouchers vouchers, PayCodesConfig config) {
        this.vertx = vertx;
        this.store = store;
        this.vouchers = vouchers;
        this.config = config;
    }

    void onStart(@Observes StartupEvent event) {
        timer = vertx.setPeriodic(config.expiryInterval().toMillis(), tick -> {
            if (running.compareAndSet(false, true)) {
                run().onTermination()
                        .invoke(() -> running.set(false))
                        .subscribe()
                        .with(
                                expired -> {
                                    if (expired > 0) {
                                        LOG.infof("%d vouchers have expired.", expired);
                                    }
                                },
                                failure -> LOG.warn("Vouchers could not be looked for; trying again later.", failure));
            }
        });
    }

    void onStop(@Observes ShutdownEvent event) {
        vertx.cancelTimer(timer);
    }

    /** Has all expire that are due now; how many works were done. */
    Uni<Integer> run() {
        return Uni.createFrom()
                .deferred(this::some)
                .repeat()
                // What is refused (429, 503) is found again; it is not asked for again at once.
                .whilst(done -> done == AT_ONCE)
                .collect()
                .with(Collectors.summingInt(Integer::intValue));
    }

    private Uni<Integer> some() {
        return store.due(AT_ONCE)
                .chain(due -> Multi.createFrom()
                        .iterable(due)
                        .onItem()
                        .transformToUni(vouchers::expire)
                        .merge(UNDER_WAY)
                        .filter(answer -> !answer.isProblem())
                        .collect()
                        .with(Collectors.summingInt(expired -> 1)));
    }
}
