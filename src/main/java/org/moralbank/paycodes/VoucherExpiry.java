package org.moralbank.paycodes;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks for vouchers whose time is over and has them expire, one work each. It needs no lease: each work judges the voucher
 * again under the book's lock, so that two processes that do it at once, or one that was stopped and woke, do nothing twice.
 * What is refused is left out until it looks again, a busy book with all that is of it: all others go.
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
                                done -> {
                                    if (done > 0) {
                                        LOG.debugf("%d vouchers were looked at whose time is over.", done);
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
        return Uni.createFrom().deferred(() -> {
            Set<Integer> busy = ConcurrentHashMap.newKeySet();
            Set<UUID> refused = ConcurrentHashMap.newKeySet();
            return Uni.createFrom()
                    .deferred(() -> some(busy, refused))
                    .repeat()
                    .whilst(round -> round.found == AT_ONCE && round.done > 0)
                    .collect()
                    .with(Collectors.summingInt(Round::done));
        });
    }

    /** How many were found, and how many works of them were done. */
    private record Round(int found, int done) {}

    /**
     * Has some expire.
     *
     * @param busy books that take nothing for now, to which those are added that say so
     * @param refused vouchers that cannot expire, to which the same is done
     */
    private Uni<Round> some(Set<Integer> busy, Set<UUID> refused) {
        return store.due(AT_ONCE, busy, refused)
                .chain(due -> Multi.createFrom()
                        .iterable(due)
                        .onItem()
                        .transformToUni(voucher -> vouchers.expire(voucher).invoke(answer -> {
                            if (answer.status() == 429 || answer.status() == 503) {
                                busy.add(voucher.book());
                            } else if (answer.isProblem()) {
                                refused.add(voucher.id());
                            }
                        }))
                        .merge(UNDER_WAY)
                        .filter(answer -> !answer.isProblem())
                        .collect()
                        .with(Collectors.summingInt(done -> 1))
                        .map(done -> new Round(due.size(), done)));
    }
}
