package org.moralbank.linejobs;

import static org.moralbank.linejobs.LineJobTable.JOBS;

import java.util.Map;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.platform.Moments;

/** The end of a job that has lines left: a work, so that none of them is done behind it. */
record LineStop(LineJob.Key job, LineJob.StopReason reason) implements Work {
    @Override
    public void needs(Needs needs) {
        needs.row(JOBS, job);
    }

    @Override
    public Answer decide(WorkingSet set) {
        LineJob found = set.get(JOBS, job);
        if (found.isOpen()) {
            set.put(JOBS, job, found.stopped(reason, Moments.kept(set.now())));
        }
        return Answer.ok(Map.of());
    }
}
