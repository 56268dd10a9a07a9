package org.moralbank.exports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeancountTextTest {
    /** What beancount takes for an account, without the letters that are not ours. */
    private static final Pattern LEGAL = Pattern.compile("(Assets|Liabilities|Equity)(:[A-Z0-9][A-Za-z0-9-]*)+");

    @ParameterizedTest
    @CsvSource({
        "2100:M-BHL-H0001:MIN, Liabilities:2100:M-BHL-H0001:MIN",
        "2100:helper_7.x:MIN, Liabilities:2100:X--00helper--5F7--2Ex:MIN",
        "2100:X:MIN, Liabilities:2100:X:MIN",
        "2100:a--b-:MIN, Liabilities:2100:X--00a--2D-b--2D:MIN",
        "1500:HUB:PTS, Assets:1500:HUB:PTS",
        "3300:MIN, Equity:3300:MIN",
        "2100:M-1:MIN:PUBLIC.20251231.R, Liabilities:2100:M-1:MIN--3APUBLIC--2E20251231--2ER",
        "2200:M-1:PTS:.20251231., Liabilities:2200:M-1:PTS--3A--2E20251231--2E",
        "2400:MIN:a..R, Liabilities:2400:MIN--3Aa--2E--2ER",
        "3100:MIN.PTS:MIN, Equity:3100:MIN--2EPTS:MIN",
    })
    void writesAnIdSoThatItIsLegalAndCanBeHadBack(String path, String account) {
        assertThat(BeancountText.account(path)).isEqualTo(account).matches(LEGAL);
        assertThat(BeancountText.path(account)).isEqualTo(path);
    }

    @Test
    void writesNoTwoIdsAlikeAndNoneBelowAnother() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Set<String> paths = new HashSet<>();
        Set<String> accounts = new HashSet<>();
        for (int i = 0; i < 100_000; i++) {
            String path = "2100:" + id(random) + ":MIN" + (random.nextBoolean() ? "" : ":" + lot(random));
            String account = BeancountText.account(path);

            assertThat(account).as("seed %d, %s", seed, path).matches(LEGAL);
            assertThat(BeancountText.path(account)).as("seed %d", seed).isEqualTo(path);
            paths.add(path);
            accounts.add(account);
        }
        assertThat(accounts).hasSameSizeAs(paths);
        assertThat(accounts)
                .as("seed %d", seed)
                .noneMatch(account -> accounts.contains(account.substring(0, account.lastIndexOf(':'))));
    }

    /** Of the letters that the encoding is about. */
    private static String id(Random random) {
        String letters = "Xx0a2ED-._";
        StringBuilder id = new StringBuilder().append("Xx0a2ED".charAt(random.nextInt(7)));
        for (int length = random.nextInt(7); length > 0; length--) {
            id.append(letters.charAt(random.nextInt(letters.length())));
        }
        return id.toString();
    }

    private static String lot(Random random) {
        return (random.nextBoolean() ? "" : id(random))
                + (random.nextBoolean() ? ".20251231." : "..")
                + (random.nextBoolean() ? "R" : "");
    }
}
