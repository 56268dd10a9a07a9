package org.moralbank.platform;

import java.util.List;
import java.util.Map;

/**
 * One field of a request that is not as it must be.
 *
 * @param field its path in the body, or the name of a parameter or header
 * @param rule the rule that it breaks: {@code field.<rule>} in the table of problems
 * @param facts what the rule's sentence names
 */
public record FieldFault(String field, String rule, Map<String, Object> facts) {
    public FieldFault(String field, String rule) {
        this(field, rule, Map.of());
    }

    /** A field that has none of the names that it takes. */
    public static FieldFault names(String field, List<String> names) {
        return new FieldFault(field, "name", Map.of("names", String.join(", ", names)));
    }
}
