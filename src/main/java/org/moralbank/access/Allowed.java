package org.moralbank.access;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The roles that may use an operation. Every operation under {@code /v1} has it. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Allowed {
    Role[] value();

    /** Whether only a client that may use every book may, because what is done belongs to none. */
    boolean everyBook() default false;
}
