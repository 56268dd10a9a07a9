package org.moralbank.translog;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Hash;
import org.moralbank.translog.IntegrationStore.Wrong;
import org.moralbank.translog.Refused.Reason;

/**
 * Some entries of a book that follow one another, as a log takes them.
 *
 * @param after the number before the first
 * @param hashes their recorded leaf hashes, one behind the other
 * @param wrong the first that is missing among them, or whose sealed bytes do not give the hash recorded with it
 */
record Leaves(long after, byte[] hashes, @Nullable Wrong wrong) {
    int count() {
        return hashes.length / Hash.BYTES;
    }

    Hash hash(int place) {
        return Hash.at(hashes, place);
    }

    /**
     * The first entry that is not as the log recorded it.
     *
     * @param recorded the hashes of the log, from the first entry here on
     * @param lastSeq up to which entry there must be some
     */
    @Nullable
    Wrong against(byte[] recorded, long lastSeq) {
        int both = Math.min(recorded.length, hashes.length);
        int differing = Arrays.mismatch(recorded, 0, both, hashes, 0, both);
        long changed = differing < 0 ? Long.MAX_VALUE : after + 1 + differing / Hash.BYTES;
        if (wrong != null && wrong.seq() <= changed) {
            return wrong;
        }
        if (differing >= 0) {
            return new Wrong(changed, Reason.ENTRY_CHANGED);
        }
        long last = after + count();
        return last < lastSeq ? new Wrong(last + 1, Reason.ENTRY_MISSING) : null;
    }
}
