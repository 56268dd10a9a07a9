package org.moralbank.platform;

import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Which methods a path has: for the {@code Allow} of a 405 (RFC 9110 section 15.5.6), which the framework leaves out, and of
 * the answer to OPTIONS (section 9.3.7), in which it would tell those of the whole resource.
 */
@Singleton
class PathMethods {
    private static final Pattern PARAMETER = Pattern.compile("\\{[^/{}]+}");

    private record Operation(String template, Pattern path, String method) {}

    private final List<Operation> operations = new ArrayList<>();

    PathMethods(BeanManager beans) {
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            Path path = bean.getBeanClass().getAnnotation(Path.class);
            if (path != null) {
                for (Method method : bean.getBeanClass().getDeclaredMethods()) {
                    add(path.value(), method);
                }
            }
        }
    }

    private void add(String start, Method method) {
        for (Annotation annotation : method.getAnnotations()) {
            HttpMethod named = annotation.annotationType().getAnnotation(HttpMethod.class);
            if (named != null) {
                Path rest = method.getAnnotation(Path.class);
                String path = ("/" + start + "/" + (rest == null ? "" : rest.value())).replaceAll("/+", "/");
                // Ids have neither slashes nor anything that a pattern would take for its own but the dot, which does
                // no
                // harm. One that is given a pattern of its own may have slashes.
                String template = path.replaceAll("/$", "");
                String pattern = PARAMETER
                        .matcher(template)
                        .replaceAll(found -> found.group().contains(":") ? ".+" : "[^/]+");
                operations.add(new Operation(template, Pattern.compile(pattern + "/?"), named.value()));
            }
        }
    }

    /** The value of {@code Allow}; empty when nothing is there. */
    String of(String path) {
        Set<String> methods = operations.stream()
                .filter(operation -> operation.path().matcher(path).matches())
                .map(Operation::method)
                .collect(Collectors.toCollection(TreeSet::new));
        if (methods.isEmpty()) {
            return "";
        }
        if (methods.contains(HttpMethod.GET)) {
            methods.add(HttpMethod.HEAD);
        }
        methods.add(HttpMethod.OPTIONS);
        return String.join(", ", methods);
    }

    /** Whether an operation has this path, which is the same for all requests. */
    boolean isFixed(String path) {
        return operations.stream().anyMatch(operation -> operation.template().equals(path));
    }

    /** Answers OPTIONS, without asking who calls: the description of the API is public too. */
    @ServerRequestFilter(preMatching = true)
    @Nullable
    Response tell(RoutingContext http) {
        if (!http.request().method().name().equals(HttpMethod.OPTIONS)) {
            return null;
        }
        String methods = of(http.normalizedPath());
        if (methods.isEmpty()) {
            throw new NotFoundException();
        }
        return Response.noContent().header(HttpHeaders.ALLOW, methods).build();
    }
}
