package org.moralbank.paycodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.moralbank.platform.Fields;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;

/** The digits of codes, how they are made, and what is kept of them. */
class CodeFormsTest {
    private static final byte[] RFC_SECRET = "12345678901234567890123456789012".getBytes(StandardCharsets.US_ASCII);

    /** RFC 6238, appendix B: the rows of SHA256, whose T is of 30 s. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000001, 46119246",
        "00000000023523EC, 68084774",
        "00000000023523ED, 67062674",
        "000000000273EF07, 91819424",
        "0000000003F940AA, 90698825",
        "0000000027BC86AA, 77737706"
    })
    void makesThePasswordsOfRfc6238(String step, int password) {
        assertThat(Totp.password(RFC_SECRET, Long.parseLong(step, 16))).isEqualTo(password);
    }

    @Test
    void countsStepsOfTwentySecondsFromTheEpoch() {
        assertThat(Totp.stepAt(0)).isZero();
        assertThat(Totp.stepAt(19)).isZero();
        assertThat(Totp.stepAt(20)).isEqualTo(1);
        assertThat(Totp.stepAt(1_600_000_000)).isEqualTo(80_000_000);
    }

    /** The example of package-info and of enrolPayDevice. */
    @Test
    void makesTheCodesThatTheDocumentationTells() {
        assertThat(CodeText.ofDevice("0481516", RFC_SECRET, 1)).isEqualTo("712048151646119246");
        assertThat(CodeText.ofDevice("0481516", RFC_SECRET, 41152263)).isEqualTo("712048151691819424");
        assertThat(PayDeviceView.base32(RFC_SECRET)).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA");
    }

    @Test
    void findsEachWrongDigitAndEachExchangeOfNeighbours() {
        for (int voucher = 0; voucher < 200; voucher++) {
            String code = CodeText.ofVoucher();
            assertThat(Damm.isValid(code)).as(code).isTrue();
            for (int at = 0; at < code.length(); at++) {
                for (char digit = '0'; digit <= '9'; digit++) {
                    StringBuilder wrong = new StringBuilder(code);
                    wrong.setCharAt(at, digit);
                    assertThat(Damm.isValid(wrong)).as("%s", wrong).isEqualTo(digit == code.charAt(at));
                }
                if (at > 0 && code.charAt(at) != code.charAt(at - 1)) {
                    StringBuilder wrong = new StringBuilder(code);
                    wrong.setCharAt(at, code.charAt(at - 1));
                    wrong.setCharAt(at - 1, code.charAt(at));
                    assertThat(Damm.isValid(wrong)).as("%s", wrong).isFalse();
                }
            }
        }
    }

    @Test
    void hasTheCheckDigitOfTheLiterature() {
        assertThat(Damm.checkDigit("572")).isEqualTo('4');
        assertThat(Damm.isValid("724810395520617386"))
                .as("the documentation's voucher")
                .isTrue();
    }

