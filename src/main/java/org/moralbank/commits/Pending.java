package org.moralbank.commits;

import io.vertx.core.Promise;
import java.util.List;
import java.util.UUID;
import org.moralbank.platform.Problem;
import org.moralbank.platform.Rejection;

/** A work that waits in a lane, and its caller, who waits for the answer. */
final class Pending {
    final Ask ask;
    final List<Integer> books;
    final Work work;
    final Promise<Answer> caller;
    final int weight;
    final long enqueuedNanos = System.nanoTime();

    /** Set by the decision, sent after COMMIT. */
    Answer decided;

    @SuppressWarnings("NullAway.Init") // decided is set before it is read: by the decision, in the same commit
    Pending(Ask ask, List<Integer> books, Work work, Promise<Answer> caller) {
        this.ask = ask;
        this.books = books;
        this.work = work;
        this.weight = work.weight();
        this.caller = caller;
    }

    /** Problem details as an answer to this caller. */
    Answer problem(Rejection rejection) {
        Problem problem = Problem.of(rejection);
        return new Answer(problem.status(), null, problem.json(ask.language(), ask.instance()), null, null, false);
    }

    /** Whether he was told already that it took too long. */
    boolean isAnswered() {
        return caller.future().isComplete();
    }

    void answer(Answer answer) {
        caller.tryComplete(answer);
    }

    void refuse(Rejection rejection) {
        answer(problem(rejection));
    }

    /** What a trace of a fault is found by, in the log and by the caller. */
    static String newTraceId() {
        return UUID.randomUUID().toString();
    }
}
