package org.moralbank.platform;

/** The database cannot be started or may not be used; the message is one sentence for the person who starts the service. */
public final class DatabaseStartException extends RuntimeException {
    DatabaseStartException(String sentence) {
        super(sentence);
    }

    DatabaseStartException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
