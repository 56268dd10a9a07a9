package org.moralbank.platform;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.inject.Singleton;

/**
 * Keeps paths that lead to no operation out of the metrics, where the framework tags them as they were sent (OPTIONS, 405,
 * what cannot be decoded): with the ids in them, and until there is no room for those of operations.
 */
@Singleton
final class MeteredPaths implements MeterFilter {
    private static final String API = "/v1";
    private static final String TAG = "uri";

    private final PathMethods methods;

    MeteredPaths(PathMethods methods) {
        this.methods = methods;
    }

    @Override
    public Meter.Id map(Meter.Id id) {
        String uri = id.getTag(TAG);
        return uri == null || !uri.startsWith(API) || uri.contains("{") || methods.isFixed(uri)
                ? id
                : id.replaceTags(id.getTags().stream()
                        .map(tag -> tag.getKey().equals(TAG) ? Tag.of(TAG, "UNKNOWN") : tag)
                        .toList());
    }
}
