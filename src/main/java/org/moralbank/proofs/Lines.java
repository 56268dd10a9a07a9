package org.moralbank.proofs;

import java.util.List;

/** Texts of lines that each end in a newline, as notes, checkpoints and receipts are. */
final class Lines {
    private Lines() {}

    /** The lines of a text, without their newlines. */
    static List<String> of(String text) {
        if (!text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line does not end in a newline");
        }
        return List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }

    /** A number from 0 in decimal, without zeros in front. */
    static long number(String text) {
        if (!text.matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("not a number: " + text);
        }
        return Long.parseLong(text);
    }
}
