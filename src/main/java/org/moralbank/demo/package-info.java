/**
 * A street's half year to try the service with: an embedded database that is new starts with it.
 *
 * <p>The events of the resources' {@code street-2025} are played through the use cases that the API calls, in order of
 * date, each under a key of its own, so that a second play changes nothing. The clock follows the events' dates: rules,
 * lots and posting times are those of 2025. Events whose features are still to come are posted as
 * {@linkplain org.moralbank.demo.PlainEntries plain entries} of their type.
 *
 * <p>The demo's clients get keys made at random, written once into a file that only its owner reads.
 */
@NullMarked
package org.moralbank.demo;

import org.jspecify.annotations.NullMarked;
