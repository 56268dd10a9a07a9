package org.moralbank.platform;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.quarkus.runtime.Startup;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jspecify.annotations.Nullable;

/**
 * Lets only so many reports be made at a time, and refuses others at once ({@code overloaded}). Each has a connection of the
 * pool for as long as the database takes: without a bound a few spreadsheets that are refreshed together would leave none to
 * tills, and none to the readiness check, which would take a healthy replica out of service.
 *
 * <p>A client that goes away makes room, and one that takes nothing of its answer for {@link ReadsConfig#longestPause} is cut
 * off: a file is written page by page, and while a page waits for its client it holds no connection, but its place.
 */
@Startup
@ApplicationScoped
class LongReads {
    /** Behind all that refuses a request for what it is. */
    private static final int LAST = 7000;

    private final Semaphore free;
    private final long longestPause;

    LongReads(ReadsConfig config, @ConfigProperty(name = "quarkus.datasource.reactive.max-size") int connections) {
        Settings.refuse(config.fault(connections));
        this.free = new Semaphore(config.longAtOnce());
        this.longestPause = config.longestPause().toMillis();
    }

    @LongRead
    @ServerRequestFilter(priority = LAST)
    void take(RoutingContext http, ResteasyReactiveContainerRequestContext request) {
        if (!free.tryAcquire()) {
            throw new ProtocolRejection.Plain("overloaded").refused();
        }
        Place place = new Place(http);
        try {
            place.watch(request.getServerRequestContext().serverResponse());
        } catch (RuntimeException | Error fault) {
            place.leave();
            throw fault;
        }
    }

    /** What a test takes for itself, and gives back. */
    Semaphore free() {
        return free;
    }

    /** A place that was taken. */
    private final class Place {
        private final RoutingContext http;
        private final AtomicBoolean left = new AtomicBoolean();
        private final @Nullable Channel channel;
        private final ChannelFutureListener closed = channel -> leave();
        private long watch = -1;
        private long written;

        Place(RoutingContext http) {
            this.http = http;
            this.channel =
                    http.request().connection() instanceof ConnectionBase connection ? connection.channel() : null;
        }

        void watch(ServerHttpResponse answer) {
            watch = http.vertx().setPeriodic(longestPause, look -> lookAtClient());
            http.addEndHandler(ended -> leave());
            // REST replaces the end handlers' own look at clients that go away. A client to whom it could not write is
            // reset, and of that Vert.x tells nobody.
            answer.addCloseHandler(this::leave);
            if (channel != null) {
                channel.closeFuture().addListener(closed);
            }
        }

        /** What was written is not taken, and nothing was since the last look. */
        private void lookAtClient() {
            HttpServerResponse response = http.response();
            if (response.ended() || response.closed()) {
                return;
            }
            if (response.writeQueueFull() && response.bytesWritten() == written) {
                cutOff(response);
            }
            written = response.bytesWritten();
        }

        /** At once, past Vert.x' own handler: that closes when all is written. */
        @SuppressWarnings("FutureReturnValueIgnored") // the channel's own, to which is listened
        private void cutOff(HttpServerResponse response) {
            if (channel != null && http.request().version() != HttpVersion.HTTP_2) {
                channel.pipeline().firstContext().close();
            } else {
                response.reset();
            }
        }

        private void leave() {
            if (left.compareAndSet(false, true)) {
                http.vertx().cancelTimer(watch);
                if (channel != null) {
                    channel.closeFuture().removeListener(closed);
                }
                free.release();
            }
        }
    }
}
