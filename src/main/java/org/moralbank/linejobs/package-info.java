/**
 * Jobs of lines: more items of a collection than a bulk takes, done one after the other in the background.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.linejobs.LineJob job} has lines; a line is what an item is in a bulk, the body of a
 * single operation with a reference. A {@linkplain org.moralbank.linejobs.LineKind kind} says of a collection how a line is read and
 * what it does; the features make one for each of theirs, for bulks too. A {@linkplain org.moralbank.linejobs.LinePart part} is a
 * hundred lines as one work; a {@linkplain org.moralbank.linejobs.LineRunner runner} has one after the other committed. (An import,
 * in {@code imports}, is something else: a whole book from another installation.)
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>The form of all lines is looked at when the job is ordered: where one is wrong nothing is kept. A rule that refuses a line is
 *       its result and does not stop the others.
 *   <li>A part is decided under the book's lock, in order, each line by itself, by the same code as a bulk. What its lines did,
 *       their results, the counts of the job and the end of what was sent of them are one transaction. The work looks at the counts
 *       first: a part that is not the next one does nothing. So it matters to nothing but the effort how many run a job at once, or
 *       who was killed or stopped and woke.
 *   <li>One part is under way at a time, so that a line may spend what one before it brought, and more than half of each commit and all of
 *       the queue behind it is left to others. After twenty parts the next job has its turn.
 *   <li>A runner holds a lease with a fencing number, which it names whenever it takes the next lines. It saves effort: the rule
 *       before is what keeps lines from being done twice.
 *   <li>429 and 503 give the job back for a second and are nobody's result. A fault gives it back for longer; after five attempts in
 *       a row that came no line further it is stopped.
 *   <li>A job acts with the key that ordered it: once that is revoked no commit does a line of it, and the job is stopped. Also when
 *       the client has another key: a key may be revoked because of what was ordered with it. What is left is ordered again; the
 *       references keep what was done from being done again. Roles and books of a client never change.
 *   <li>References are those of bulks: the client's own, by collection, whatever the job.
 * </ol>
 *
 * <p><b>What is kept.</b> What was sent of a line, with what persons wrote in it, until the line is done or the job has ended. The
 * job and a row a line, for ever, like answers. What a line created stands in the answer that is kept under its reference and not a
 * second time; a refusal, which is not kept there, stands in the line's row.
 *
 * <p><b>Tables.</b> {@code line_job}, {@code line_job_part}, {@code line_job_result}.
 *
 * <p><b>Endpoints.</b> {@code POST /v1/books/{book}/{collection}/line-jobs}, in the features; {@code GET …/line-jobs},
 * {@code …/line-jobs/{id}}, {@code …/line-jobs/{id}/results}.
 *
 * <p><b>What never happens.</b> A line is not done twice, nor before one that stands before it, nor after its job has ended. A result
 * is not shown before COMMIT has returned.
 */
@NullMarked
package org.moralbank.linejobs;

import org.jspecify.annotations.NullMarked;
