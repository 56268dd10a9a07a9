/**
 * Counts and sums of an organisation unit and all below it: what a street office reports.
 *
 * <p>Each number is counted by the package whose tables it is of; this one adds them together, which is why it stands above
 * them all. All of an answer is read in one snapshot.
 *
 * <p><b>Endpoints.</b> {@code GET /v1/organisation-units/{code}/statistics}.
 *
 * <p><b>What never happens.</b> Nothing is told of a subtree that has a book which is not the caller's.
 */
@NullMarked
package org.moralbank.statistics;

import org.jspecify.annotations.NullMarked;
