package org.moralbank.platform;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;

/**
 * Keeps paths that lead to no operation out of the metrics, where the framework tags them as they were sent (OPTIONS, 405,
 * what cannot be decoded): with the ids in them, and until there is no room for those of operations.
 */
@Singleton
final class MeteredPaths implements MeterFilter {
    private static final String API = "/v1";
    private static final String TAG = "uri";

    private final Set<String> withoutParameters = new HashSet<>();

    MeteredPaths(BeanManager beans) {
        for (Bean<?> bean : beans.getBeans(Object.class, Any.Literal.INSTANCE)) {
            Path path = bean.getBeanClass().getAnnotation(Path.class);
            if (path != null) {
                withoutParameters.add(path.value());
                for (Method method : bean.getBeanClass().getDeclaredMethods()) {
                    Path rest = method.getAnnotation(Path.class);
                    if (rest != null) {
                        withoutParameters.add((path.value() + "/" + rest.value()).replaceAll("/+", "/"));
                    }
                }
            }
        }
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String uri = id.getTag(TAG);
        return uri == null || !uri.startsWith(API) || uri.contains("{") || withoutParameters.contains(uri)
                ? id
                : id.replaceTags(id.getTags().stream()
                        .map(tag -> tag.getKey().equals(TAG) ? Tag.of(TAG, "UNKNOWN") : tag)
                        .toList());
    }
}
