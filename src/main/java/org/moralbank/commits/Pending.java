package org.moralbank.commits;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Problem;
import org.moralbank.platform.Rejection;
import org.moralbank.platform.Trace;

/** A work that waits in a lane, and its caller, who waits for the answer. */
final class Pending {
    final Ask ask;
    final List<Integer> books;
    final Work work;
    final Promise<Answer> caller;
    final int weight;
    private final @Nullable Context request;
    final long enqueuedNanos = System.nanoTime();

    /** Set by the decision, sent after COMMIT. */
    Answer decided;

    /** The code of the last refusal that was decided, else null; a replay of one has none. */
    @Nullable
    String refusedBy;

    @SuppressWarnings("NullAway.Init") // decided is set before it is read: by the decision, in the same commit
    Pending(Ask ask, List<Integer> books, Work work, Promise<Answer> caller, @Nullable Context request) {
        this.ask = ask;
        this.books = books;
        this.work = work;
        this.weight = work.weight();
        this.caller = caller;
        this.request = request;
    }

    /**
     * Adds the books that its commit locks: its own, and the one of its key, under whose lock the key's answer is read and
     * written, wherever the effect is.
     */
    void addBooksTo(Set<Integer> locked) {
        locked.addAll(books);
        if (ask.key() != null) {
            locked.add(ask.scopeBook());
        }
    }

    boolean isOfAny(Set<Integer> some) {
        Set<Integer> locked = new HashSet<>();
        addBooksTo(locked);
        return !Collections.disjoint(locked, some);
    }

    /** Problem details as the decision of this work. */
    Answer problem(Rejection rejection) {
        refusedBy = rejection.code();
        return answerOf(rejection);
    }

    private Answer answerOf(Rejection rejection) {
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

    /** Refuses without a decision; false when he was answered before. */
    boolean refuse(Rejection rejection) {
        return caller.tryComplete(answerOf(rejection));
    }

    /** What a fault is found by, in the log and by the caller. */
    String traceId() {
        return Trace.of(request);
    }
}
