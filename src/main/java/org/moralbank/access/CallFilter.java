package org.moralbank.access;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.ProblemsResource;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;

/**
 * Lets a request under {@code /v1} in when its key is known and a role of its client may use the operation, with every book
 * where it is of none; and a POST with a body only where the operation has one, or the body says nothing.
 */
@Singleton
class CallFilter {
    /** Of a body that is to be empty. */
    private static final int MOST_OF_NOTHING = 4096;

    private final Callers callers;
    private final Map<String, Admission> byOperation = new ConcurrentHashMap<>();

    /** Whom an operation lets in, whether with every book only, and whether it takes a body. */
    private record Admission(Role[] roles, boolean everyBook, boolean takesABody) {}

    CallFilter(Callers callers) {
        this.callers = callers;
    }

    @ServerRequestFilter
    @Nullable
    Uni<Response> identify(
            RoutingContext http, SimpleResourceInfo operation, ResteasyReactiveContainerRequestContext request) {
        // By the operation and not by the path, of which there is more than one way to write each.
        if (operation.getResourceClass() == ProblemsResource.class) {
            return null;
        }
        return callers.identify(http.request().getHeader("Authorization")).chain(caller -> {
            Admission admission = admission(operation);
            if (!caller.client().isAny(admission.roles)) {
                throw new AccessRejection.Forbidden(
                                sorted(Arrays.asList(admission.roles)),
                                sorted(caller.client().roles()))
                        .refused();
            }
            if (admission.everyBook && !caller.client().mayUse(Client.EVERY_BOOK)) {
                throw new ProtocolRejection.Plain("forbidden").refused();
            }
            if (http.normalizedPath().indexOf(';') >= 0) {
                // What stands behind it would be dropped, and the rest be taken for the id of something else.
                throw ProtocolRejection.Invalid.field("path", "semicolon").refused();
            }
            Call.begin(http, caller);
            return !admission.takesABody && http.request().method().equals(HttpMethod.POST) && hasBody(http.request())
                    ? refuseUnlessEmpty(
                            ((ResteasyReactiveRequestContext) request.getServerRequestContext()).serverRequest())
                    : Uni.createFrom().nullItem();
        });
    }

    /** In the order of {@link Role}, as the API's description has them. */
    private static List<Role> sorted(Collection<Role> roles) {
        return roles.stream().sorted().toList();
    }

    /** Records are read from JSON, and an import from its stream; all other parameters are of the path or the query. */
    private static boolean takesABody(SimpleResourceInfo operation) {
        return Arrays.stream(operation.parameterTypes())
                .anyMatch(type -> Record.class.isAssignableFrom(type) || type == InputStream.class);
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null ? request.headers().contains("Transfer-Encoding") : !length.equals("0");
    }

    /** What is in a body that the operation does not have would be passed over, and its client would not know. */
    private static Uni<Response> refuseUnlessEmpty(ServerHttpRequest request) {
        return Uni.createFrom().emitter(emitter -> {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            request.setReadListener(new ServerHttpRequest.ReadCallback() {
                @Override
                public void data(ByteBuffer piece) {
                    int most = MOST_OF_NOTHING - body.size();
                    if (piece.remaining() > most) {
                        emitter.fail(new ProtocolRejection.TooLarge(MOST_OF_NOTHING).refused());
                    } else {
                        byte[] bytes = new byte[piece.remaining()];
                        piece.get(bytes);
                        body.writeBytes(bytes);
                    }
                }

                @Override
                public void done() {
                    try {
                        BodyReader.refuseUnlessEmpty(body.toByteArray());
                        emitter.complete(null);
                    } catch (RefusedException refused) {
                        emitter.fail(refused);
                    }
                }
            });
            request.resumeRequestInput();
        });
    }

    private Admission admission(SimpleResourceInfo operation) {
        String name = operation.getResourceClass().getName() + '#' + operation.getMethodName();
        return byOperation.computeIfAbsent(name, ignored -> {
            Allowed allowed = allowed(operation, name);
            return new Admission(allowed.value(), allowed.everyBook(), takesABody(operation));
        });
    }

    private static Allowed allowed(SimpleResourceInfo operation, String name) {
        return Arrays.stream(operation.getResourceClass().getDeclaredMethods())
                .filter(method -> method.getName().equals(operation.getMethodName()))
                .map(method -> method.getAnnotation(Allowed.class))
                .filter(allowed -> allowed != null)
                // Two operations of one name would share the roles of either.
                .reduce((one, other) -> {
                    throw new IllegalStateException("two operations are called " + name);
                })
                .orElseThrow(() -> new IllegalStateException("no roles are named for " + name));
    }
}
