package org.moralbank.verifier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What came of a check: one line for a person, a number for a script. */
public sealed interface Verdict {
    /** The line. */
    String sentence();

    /** 0 when all holds, 1 when something does not, 2 when it could not be checked. */
    int exitCode();

    /**
     * All holds.
     *
     * @param accounts how many have postings in the range
     * @param isWhole whether these are all entries of the book from its first one on
     * @param root of the tree over the entries from the first of the book up to the last; empty when it cannot be made
     * @param checkpoint the signed checkpoint of the export; null when it has none
     * @param provenBy what the root was held against
     * @param notProven sentences: what this pack, or this call, cannot prove
     */
    record Holds(
            String book,
            long firstSeq,
            long lastSeq,
            long postings,
            long accounts,
            boolean isWhole,
            byte[] root,
            @Nullable String checkpoint,
            List<String> provenBy,
            List<String> notProven)
            implements Verdict {
        @Override
        public String sentence() {
            String entries = lastSeq < firstSeq ? "no entries" : "entries " + firstSeq + " to " + lastSeq;
            return "HOLDS: book " + book + ", " + entries + ", " + postings + " postings on " + accounts + " accounts"
                    + (provenBy.isEmpty() ? "" : "; " + String.join("; ", provenBy));
        }

        @Override
        public int exitCode() {
            return 0;
        }
    }

    /** Something does not hold; this is the first. */
    record DoesNotHold(Fault fault) implements Verdict {
        @Override
        public String sentence() {
            return "DOES NOT HOLD: " + fault.sentence();
        }

        @Override
        public int exitCode() {
            return 1;
        }
    }

    /** There are no entries in it, by which all else is checked. */
    record NoEntries() implements Verdict {
        /** Why nothing was checked. */
        public String why() {
            return "there is no " + Verification.ENTRIES + " in it, which all else is held against";
        }

        @Override
        public String sentence() {
            return "NOT CHECKED: " + why() + ": export the JOURNAL as JSONL, too";
        }

        @Override
        public int exitCode() {
            return 2;
        }
    }

    /** There was nothing to check, or it could not be read. */
    record NotChecked(String why) implements Verdict {
        @Override
        public String sentence() {
            return "NOT CHECKED: " + why;
        }

        @Override
        public int exitCode() {
            return 2;
        }
    }
}
