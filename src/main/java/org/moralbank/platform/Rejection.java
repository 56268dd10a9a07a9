package org.moralbank.platform;

import java.util.List;
import java.util.Map;

/**
 * Why something that was understood was not done. A rejection is an answer, not a failure: it is told to the caller
 * as problem details (RFC 9457), its sentences are in {@code problems_*.properties} under its code, in each language.
 */
public interface Rejection {
    /** Stable, in kebab-case, for machines; a key of the {@link ProblemTable}. */
    String code();

    /** The facts that a caller needs to act on it, named as in the API; also what the sentence's placeholders name. */
    default Map<String, Object> facts() {
        return Map.of();
    }

    /** What was wrong with which field, where the rejection is about the request's form. */
    default List<FieldFault> faults() {
        return List.of();
    }

    /** This rejection as an exception that carries no stack trace, to leave a decision half-way. */
    default RefusedException refused() {
        return new RefusedException(this);
    }
}
