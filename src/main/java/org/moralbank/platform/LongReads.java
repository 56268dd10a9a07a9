package org.moralbank.platform;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Lets only so many reports be made at a time, and refuses others at once ({@code overloaded}). Each has a connection of the
 * pool for as long as the database takes: without a bound a few spreadsheets that are refreshed together would leave none to
 * tills, and none to the readiness check, which would take a healthy replica out of service.
 */
@ApplicationScoped
class LongReads {
    /** Behind all that refuses a request for what it is. */
    private static final int LAST = 7000;

    private final Semaphore free;

    LongReads(ReadsConfig config) {
        this.free = new Semaphore(config.longAtOnce());
    }

    @LongRead
    @ServerRequestFilter(priority = LAST)
    void take(RoutingContext http) {
        if (!free.tryAcquire()) {
            throw new ProtocolRejection.Plain("overloaded").refused();
        }
        http.addEndHandler(ended -> free.release());
    }

    /** What a test takes for itself, and gives back. */
    Semaphore free() {
        return free;
    }
}