    @Test
    void makesCodesOfEighteenDigitsThatAreReadBackAsTheirKind() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(CodeText.made()).matches("711\\d{15}");
            assertThat(CodeText.ofVoucher()).matches("72\\d{16}");
            assertThat(CodeText.handle()).matches("\\d{7}");
        }
        assertThat(CodeText.of("711000000000000001")).isEqualTo(new CodeText.Made("711000000000000001"));
        assertThat(CodeText.of("712000000700000009")).isEqualTo(new CodeText.OfDevice("0000007", 9));
        assertThat(CodeText.of("724810395520617386")).isEqualTo(new CodeText.OfVoucher("724810395520617386"));
        for (String nobodys : new String[] {
            "",
            "71",
            "711",
            "710000000000000000",
            "713000000000000000",
            "719000000000000000",
            "724810395520617385",
            "730000000000000000",
            "7110000000000000011",
            "71100000000000000",
            "71100000000000000x",
            "711000000000000００1"
        }) {
            assertThat(CodeText.of(nobodys)).as(nobodys).isEqualTo(new CodeText.OfNothing());
        }
    }

    /** A sweep: nothing repeats, every digit stands in every place about as often, and no code tells of the next. */
    @Test
    void makesCodesInNoOrder() {
        int codes = 100_000;
        Set<String> seen = new HashSet<>();
        int[][] counts = new int[15][10];
        int ascending = 0;
        String before = "";
        for (int i = 0; i < codes; i++) {
            String code = CodeText.made();
            seen.add(code);
            ascending += code.compareTo(before) > 0 ? 1 : 0;
            for (int at = 0; at < 15; at++) {
                counts[at][code.charAt(3 + at) - '0']++;
            }
            before = code;
        }

        assertThat(CodeText.RANDOM).as("its state is not told by what it made").isInstanceOf(SecureRandom.class);
        assertThat(seen).hasSize(codes);
        // Six standard deviations, of which a fair source strays once in 10^9.
        assertThat(ascending).isBetween(codes / 2 - 1_000, codes / 2 + 1_000);
        assertThat(IntStream.range(0, 15).flatMap(at -> IntStream.of(counts[at])))
                .allMatch(count -> Math.abs(count - codes / 10) < 600);
    }

    @Test
    void checksTheFormOfATypedCode() {
        assertThat(fault("711000000000000001")).isNull();
        assertThat(fault("724810395520617386")).isNull();
        assertThat(fault("724810395520617387")).isEqualTo("check-digit");
        assertThat(fault("71100000000000000")).isEqualTo("pay-code");
        assertThat(fault("731000000000000001")).isEqualTo("pay-code");
        assertThat(fault("")).isEqualTo("pay-code");
        assertThat(fault(null)).isEqualTo("required");
    }

    private static @Nullable String fault(@Nullable String code) {
        Fields fields = new Fields();
        CodeText.checked(fields, "code", code);
        try {
            fields.refuseFaults();
            return null;
        } catch (RefusedException refused) {
            return ((ProtocolRejection.Invalid) refused.rejection())
                    .faults()
                    .getFirst()
                    .rule();
        }
    }

    @Test
    void showsNoDigitsInLogs() {
        assertThat(CodeText.of("711000000000000001").toString()).doesNotContain("0000");
        assertThat(CodeText.of("712000000700000009").toString())
                .doesNotContain("0000")
                .doesNotContain("9");
        assertThat(CodeText.of("724810395520617386").toString()).doesNotContain("4810");
        assertThat(new ShownCode.OfDevice(1, new UUID(0, 1), "M-1", 12345678, new ShownCode.OfDevice.Secret(RFC_SECRET))
                        .toString())
                .doesNotContain("12345678");
    }

    // ---- the key -------------------------------------------------------------------------------------------------

    @Test
    void keepsACodeUnderANameThatTheKeyAndTheBookMake() {
        CodeKeys keys = new CodeKeys(RFC_SECRET);
        CodeKeys others = new CodeKeys(new byte[32]);
        UUID name = keys.nameOf(1, "711000000000000001");

        assertThat(name.version()).isEqualTo(8);
        assertThat(name.variant()).isEqualTo(2);
        assertThat(new CodeKeys(RFC_SECRET).nameOf(1, "711000000000000001")).isEqualTo(name);
        assertThat(Set.of(
                        name,
                        keys.nameOf(2, "711000000000000001"),
                        keys.nameOf(1, "711000000000000002"),
                        others.nameOf(1, "711000000000000001")))
                .hasSize(4);
    }

    @Test
    void makesASecretOfItsOwnForEachDevice() {
        CodeKeys keys = new CodeKeys(RFC_SECRET);
        byte[] secret = keys.secretOf(1, new UUID(7, 7));

        assertThat(secret).hasSize(32);
        assertThat(keys.secretOf(1, new UUID(7, 7))).isEqualTo(secret);
        assertThat(keys.secretOf(2, new UUID(7, 7))).isNotEqualTo(secret);
        assertThat(keys.secretOf(1, new UUID(7, 8))).isNotEqualTo(secret);
        assertThat(new CodeKeys(new byte[32]).secretOf(1, new UUID(7, 7))).isNotEqualTo(secret);
    }

    @Test
    void refusesAShortKey() {
        assertThatThrownBy(() -> new CodeKeys(new byte[31])).hasMessageContaining("31 bytes");
    }

    @Test
    void makesTheKeysFileOnceForItsOwnerOnly(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pay-codes-key");

        byte[] made = CodeKeysBean.inFile(file, true);

        assertThat(made).hasSize(32);
        assertThat(CodeKeysBean.inFile(file, true)).isEqualTo(made);
        assertThat(CodeKeysBean.inFile(file, false)).isEqualTo(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void makesNoKeyInProductionAndTellsNoneThatIsMalformed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pay-codes-key");
        assertThatThrownBy(() -> CodeKeysBean.inFile(file, false)).isInstanceOf(ConfigurationException.class);
        assertThat(file).doesNotExist();

        Files.writeString(file, "c2hvcnQ=");
        assertThatThrownBy(() -> CodeKeysBean.inFile(file, false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("32 bytes")
                .hasMessageNotContaining("c2hvcnQ");
    }

    private record Settings(
            Optional<String> key,
            Optional<Path> keyFile,
            Duration validity,
            int devices,
            int longestVoucherDays,
            Duration expiryInterval,
            int wrongCodesPerMinute)
            implements PayCodesConfig {
        static Settings of(@Nullable String key, @Nullable Path keyFile) {
            return new Settings(
                    Optional.ofNullable(key),
                    Optional.ofNullable(keyFile),
                    Duration.ofSeconds(60),
                    3,
                    366,
                    Duration.ofSeconds(30),
                    10);
        }

        Settings valid(Duration validity) {
            return new Settings(
                    key, keyFile, validity, devices, longestVoucherDays, expiryInterval, wrongCodesPerMinute);
        }
    }

    /** As they are when nothing is set. */
    static PayCodesConfig usualSettings() {
        return Settings.of(null, null);
    }

    @Test
    void productionDoesNotStartWithoutAKey(@TempDir Path folder) throws Exception {
        String text = Base64.getEncoder().encodeToString(RFC_SECRET);
        Path file = Files.writeString(folder.resolve("key"), text + "\n");

        assertThatThrownBy(() -> CodeKeysBean.key(Settings.of(null, null), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("MORALBANK_PAY_CODES_KEY");
        assertThatThrownBy(() -> CodeKeysBean.key(Settings.of("mb_", null), false))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("mb_");
        assertThat(CodeKeysBean.key(Settings.of(text, null), false)).isEqualTo(RFC_SECRET);
        // As a secret has it that was made from a file.
        assertThat(CodeKeysBean.key(Settings.of(text + "\n", null), false)).isEqualTo(RFC_SECRET);
        assertThat(CodeKeysBean.key(Settings.of(null, file), false)).isEqualTo(RFC_SECRET);
        assertThat(CodeKeysBean.key(Settings.of(null, null), true)).hasSize(32);
    }

    @Test
    void keepsSettingsWithinTheirBounds() {
        Settings settings = Settings.of(null, null);

        assertThat(settings.fault()).isEmpty();
        assertThat(settings.valid(Duration.ofSeconds(10)).fault()).isEmpty();
        assertThat(settings.valid(Duration.ofMinutes(10)).fault()).isEmpty();
        assertThat(settings.valid(Duration.ofMillis(9_999)).fault()).isPresent();
        assertThat(settings.valid(Duration.ofMillis(600_001)).fault()).isPresent();
    }
}
