package org.moralbank.access;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import java.util.Optional;

/** Settings of access. */
@ConfigMapping(prefix = "moralbank.access")
interface AccessConfig {
    /**
     * The key of the client {@code operator}, which is made with it at the first start: {@code mb_} and at least 32 more
     * characters. Later starts do not change the client, so that the setting can be taken away again; but when no operator of
     * every book has a key that works, the setting's becomes one of that client.
     */
    Optional<String> operatorKey();

    /**
     * The most bytes of bodies that are read or wait for their answers at a time; the next is answered 429. At least 17 MiB;
     * without it a sixteenth of the heap, or 17 MiB where that is more.
     */
    Optional<MemorySize> mostOfBodies();
}
