package org.moralbank.access;

/**
 * The body of a request that may be left out, as a whole and with its Content-Type: it is then an object without fields, also
 * for the key of the request. Its operation says what it consumes, because the framework else looks for a reader of anything.
 */
public interface LeftOut {}
