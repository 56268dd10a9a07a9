package org.moralbank.paycodes;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member's device that makes codes offline.
 *
 * @param handle seven digits that stand in its codes; given once in a book
 * @param label what the member calls it
 * @param lastStep the newest step of which a code was taken; with a connection, none of it and of those before is taken any
 *     more. What is uploaded late is judged by the {@linkplain UsedStep steps} themselves
 */
record PayDevice(
        UUID id,
        String handle,
        @Nullable String label,
        Instant enrolledAt,
        @Nullable Instant revokedAt,
        long lastStep,
        @Nullable Instant lastUsedAt) {
    boolean isLive() {
        return revokedAt == null;
    }

    boolean isLiveAt(Instant moment) {
        return !moment.isBefore(enrolledAt) && (revokedAt == null || moment.isBefore(revokedAt));
    }

    PayDevice used(long step, Instant at) {
        return new PayDevice(id, handle, label, enrolledAt, revokedAt, Math.max(lastStep, step), at);
    }

    PayDevice revoked(Instant at) {
        return new PayDevice(id, handle, label, enrolledAt, at, lastStep, lastUsedAt);
    }

    /**
     * All devices of a member, in the order of their ids, as they are read: one row of a working set, so that a work that enrols and
     * one that uses a device see the same.
     */
    record Pocket(List<PayDevice> devices) {
        static final Pocket EMPTY = new Pocket(List.of());

        /** A member of a book. */
        record Key(int book, String member) {}

        @Nullable
        PayDevice find(UUID id) {
            return devices.stream()
                    .filter(device -> device.id().equals(id))
                    .findFirst()
                    .orElse(null);
        }

        long live() {
            return devices.stream().filter(PayDevice::isLive).count();
        }

        Pocket with(PayDevice changed) {
            List<PayDevice> others = new ArrayList<>(devices);
            others.removeIf(device -> device.id().equals(changed.id()));
            others.add(changed);
            others.sort(Comparator.comparing(PayDevice::id));
            return new Pocket(List.copyOf(others));
        }
    }
}
