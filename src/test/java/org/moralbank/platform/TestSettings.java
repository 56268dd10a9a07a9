package org.moralbank.platform;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** Settings of a feature as they are when nothing is set but what a test says. */
public final class TestSettings {
    private TestSettings() {}

    /** By their whole names. */
    public static <T> T of(Class<T> settings, Map<String, String> set) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(settings)
                .withDefaultValues(set)
                .build()
                .getConfigMapping(settings);
    }
}
