package org.moralbank.platform;

/**
 * Leaves a decision with a rejection. It is expected and answered, so it carries no stack trace and is never logged;
 * whoever decides undoes what the decision had changed.
 */
public final class RefusedException extends RuntimeException {
    private final transient Rejection rejection;

    RefusedException(Rejection rejection) {
        super(rejection.code() + " " + rejection.facts(), null, false, false);
        this.rejection = rejection;
    }

    public Rejection rejection() {
        return rejection;
    }
}
