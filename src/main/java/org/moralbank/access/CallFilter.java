package org.moralbank.access;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.ProblemsResource;

/** Lets a request under {@code /v1} in when its key is known and a role of its client may use the operation. */
@Singleton
class CallFilter {
    private final Callers callers;
    private final Map<String, Role[]> rolesByOperation = new ConcurrentHashMap<>();

    CallFilter(Callers callers) {
        this.callers = callers;
    }

    @ServerRequestFilter
    @Nullable
    Uni<Response> identify(RoutingContext http, SimpleResourceInfo operation) {
        // By the operation and not by the path, of which there is more than one way to write each.
        if (operation.getResourceClass() == ProblemsResource.class) {
            return null;
        }
        return callers.identify(http.request().getHeader("Authorization")).map(caller -> {
            if (!caller.client().isAny(roles(operation))) {
                throw new AccessRejection.Forbidden().refused();
            }
            Call.begin(http, caller);
            return null;
        });
    }

    private Role[] roles(SimpleResourceInfo operation) {
        String name = operation.getResourceClass().getName() + '#' + operation.getMethodName();
        return rolesByOperation.computeIfAbsent(
                name,
                ignored -> Arrays.stream(operation.getResourceClass().getDeclaredMethods())
                        .filter(method -> method.getName().equals(operation.getMethodName()))
                        .map(method -> method.getAnnotation(Allowed.class))
                        .filter(allowed -> allowed != null)
                        // Two operations of one name would share the roles of either.
                        .reduce((one, other) -> {
                            throw new IllegalStateException("two operations are called " + name);
                        })
                        .map(Allowed::value)
                        .orElseThrow(() -> new IllegalStateException("no roles are named for " + name)));
    }
}
