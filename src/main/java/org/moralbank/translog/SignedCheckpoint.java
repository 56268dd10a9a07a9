package org.moralbank.translog;

import java.time.Instant;

/**
 * A checkpoint that was given out: nothing ever takes it back.
 *
 * @param size how many entries of the book it covers, 1 to {@code size}
 * @param note as it is given out (c2sp.org/tlog-checkpoint)
 */
public record SignedCheckpoint(long size, String note, Instant signedAt) {}
