package org.moralbank.platform;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.SimpleResourceInfo;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what an operation does not have, before it is asked.
 *
 * <p>Query parameters that it does not know, by name: a filter that is misspelt and ignored would answer with everything,
 * and look right. One that is given twice, of which the framework would take either; no operation takes several. More than
 * one Idempotency-Key, which would be several effects. And a media type that it does not answer in, where it names none: the
 * framework looks only at those that do, and the others answer in JSON.
 */
@Singleton
class OperationFilter {
    /** Behind the one that asks who calls, so that a stranger learns nothing of an operation's parameters. */
    private static final int AFTER_THE_CALLER = 6000;

    private static final Pattern CONTROL_CHARACTER = Pattern.compile("%([01][0-9a-fA-F]|7[fF])");

    /** What an operation has. */
    private record Form(Set<String> parameters, boolean answersJsonOnly) {}

    private final Map<String, Form> formsByOperation = new ConcurrentHashMap<>();

    @ServerRequestFilter(priority = AFTER_THE_CALLER)
    void refuse(RoutingContext http, SimpleResourceInfo operation) {
        String query = http.request().query();
        String accept = http.request().getHeader("Accept");
        if (CONTROL_CHARACTER.matcher(http.request().path()).find()) {
            // No id has one, and a NUL is no text for the database, which would fail rather than find nothing.
            throw new ProtocolRejection.NotFound("resource").refused();
        }
        if (http.request().method().equals(HttpMethod.POST)
                && http.request().headers().getAll("Idempotency-Key").size() > 1) {
            throw ProtocolRejection.Invalid.field("Idempotency-Key", "once").refused();
        }
        boolean asksNothing = query == null || query.isEmpty();
        if (asksNothing && acceptsJson(accept)) {
            return;
        }
        Form form = formsByOperation.computeIfAbsent(
                operation.getResourceClass().getName()
                        + '#'
                        + operation.getMethodName()
                        + Arrays.toString(operation.parameterTypes()),
                ignored -> formOf(operation));
        if (form.answersJsonOnly() && !acceptsJson(accept)) {
            throw new ProtocolRejection.Plain("not-acceptable").refused();
        }
        if (!asksNothing) {
            refuseFaults(http.queryParams(), form.parameters());
        }
    }

    private static boolean acceptsJson(@Nullable String accept) {
        return accept == null
                || accept.isBlank()
                || accept.contains("*/*")
                || accept.contains("application/json")
                || accept.contains("application/*");
    }

    private static void refuseFaults(MultiMap given, Set<String> known) {
        Fields fields = new Fields();
        given.names().stream().sorted().forEach(name -> {
            List<String> values = given.getAll(name);
            if (!known.contains(name)) {
                fields.fault(name, "parameter");
            } else if (values.contains("")) {
                // The framework takes an empty value for none, and would answer with everything too.
                fields.fault(name, "required");
            } else if (values.size() > 1) {
                fields.fault(name, "once");
            }
        });
        fields.refuseFaults();
    }

    private static Form formOf(SimpleResourceInfo operation) {
        Set<String> names = new HashSet<>();
        boolean namesTypes = operation.getResourceClass().isAnnotationPresent(Produces.class);
        for (Method method : operation.getResourceClass().getDeclaredMethods()) {
            if (method.getName().equals(operation.getMethodName())
                    && Arrays.equals(method.getParameterTypes(), operation.parameterTypes())) {
                namesTypes |= method.isAnnotationPresent(Produces.class);
                for (Parameter parameter : method.getParameters()) {
                    add(parameter, parameter.getName(), names);
                    addMembers(parameter.getType(), names);
                }
            }
        }
        return new Form(names, !namesTypes);
    }

    /** The parameters that stand together in a type of their own ({@code @BeanParam}). */
    private static void addMembers(Class<?> type, Set<String> names) {
        for (Class<?> part = type; part != null; part = part.getSuperclass()) {
            for (Field field : part.getDeclaredFields()) {
                add(field, field.getName(), names);
            }
        }
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                add(component, component.getName(), names);
            }
        }
    }

    private static void add(AnnotatedElement element, String ownName, Set<String> names) {
        RestQuery query = element.getAnnotation(RestQuery.class);
        if (query != null) {
            names.add(query.value().isEmpty() ? ownName : query.value());
        }
        QueryParam standard = element.getAnnotation(QueryParam.class);
        if (standard != null) {
            names.add(standard.value());
        }
    }
}
