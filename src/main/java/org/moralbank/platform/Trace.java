package org.moralbank.platform;

import io.smallrye.common.vertx.VertxContext;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The id by which a request is found in the log: the trace id of its {@code traceparent} (W3C Trace Context, section 3.2),
 * or a new one. Every answer has it as the header {@code Trace-Id}, every problem of 5xx also in its body.
 *
 * <p>No tracing library is asked: this service calls no other, so that it would have one span per request to tell of. The
 * id is put into the log's context only around a failure that is logged, because that costs more than all else here.
 */
public final class Trace {
    /** The header of answers, and the key of the log's context. */
    static final String HEADER = "Trace-Id";

    private static final String KEY = "traceId";
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private Trace() {}

    /** Gives a request its id. */
    static String begin(RoutingContext http) {
        String id = idOf(http.request().getHeader("traceparent"));
        http.put(KEY, id);
        Context context = Vertx.currentContext();
        if (context != null) {
            context.putLocal(KEY, id);
        }
        return id;
    }

    static String of(RoutingContext http) {
        String id = http.get(KEY);
        return id == null ? begin(http) : id;
    }

    /** The id of the request that a context serves; a new one outside of any. */
    public static String of(@Nullable Context context) {
        String id = context == null ? null : context.getLocal(KEY);
        return id == null ? fresh() : id;
    }

    /** Runs what logs a failure, with the id in each line's {@code traceId}. */
    public static void logging(String id, Runnable log) {
        Context context = Vertx.currentContext();
        if (context == null || VertxContext.isDuplicatedContext(context)) {
            inContext(id, log);
        } else {
            // The log's context is that of a request; where there is none, as in a lane, each look is at a new one.
            ((ContextInternal) context).duplicate().dispatch(() -> inContext(id, log));
        }
    }

    private static void inContext(String id, Runnable log) {
        Object before = MDC.get(KEY);
        MDC.put(KEY, id);
        try {
            log.run();
        } finally {
            if (before == null) {
                MDC.remove(KEY);
            } else {
                MDC.put(KEY, before);
            }
        }
    }

    /** The trace id of a {@code traceparent}; a new one when it is missing or malformed. */
    static String idOf(@Nullable String traceparent) {
        if (traceparent != null && traceparent.length() <= 512) {
            var parts = TRACEPARENT.matcher(traceparent);
            // Version 00 has these four parts and nothing behind them; later versions may have more.
            if (parts.matches() && (parts.group(2) == null || !traceparent.startsWith("00"))) {
                return parts.group(1);
            }
        }
        return fresh();
    }

    private static String fresh() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        // All zeros is no trace id; of the high half one bit is always set.
        return hex.toHexDigits(random.nextLong() | 1) + hex.toHexDigits(random.nextLong());
    }
}
