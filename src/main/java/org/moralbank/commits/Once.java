package org.moralbank.commits;

import static org.moralbank.commits.AnswerTable.ANSWERS;

import java.io.IOException;
import java.util.Arrays;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.Json;
import org.moralbank.platform.Sha256;

/**
 * A work that has one effect per reference in its book, whatever the idempotency key and whichever client asks.
 *
 * <p>The first effect's answer is kept under the reference. The same content is answered with it; other content is
 * refused as {@link Bulk.DuplicateReference}. A refusal is not kept here, so that a reference that had no effect is free.
 * What is kept costs an answer's bytes, and saves reading entries and their balances anew under the lock.
 */
public final class Once implements Work {
    /** Clients are 1, 2, 3 …: an answer of nobody's is the book's own. */
    static final int NO_CLIENT = 0;

    private final AnswerTable.Key key;
    private final String reference;
    private final byte[] content;
    private final Work work;

    /**
     * @param operation what the reference is of, so that it is unique among its like
     * @param content {@link #content} of the request
     */
    public Once(int book, String operation, String reference, byte[] content, Work work) {
        this.key = new AnswerTable.Key(book, NO_CLIENT, Bulk.key(operation, reference));
        this.reference = reference;
        this.content = content;
        this.work = work;
    }

    /** SHA-256 of a request's canonical form: equal for equal content, however it was written and sent. */
    public static byte[] content(Record body) {
        try {
            return Sha256.of(CanonicalJson.of(Json.bytes(body)));
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON is canonical", e);
        }
    }

    @Override
    public int weight() {
        return work.weight();
    }

    @Override
    public void needs(Needs needs) {
        needs.row(ANSWERS, key);
        work.needs(needs);
    }

    @Override
    public Answer decide(WorkingSet set) {
        AnswerTable.Kept first = set.find(ANSWERS, key);
        if (first == null) {
            Answer answer = work.decide(set);
            set.put(ANSWERS, key, new AnswerTable.Kept(content, answer.status(), answer.location(), answer.body()));
            return answer;
        }
        if (!Arrays.equals(first.fingerprint(), content)) {
            throw new Bulk.DuplicateReference(reference).refused();
        }
        work.checkReplay(set);
        return first.replay();
    }

    @Override
    public void checkReplay(WorkingSet set) {
        work.checkReplay(set);
    }
}
