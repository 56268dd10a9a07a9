package org.moralbank.access;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;
import org.moralbank.platform.ProtocolRejection;

/**
 * How many bytes of bodies are in this process at a time: of those that are being read, and of those whose requests are not
 * answered yet. On its way to an answer a body is a tree, a canonical text and rows, several times its bytes; so whoever
 * comes when the room is taken is told to come again, rather than all being lost with the process.
 */
@Singleton
final class Bodies {
    /** Room for the largest bulk, and for what is small beside it. */
    static final long LEAST_BYTES = BodyReader.LARGEST_BULK + BodyReader.LARGEST;

    /** A sixteenth of the heap, when nothing is set: a bulk of 15 MB was measured to keep 60 MB of it in use. */
    private static final int PARTS_OF_HEAP = 16;

    private final long mostBytes;
    private final AtomicLong heldBytes = new AtomicLong();
    private final Counter refused;

    Bodies(AccessConfig config, MeterRegistry registry) {
        this.mostBytes = config.mostOfBodies()
                .map(MemorySize::asLongValue)
                .orElse(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / PARTS_OF_HEAP));
        if (mostBytes < LEAST_BYTES) {
            throw new IllegalArgumentException(
                    "moralbank.access.most-of-bodies is " + mostBytes + " bytes; the least is " + LEAST_BYTES);
        }
        Gauge.builder("moralbank.access.bodies", heldBytes, AtomicLong::doubleValue)
                .description("Bytes of the bodies of requests that are not answered yet")
                .baseUnit("bytes")
                .register(registry);
        this.refused = Counter.builder("moralbank.access.bodies.refused")
                .description("Requests refused because the bodies of others took all the room")
                .register(registry);
    }

    long mostBytes() {
        return mostBytes;
    }

    long heldBytes() {
        return heldBytes.get();
    }

    /** The room that one body takes: none at first. */
    Room room() {
        return new Room();
    }

    /** The room of one body, taken as it is read and given back whole. */
    final class Room {
        private final AtomicLong takenBytes = new AtomicLong();

        /** Takes more; refuses when there is not so much left. */
        void take(long bytes) {
            if (heldBytes.addAndGet(bytes) > mostBytes) {
                heldBytes.addAndGet(-bytes);
                refused.increment();
                throw new ProtocolRejection.Plain("overloaded").refused();
            }
            takenBytes.addAndGet(bytes);
        }

        void giveBack() {
            heldBytes.addAndGet(-takenBytes.getAndSet(0));
        }
    }
}
