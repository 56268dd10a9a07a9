package org.moralbank.verifier;

import java.util.List;

/**
 * What the one who checks has from elsewhere, and whoever made the export could not put there.
 *
 * @param checkpoints that the export has to agree with
 * @param receipts of entries that have to be in it
 * @param keys verification keys that are trusted; when there is none those of the export are taken
 */
public record Known(List<Kept> checkpoints, List<Kept> receipts, List<String> keys) {
    public static final Known NOTHING = new Known(List.of(), List.of(), List.of());

    /** A text that was kept, and what it is called. */
    public record Kept(String name, String text) {}
}
