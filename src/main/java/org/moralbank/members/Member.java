package org.moralbank.members;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A person who takes part.
 *
 * @param role what he is called in his community, as it wrote it
 * @param ageBand such as {@code 60-69} or {@code 80+}, or null when it is not known
 * @param label a masked name that tills may show, or null
 * @param showsPointsLeft whether tills may tell what he has left: he agreed
 * @param version 1, 2, 3 …: the ETag
 */
public record Member(
        int book,
        String id,
        Status status,
        @Nullable String role,
        @Nullable String ageBand,
        @Nullable String label,
        boolean priorityRecipient,
        boolean showsPointsLeft,
        long version,
        Instant registeredAt) {
    public enum Status {
        ACTIVE,
        FROZEN,
        CLOSED
    }

    /** A member of a book. */
    public record Key(int book, String id) {}

    Key key() {
        return new Key(book, id);
    }

    /** The lowest age that the age band allows; 0 when it is not known. */
    int leastAge() {
        if (ageBand == null) {
            return 0;
        }
        int digits = 0;
        while (digits < ageBand.length() && Character.isDigit(ageBand.charAt(digits))) {
            digits++;
        }
        return digits == 0 ? 0 : Integer.parseInt(ageBand.substring(0, digits));
    }

    boolean isSaid(Members.Registration said) {
        return Objects.equals(role, said.role())
                && Objects.equals(ageBand, said.ageBand())
                && Objects.equals(label, said.label())
                && priorityRecipient == said.priorityRecipient()
                && showsPointsLeft == said.showsPointsLeft();
    }

    Member with(Members.Registration said) {
        return new Member(
                book,
                id,
                status,
                said.role(),
                said.ageBand(),
                said.label(),
                said.priorityRecipient(),
                said.showsPointsLeft(),
                version + 1,
                registeredAt);
    }

    Member with(Status changed) {
        return new Member(
                book, id, changed, role, ageBand, label, priorityRecipient, showsPointsLeft, version + 1, registeredAt);
    }
}
