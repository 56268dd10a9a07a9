package org.moralbank.paycodes;

/**
 * The check digit of H. Michael Damm (Total anti-symmetrische Quasigruppen, 2004): it finds every wrong digit and every
 * exchange of two neighbours, also in speech, with the ten digits alone.
 */
final class Damm {
    /** A totally anti-symmetric quasigroup of order 10, from the thesis. */
    private static final int[][] TABLE = {
        {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
        {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
        {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
        {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
        {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
        {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
        {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
        {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
        {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
        {2, 5, 8, 1, 4, 3, 6, 7, 9, 0}
    };

    private Damm() {}

    /** The digit that goes behind these digits. */
    static char checkDigit(CharSequence digits) {
        return (char) ('0' + interim(digits));
    }

    /** Whether the last digit is the check digit of those before it. */
    static boolean isValid(CharSequence digits) {
        return interim(digits) == 0;
    }

    private static int interim(CharSequence digits) {
        int interim = 0;
        for (int i = 0; i < digits.length(); i++) {
            interim = TABLE[interim][digits.charAt(i) - '0'];
        }
        return interim;
    }
}
