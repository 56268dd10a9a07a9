package org.moralbank.members;

import java.util.Map;
import org.moralbank.platform.Rejection;

/**
 * Why nobody can be registered under an id: a member, a team and the pool of one book that had the same would have one
 * account for what they owe, and pay for one another.
 */
public record IdTaken(String id) implements Rejection {
    @Override
    public String code() {
        return "id-taken";
    }

    @Override
    public Map<String, Object> facts() {
        return Map.of("id", id);
    }
}
