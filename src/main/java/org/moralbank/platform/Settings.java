package org.moralbank.platform;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.Optional;

/** Settings that the service cannot work with. */
public final class Settings {
    private Settings() {}

    /** Ends the start with the sentence of what is wrong with some settings, if anything is. */
    public static void refuse(Optional<String> fault) {
        fault.ifPresent(sentence -> {
            throw new ConfigurationException(sentence);
        });
    }
}
