package org.moralbank.paycodes;

import io.smallrye.mutiny.Uni;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.TestCommits;
import org.moralbank.ledger.BookHandle;

/** Pay codes as a process of a test has them: all processes have the same key of the installation. */
public final class TestCodes {
    private static final byte[] KEY = "a key of the tests, of 32 bytes!".getBytes(StandardCharsets.US_ASCII);

    private TestCodes() {}

    public static PayCodes on(TestCommits commits) {
        return new PayCodes(commits.commits(), new PayCodeStore(commits.pool()), new CodeKeys(KEY), new Settings());
    }

    /** Makes a pay code; the answer shows its digits. */
    public static Uni<Answer> make(TestCommits commits, Ask ask, BookHandle book, String member) {
        return on(commits).make(ask, book, member, List.of());
    }

    public static WrongCodes watching() {
        return new WrongCodes(new Settings());
    }

    /** What a device shows at a moment, by what its enrolment was answered. */
    public static String ofDevice(String handle, String secret, Instant at) {
        return CodeText.ofDevice(handle, unbase32(secret), Totp.stepAt(at.getEpochSecond()));
    }

    static byte[] unbase32(String text) {
        var bytes = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (char each : text.toCharArray()) {
            buffer = buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(each);
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                bytes.write(buffer >> bits);
                buffer &= (1 << bits) - 1;
            }
        }
        return bytes.toByteArray();
    }

    private record Settings() implements PayCodesConfig {
        @Override
        public Optional<String> key() {
            return Optional.empty();
        }

        @Override
        public Optional<Path> keyFile() {
            return Optional.empty();
        }

        @Override
        public Duration validity() {
            return Duration.ofMinutes(10);
        }

        @Override
        public int devices() {
            return 3;
        }

        @Override
        public int longestVoucherDays() {
            return 366;
        }

        @Override
        public Duration expiryInterval() {
            return Duration.ofSeconds(30);
        }

        @Override
        public int wrongCodesPerMinute() {
            return 1000;
        }
    }
}
