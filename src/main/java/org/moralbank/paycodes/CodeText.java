package org.moralbank.paycodes;

import java.security.SecureRandom;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Fields;

/**
 * The 18 digits that a member shows, read apart.
 *
 * <pre>
 * 71 1 ddddddddddddddd      made by the service: 15 random digits
 * 71 2 hhhhhhh pppppppp     made by a device: its handle, and the password of the moment
 * 72 ddddddddddddddd c      a voucher: 15 random digits and a check digit over the 17 before it
 * </pre>
 *
 * Never logged: it is money while it is valid.
 */
sealed interface CodeText {
    /** Made by the service. */
    record Made(String digits) implements CodeText {
        @Override
        public String toString() {
            return "Made[…]";
        }
    }

    /** Made by a device. */
    record OfDevice(String handle, int password) implements CodeText {
        @Override
        public String toString() {
            return "OfDevice[…]";
        }
    }

    /** A voucher's, with a valid check digit. */
    record OfVoucher(String digits) implements CodeText {
        @Override
        public String toString() {
            return "OfVoucher[…]";
        }
    }

    /** Of a form that nobody makes. */
    record OfNothing() implements CodeText {}

    /** Where the digits come from: nobody can foretell the next from those before it. */
    Random RANDOM = new SecureRandom();

    Pattern DIGITS = Pattern.compile("7[12][0-9]{16}");

    /** A new code of the service. */
    static String made() {
        return "711" + fifteenDigits();
    }

    /** A new voucher's code. */
    static String ofVoucher() {
        String digits = "72" + fifteenDigits();
        return digits + Damm.checkDigit(digits);
    }

    /** A handle that a new device may get if it is free. */
    static String handle() {
        return String.format(Locale.ROOT, "%07d", RANDOM.nextInt(10_000_000));
    }

    /** The code that a device shows at a step. */
    static String ofDevice(String handle, byte[] secret, long step) {
        return String.format(Locale.ROOT, "712%s%08d", handle, Totp.password(secret, step));
    }

    private static String fifteenDigits() {
        return String.format(Locale.ROOT, "%015d", RANDOM.nextLong(1_000_000_000_000_000L));
    }

    /** Checks the form of a request's field; refuses what was typed wrongly as far as the form tells. */
    static String checked(Fields fields, String field, @Nullable String code) {
        String given = fields.value(field, code, "");
        if (code != null && !DIGITS.matcher(given).matches()) {
            fields.fault(field, "pay-code");
        } else if (given.startsWith("72") && !Damm.isValid(given)) {
            fields.fault(field, "check-digit");
        }
        return given;
    }

    static CodeText of(String code) {
        if (!DIGITS.matcher(code).matches()) {
            return new OfNothing();
        }
        if (code.startsWith("711")) {
            return new Made(code);
        }
        if (code.startsWith("712")) {
            return new OfDevice(code.substring(3, 10), Integer.parseInt(code.substring(10)));
        }
        if (code.startsWith("72") && Damm.isValid(code)) {
            return new OfVoucher(code);
        }
        return new OfNothing();
    }
}
