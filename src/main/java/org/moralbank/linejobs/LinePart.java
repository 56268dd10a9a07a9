package org.moralbank.linejobs;

import static org.moralbank.linejobs.LineJobTable.JOBS;
import static org.moralbank.linejobs.LineJobTable.Results.RESULTS;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.linejobs.LineJobTable.Results;
import org.moralbank.platform.Moments;

/**
 * Some lines of a job as one work: they are decided in order, each by itself, and with what they do it is written that they are
 * done. Whoever comes with the same lines again, late or from another process, finds that under the book's lock and does nothing.
 */
final class LinePart implements Work {
    private final LineJob.Key job;
    private final int first;
    private final int lines;
    private final Bulk bulk;
    private volatile @Nullable Outcome outcome;

    /**
     * @param first the place of the first of the lines in the job, from 0
     * @param bulk the lines
     */
    LinePart(LineJob.Key job, int first, int lines, Bulk bulk) {
        this.job = job;
        this.first = first;
        this.lines = lines;
        this.bulk = bulk;
    }

    /**
     * What came of it, when it was answered.
     *
     * @param job as it is now
     * @param results of the lines; none when they had been done before
     */
    record Outcome(LineJob job, List<Bulk.Result> results) {}

    @Nullable
    Outcome outcome() {
        return outcome;
    }

    @Override
    public int weight() {
        return lines;
    }

    @Override
    public void needs(Needs needs) {
        needs.row(JOBS, job);
        bulk.needs(needs);
    }

    @Override
    public Answer decide(WorkingSet set) {
        LineJob found = set.get(JOBS, job);
        if (!found.isOpen() || found.done() != first) {
            outcome = new Outcome(found, List.of());
            return Answer.ok(Map.of());
        }
        List<Bulk.Result> results = bulk.decideEach(set);
        LineJob now = found;
        for (Bulk.Result result : results) {
            set.put(RESULTS, new Results.Key(job, result.index()), result);
            now = now.with(result.kind());
        }
        now = now.endedIfDone(Moments.kept(set.now()));
        set.put(JOBS, job, now);
        outcome = new Outcome(now, results);
        return Answer.ok(Map.of());
    }
}
