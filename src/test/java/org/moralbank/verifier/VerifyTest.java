package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.moralbank.proofs.SigningKey;

/** Each way to tamper with an export, with what the verifier says of it. */
class VerifyTest {
    private static final int ENTRIES = 40;

    @TempDir
    Path folder;

    private static TestPack aPack() {
        return TestPack.of(ENTRIES, 7);
    }

    /** What was printed, and what the process would have ended with. */
    private record Said(int exitCode, List<String> lines) {
        String verdict() {
            return lines.getFirst();
        }
    }

    private static Said verify(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int exitCode = Verify.run(
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new),
                new PrintStream(out, true, UTF_8));
        return new Said(exitCode, out.toString(UTF_8).lines().toList());
    }

    @Test
    void aPackThatHoldsIsSaidToInOneLine() throws IOException {
        Said zip = verify(aPack().zip(folder.resolve("pack.zip")));
        Said files = verify(aPack().folder(folder.resolve("pack")));

        assertThat(zip.verdict()).startsWith("HOLDS: book BHL, entries 1 to 40, 83 postings on 5 accounts");
        assertThat(zip.exitCode()).isZero();
        assertThat(files).isEqualTo(zip);
    }

    /** What is done to a pack, and what is said of it; the one who does it makes the manifest fit. */
    enum Fault {
        AMOUNT_CHANGED(
                pack -> pack.change(pack.entries, 5, "\"amount\":\"7\"", "\"amount\":\"8\""),
                "entries.jsonl line 5 (entry 5): its postings sum to 1"),
        BOTH_AMOUNTS_CHANGED(
                pack -> pack.change(pack.entries, 5, "\"amount\":\"7\"", "\"amount\":\"8\"")
                        .change(pack.entries, 5, "\"amount\":\"-7\"", "\"amount\":\"-8\""),
                "entries.jsonl line 5 (entry 5): 2100:M-2:MIN has "),
        BALANCE_CHANGED(
                pack -> pack.change(pack.entries, 1, "\"balance\":\"1000\"", "\"balance\":\"1001\""),
                "entries.jsonl line 1 (entry 1): 2100:M-4:MIN:PUBLIC.20251231.R has 1001 after it, where 0 and 1000 make 1000"),
        VERSION_CHANGED(
                pack -> pack.change(pack.entries, 40, "\"version\":\"40\"", "\"version\":\"41\""),
                "entries.jsonl line 40 (entry 40): 2100:M-2:MIN is at version 41 after version 39"),
        TWO_ENTRIES_SWAPPED(
                pack -> Collections.swap(pack.entries, 9, 10),
                "entries.jsonl line 10 (entry 11): entry 10 should stand here"),
        ONE_INSERTED(
                pack -> pack.entries.add(20, pack.entries.get(19)),
                "entries.jsonl line 21 (entry 20): entry 21 should stand here"),
        ONE_TAKEN_OUT(pack -> pack.entries.remove(19), "entries.jsonl line 20 (entry 21): entry 20 should stand here"),
        THE_LAST_TAKEN_OFF(pack -> pack.entries.removeLast(), "accounts.jsonl line 4: 2100:M-2:MIN has "),
        POSTED_BEFORE_THE_LAST(
                pack -> pack.change(pack.entries, 12, "T00:12", "T00:10"),
                "entries.jsonl line 12 (entry 12): it was posted at 2025-01-06T00:10:00.000000Z, before the last one at"
                        + " 2025-01-06T00:11:00.000000Z"),
        OF_ANOTHER_BOOK(
                pack -> pack.change(pack.entries, 3, "\"BHL\"", "\"BHX\""),
                "entries.jsonl line 3 (entry 3): it is of book BHX, the manifest of BHL"),
        ANOTHER_UNIT(
                pack -> pack.change(pack.entries, 3, "\"unit\":\"MIN\"", "\"unit\":\"PTS\""),
                "entries.jsonl line 3 (entry 3): it is in PTS and posts to 2100:M-2:MIN"),
        OVERDRAWN(
                pack -> {
                    for (String amount : List.of("amount", "balance")) {
                        pack.change(pack.entries, 1, amount + "\":\"1000\"", amount + "\":\"-1000\"")
                                .change(pack.entries, 1, amount + "\":\"-4000\"", amount + "\":\"4000\"");
                    }
                },
                "entries.jsonl line 1 (entry 1): 2100:M-4:MIN:PUBLIC.20251231.R has -1000 after it, beyond 0"),
        NOT_OF_THE_CHART(
                pack -> pack.change(pack.entries, 1, "3300:MIN", "3301:MIN"),
                "entries.jsonl line 1 (entry 1): the chart has no account 3301:MIN"),
        POSTS_NOTHING(
                pack -> pack.change(pack.entries, 5, "\"amount\":\"7\"", "\"amount\":\"0\"")
                        .change(pack.entries, 5, "\"amount\":\"-7\"", "\"amount\":\"0\""),
                "entries.jsonl line 5 (entry 5): it posts nothing to 2100:M-2:MIN"),
        POSTS_TWICE_TO_ONE(
                pack -> pack.change(pack.entries, 5, "2100:M-1:MIN", "2100:M-2:MIN"),
                "entries.jsonl line 5 (entry 5): it posts twice to 2100:M-2:MIN"),
        TAKEN_BACK_TWICE(
                pack -> pack.change(pack.entries, 8, "]", "],\"reverses\":\"5\""),
                "entries.jsonl line 8 (entry 8): it takes back entry 5, which was taken back before"),
        A_REVERSAL_TAKEN_BACK(
                pack -> pack.change(pack.entries, 8, "]", "],\"reverses\":\"6\""),
                "entries.jsonl line 8 (entry 8): it takes back entry 6, which itself takes one back"),
        TAKES_BACK_WHAT_IS_TO_COME(
                pack -> pack.change(pack.entries, 8, "]", "],\"reverses\":\"8\""),
                "entries.jsonl line 8 (entry 8): it takes back entry 8, which is not before it"),
        ONE_POSTING(
                pack -> pack.entries.set(4, pack.entries.get(4).replaceFirst(",\\{\"account\":\"2100:M-1[^}]*}", "")),
                "entries.jsonl line 5 (entry 5): it has fewer than two postings"),
        TAKES_BACK_WHAT_NEVER_WAS(
                pack -> pack.change(pack.entries, 8, "]", "],\"reverses\":\"-1\""),
                "entries.jsonl line 8 (entry 8): it takes back entry -1, which is not before it"),
        ABOVE_ITS_CEILING(
                pack -> pack.entries.replaceAll(line -> line.replace("2100:M-3:MIN", "3100:2025:MIN")),
                "entries.jsonl line 1 (entry 1): 3100:2025:MIN has 1000 after it, beyond 0"),
        BEGUN_IN_THE_MIDDLE(
                pack -> pack.change(
                        pack.entries,
                        1,
                        "\"balance\":\"-4000\",\"version\":\"1\"",
                        "\"balance\":\"-4001\",\"version\":\"2\""),
                "entries.jsonl line 1 (entry 1): 3300:MIN is at version 2 after version 0"),
        UNKNOWN_MEMBER_OF_A_POSTING(
                pack -> pack.change(pack.entries, 4, "\"version\":\"4\"", "\"version\":\"4\",\"zone\":\"\""),
                "entries.jsonl line 4 (entry 4): it has a member of no meaning: zone"),
        NO_CLIENT(
                pack -> pack.change(pack.entries, 4, "\"client\":\"app\"", "\"client\":\"\""),
                "entries.jsonl line 4 (entry 4): client is empty"),
        NO_ACTOR(
                pack -> pack.change(pack.entries, 4, "\"actor\":\"P-7\"", "\"actor\":\"\""),
                "entries.jsonl line 4 (entry 4): actor is empty"),
        NO_TYPE(
                pack -> pack.change(pack.entries, 4, "TRANSFER_TIME", "transfer"),
                "entries.jsonl line 4 (entry 4): type is no type: transfer"),
        NO_HASH_OF_METADATA(
                pack -> pack.change(pack.entries, 4, "\"0a0a", "\"0A0a"),
                "entries.jsonl line 4 (entry 4): metadataHash is no SHA-256 in hexadecimal digits"),
        NO_HASH_OF_A_REASON(
                pack -> pack.change(pack.entries, 4, "\"seq\"", "\"reasonHash\":\"0a\",\"seq\""),
                "entries.jsonl line 4 (entry 4): reasonHash is no SHA-256 in hexadecimal digits"),
        UNKNOWN_MEMBER_OF_AN_ACCOUNT(
                pack -> pack.change(pack.accounts, 3, "}", ",\"zone\":\"\"}"),
                "accounts.jsonl line 3: it has a member of no meaning: zone"),
        ACCOUNT_AT_ANOTHER_VERSION(
                pack -> pack.change(pack.accounts, 3, "\"version\":\"1\"", "\"version\":\"2\""),
                "accounts.jsonl line 3: 2100:M-3:MIN has 1000 at version 2, its entries left 1000 at version 1"),
        A_FIRST_ENTRY_BEFORE_THE_FIRST(pack -> pack.member("firstSeq", "\"0\""), "manifest.json: its first entry is 0"),
        A_HASH_THAT_IS_NONE(
                pack -> pack.manifest(text -> text.replaceFirst("\"sha256\":\"..", "\"sha256\":\"zz")),
                "manifest.json: what it says of entries.jsonl cannot be"),
        A_CHECKPOINT_THAT_IS_NOT_THERE(
                pack -> pack.member("checkpoint", "\"checkpoint.txt\""),
                "the manifest names the checkpoint checkpoint.txt, which is not there"),
        A_CHECKPOINT_OF_ANOTHER_SIZE(
                pack -> {
                    pack.signed(KEY);
                    pack.others.put(
                            "checkpoint.txt",
                            TestPack.checkpoint(pack.entries.subList(0, 39), KEY)
                                    .getBytes(UTF_8));
                },
                "checkpoint.txt: it is of 39 entries, the manifest ends with 40"),
        BYTE_ORDER_MARK(
                pack -> pack.entries.set(0, "\ufeff" + pack.entries.getFirst()),
                "entries.jsonl line 1: it begins with a byte order mark"),
        NAME_TWICE(
                pack -> pack.change(pack.entries, 4, "\"book\":\"BHL\"", "\"book\":\"BHL\",\"book\":\"BHL\""),
                "entries.jsonl line 4: the name book stands twice"),
        NAMES_IN_ANOTHER_ORDER(
                pack -> pack.change(
                        pack.entries, 4, "{\"actor\":\"P-7\",\"book\":\"BHL\"", "{\"book\":\"BHL\",\"actor\":\"P-7\""),
                "entries.jsonl line 4: the name actor stands behind book, which RFC 8785 sorts otherwise"),
        WHITE_SPACE(
                pack -> pack.change(pack.entries, 4, ",\"client\"", ", \"client\""),
                "entries.jsonl line 4: it is not RFC 8785: the byte 0x20 at byte 29, where a string belongs"),
        CARRIAGE_RETURN(
                pack -> pack.entries.replaceAll(line -> line + "\r"),
                "entries.jsonl line 1: it is not RFC 8785: the byte 0x0d at byte "),
        A_NUMBER(
                pack -> pack.change(pack.entries, 4, "\"seq\":\"4\"", "\"seq\":4"),
                "entries.jsonl line 4: it is not RFC 8785: '4' at byte "),
        ANOTHER_ESCAPE(
                pack -> pack.change(pack.entries, 4, "P-7", "\\u0050-7"),
                "entries.jsonl line 4: it is not RFC 8785: '\\' at byte 11, where the character itself or its own escape belongs"),
        ZERO_IN_FRONT(
                pack -> pack.change(pack.entries, 4, "\"seq\":\"4\"", "\"seq\":\"04\""),
                "entries.jsonl line 4: seq is no integer as it is written here: 04"),
        UNKNOWN_MEMBER(
                pack -> pack.change(pack.entries, 4, "\"seq\"", "\"remark\":\"\",\"seq\""),
                "entries.jsonl line 4 (entry 4): it has a member of no meaning: remark"),
        NO_SUCH_MOMENT(
                pack -> pack.change(pack.entries, 4, "2025-01-06T", "2025-02-30T"),
                "entries.jsonl line 4 (entry 4): postedAt is no moment with six decimals: 2025-02-30T00:04:00.000000Z"),
        NO_SUCH_DAY(
                pack -> pack.change(pack.entries, 4, "occurredOn\":\"2025-01-06", "occurredOn\":\"2025-13-06"),
                "entries.jsonl line 4 (entry 4): occurredOn is no day: 2025-13-06"),
        LINE_WITHOUT_END(
                pack -> pack.others.put(
                        "entries.jsonl", String.join("\n", pack.entries).getBytes(UTF_8)),
                "entries.jsonl line 40: the line has no end: something is missing"),
        POSTED_CHANGED(
                pack -> pack.change(pack.accounts, 2, "\"posted\":\"1000\"", "\"posted\":\"1001\""),
                "accounts.jsonl line 2: 2100:M-4:MIN:PUBLIC.20251231.R has 1001 at version 1, its entries left 1000 at"
                        + " version 1"),
        EXPIRY_CHANGED(
                pack -> pack.change(pack.accounts, 2, "2025-12-31", "2026-12-31"),
                "accounts.jsonl line 2: what it says of 2100:M-4:MIN:PUBLIC.20251231.R is not what the name of its lot"
                        + " says"),
        RESTRICTION_CHANGED(
                pack -> pack.change(pack.accounts, 2, "true", "false"),
                "accounts.jsonl line 2: what it says of 2100:M-4:MIN:PUBLIC.20251231.R is not what the name of its lot"
                        + " says"),
        ACCOUNT_MISSING(pack -> pack.accounts.removeLast(), "accounts.jsonl line 4: there is no 2100:M-1:MIN"),
        ACCOUNT_BESIDE_THEM(
                pack -> pack.accounts.add(
                        "{\"account\":\"2100:M-9:MIN\",\"posted\":\"0\",\"restricted\":false,\"version\":\"0\"}"),
                "accounts.jsonl line 6: no entry posts to 2100:M-9:MIN"),
        ACCOUNTS_SWAPPED(pack -> Collections.swap(pack.accounts, 0, 1), "accounts.jsonl line 1: it is of "),
        FILE_OF_NO_NAME(
                pack -> {
                    pack.others.put("notes.txt", new byte[] {1});
                    pack.unnamed.add("notes.txt");
                },
                "the manifest does not name notes.txt"),
        FILE_MISSING(
                pack -> pack.manifest(text -> text.replace("accounts.jsonl", "statements.csv")),
                "the manifest names statements.csv, which is not there"),
        MANIFEST_OF_OTHER_ENTRIES(
                pack -> pack.member("entries", "\"41\"").member("lastSeq", "\"41\""),
                "manifest.json: entries is 41, by the entries 40"),
        MANIFEST_OF_ANOTHER_END(
                pack -> pack.member("lastSeq", "\"41\""), "manifest.json: lastSeq is 41, by the entries 40"),
        OTHER_TURNOVER(
                pack -> pack.member("turnover", "{\"MIN\":\"1\",\"PTS\":\"0\"}"),
                "manifest.json: turnover is {MIN=1, PTS=0}, the entries turn over "),
        OTHER_POSTINGS(pack -> pack.member("postings", "\"82\""), "manifest.json: postings is 82, by the entries 83"),
        OTHER_SUMS(
                pack -> pack.member("sums", "{\"MIN\":\"1\"}"),
                "manifest.json: sums are {MIN=1}, and every entry sums to zero"),
        OTHER_HASH(
                pack -> pack.manifest(text -> text.replaceFirst("\"sha256\":\"..", "\"sha256\":\"00")),
                "entries.jsonl: its SHA-256 is not the manifest's: its bytes were changed"),
        OTHER_LENGTH(
                pack -> pack.manifest(text -> text.replaceFirst("\"bytes\":\"", "\"bytes\":\"1")),
                "entries.jsonl: it has "),
        SHORTER_THAN_IT_IS(
                pack -> pack.manifest(text -> text.replaceFirst("\"bytes\":\"\\d+", "\"bytes\":\"100")),
                "entries.jsonl: it is damaged: it is longer than the manifest says"),
        OTHER_ROWS(
                pack -> pack.manifest(text -> text.replaceFirst("\"rows\":\"5\"", "\"rows\":\"6\"")),
                "accounts.jsonl: it has 5 rows, the manifest says 6"),
        NAMED_TWICE(
                pack -> pack.manifest(text -> text.replace("accounts.jsonl", "entries.jsonl")),
                "manifest.json: it names entries.jsonl twice"),
        ANOTHER_FORMAT(
                pack -> pack.member("format", "\"moralbank-export/2\""),
                "manifest.json: its format is moralbank-export/2; this verifier knows moralbank-export/1"),
        A_MANIFEST_THAT_IS_NONE(
                pack -> pack.manifest(text -> text.substring(0, text.length() - 1)),
                "manifest.json: it is not RFC 8785: its end at byte ");

        private final Consumer<TestPack> done;
        private final String said;

        Fault(Consumer<TestPack> done, String said) {
            this.done = done;
            this.said = said;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whatIsTamperedWithIsFoundAndNamed(Fault fault) throws IOException {
        TestPack pack = aPack();
        fault.done.accept(pack);

        Said zip = verify(pack.zip(folder.resolve("pack.zip")));
        Said files = verify(pack.folder(folder.resolve("pack")));

        assertThat(zip.verdict()).startsWith("DOES NOT HOLD: " + fault.said);
        assertThat(zip.lines()).hasSize(1);
        assertThat(zip.exitCode()).isEqualTo(1);
        assertThat(files).isEqualTo(zip);
    }

    // ---- zips --------------------------------------------------------------------------------------------------

    /** Two commits within a microsecond, and whatever was posted in one. */
    @Test
    void entriesOfOneMomentHold() throws IOException {
        TestPack pack = aPack();
        pack.change(pack.entries, 12, "T00:12", "T00:11");

        assertThat(verify(pack.zip(folder.resolve("pack.zip"))).verdict()).startsWith("HOLDS: ");
    }

    @Test
    void aPackHasAThousandFilesAtMost() throws IOException {
        TestPack pack = aPack();
        for (int i = 0; i < 998; i++) {
            pack.others.put("f" + i, new byte[0]);
        }

        assertThat(verify(pack.zip(folder.resolve("more.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: it has more than 1000 files");
        pack.others.remove("f0");
        assertThat(verify(pack.zip(folder.resolve("pack.zip"))).verdict()).startsWith("HOLDS: ");
    }

    @Test
    void aManifestOrACheckpointOfAnySizeIsNotRead() throws IOException {
        TestPack manifest = aPack().manifest(text -> text + " ".repeat(1 << 20));
        TestPack checkpoint = aPack().signed(KEY);
        checkpoint.others.put("checkpoint.txt", new byte[(1 << 16) + 1]);

        assertThat(verify(manifest.zip(folder.resolve("manifest.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: manifest.json: it is larger than a mebibyte");
        assertThat(verify(checkpoint.zip(folder.resolve("checkpoint.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: it is larger than 64 KiB");
    }

    @Test
    void aZipThatWasCutOffIsNoWholeZip() throws IOException {
        byte[] whole = aPack().zipped();

        for (int length : new int[] {0, 100, whole.length / 2, whole.length - 1}) {
            Path cut = Files.write(folder.resolve("cut.zip"), Arrays.copyOf(whole, length));

            assertThat(verify(cut).verdict()).startsWith("DOES NOT HOLD: it is no whole zip: ");
        }
    }

    @Test
    void aZipWhoseBytesWereChangedIsDamaged() throws IOException {
        byte[] zip = aPack().zipped();
        zip[200] ^= 0x40;

        Said said = verify(Files.write(folder.resolve("changed.zip"), zip));

        assertThat(said.verdict()).startsWith("DOES NOT HOLD: entries.jsonl");
        assertThat(said.exitCode()).isEqualTo(1);
    }

    @Test
    void aNameThatLeadsOutOfThePackIsRefused() throws IOException {
        for (String name : List.of("../entries.jsonl", "/etc/passwd", "a/b", "a\\b", "C:x", ".hidden", "a\nb", "")) {
            TestPack pack = aPack();
            pack.others.put(name, new byte[] {1});

            Said said = verify(pack.zip(folder.resolve("pack.zip")));

            assertThat(said.verdict())
                    .startsWith("DOES NOT HOLD: it has a file whose name is no plain name: " + name.replace('\n', '?'));
        }
    }

    @Test
    void aFolderInAFolderAndALinkAreNoPlainFiles() throws IOException {
        Path pack = aPack().folder(folder.resolve("pack"));
        Path inner = Files.createDirectory(pack.resolve("inner"));
        assertThat(verify(pack).verdict()).isEqualTo("DOES NOT HOLD: inner is no plain file");
        Files.delete(inner);
        Files.createSymbolicLink(pack.resolve("link"), pack.resolve("entries.jsonl"));

        assertThat(verify(pack).verdict()).isEqualTo("DOES NOT HOLD: link is no plain file");
    }

    @Test
    void aFileThatIsInAZipTwiceIsRefused() throws IOException {
        TestPack pack = aPack();
        pack.others.put("entries.jsonX", TestPack.text(pack.entries));
        byte[] zip = pack.zipped();
        for (int i = 0; i < zip.length - 13; i++) {
            if (new String(zip, i, 13, UTF_8).equals("entries.jsonX")) {
                zip[i + 12] = 'l';
            }
        }

        assertThat(verify(Files.write(folder.resolve("twice.zip"), zip)).verdict())
                .isEqualTo("DOES NOT HOLD: entries.jsonl is in it twice");
    }

    @Test
    void aSmallZipThatUnpacksToALargeFileIsNotUnpacked() throws IOException {
        Path bomb = folder.resolve("bomb.zip");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(bomb))) {
            out.putNextEntry(new ZipEntry("entries.jsonl"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                out.write(zeros);
            }
            out.closeEntry();
            out.putNextEntry(new ZipEntry("manifest.json"));
            out.write(aPack().manifest(text -> text.replace(
                                    "{\"bytes\":\"" + TestPack.text(aPack().accounts).length
                                            + "\",\"name\":\"accounts.jsonl",
                                    "{\"bytes\":\"1\",\"name\":\"entries2.jsonl")
                            .replaceFirst("\"bytes\":\"\\d+", "\"bytes\":\"" + (64L << 20)))
                    .files()
                    .get("manifest.json"));
            out.closeEntry();
            out.putNextEntry(new ZipEntry("entries2.jsonl"));
            out.closeEntry();
        }

        // As long as it is said to be, but of one line; and then said to be longer than any zip of its size can be.
        assertThat(verify(bomb).verdict())
                .isEqualTo("DOES NOT HOLD: entries.jsonl line 1: the line is longer than a mebibyte");
        TestPack beyond = aPack().manifest(text -> text.replaceFirst("\"bytes\":\"\\d+", "\"bytes\":\"1000000000000"));
        assertThat(verify(beyond.zip(folder.resolve("beyond.zip"))).verdict())
                .startsWith("DOES NOT HOLD: the manifest says 10000000");
    }

    // ---- files that are only hashed ----------------------------------------------------------------------------

    /** Whoever changes one can make the manifest fit. */
    @Test
    void whatIsNotHeldAgainstTheEntriesIsSaid() throws IOException {
        TestPack pack = aPack().signed(KEY);
        pack.others.put("trial-balance.csv", trialBalance(pack).getBytes(UTF_8));
        assertThat(verify(pack.zip(folder.resolve("pack.zip"))).lines())
                .noneMatch(line -> line.contains("agree with the entries"));

        pack.others.put("journal.csv", new byte[] {1});
        pack.others.put("statements.xlsx", new byte[] {2});
        Said said = verify(pack.zip(folder.resolve("more.zip")));

        assertThat(said.verdict()).startsWith("HOLDS: ");
        assertThat(said.exitCode()).isZero();
        assertThat(said.lines())
                .contains(
                        "  not proven: that journal.csv, statements.xlsx agree with the entries: they are taken at the"
                                + " manifest's word, which nobody signs");
    }

    // ---- the trial balance -------------------------------------------------------------------------------------

    /** As the report writes it, of the pack of these tests. */
    private static String trialBalance(TestPack pack) {
        StringBuilder out = new StringBuilder("row,code,account,unit,opening,debit,credit,closing\r\n");
        long[] sums = new long[2];
        for (String line : pack.accounts) {
            String account = line.replaceFirst(".*\"account\":\"([^\"]+)\".*", "$1");
            long posted = Long.parseLong(line.replaceFirst(".*\"posted\":\"(-?\\d+)\".*", "$1"));
            sums[account.startsWith("2100") ? 0 : 1] += posted;
            out.append("ACCOUNT," + account.substring(0, 4) + "," + account + ",MIN,,,," + posted + "\r\n");
        }
        return out + "CODE,2100,,MIN,,,," + sums[0] + "\r\nCODE,3300,,MIN,,,," + sums[1] + "\r\nTOTAL,,,MIN,,,,0\r\n";
    }

    private Said withTrialBalance(TestPack pack, String file) throws IOException {
        pack.others.put("trial-balance.csv", file.getBytes(UTF_8));
        return verify(pack.zip(folder.resolve("pack.zip")));
    }

    @Test
    void theTrialBalanceIsWhatTheEntriesComeTo() throws IOException {
        String file = trialBalance(aPack());

        assertThat(withTrialBalance(aPack(), file).verdict()).startsWith("HOLDS: ");
        assertThat(withTrialBalance(
                                aPack(),
                                "\ufeff"
                                        + file.replace(
                                                "row,code,account,unit,opening,debit,credit,closing",
                                                "行类,科目,账户,计量单位,期初余额,借方,贷方,期末余额"))
                        .verdict())
                .startsWith("HOLDS: ");
    }

    @Test
    void aTrialBalanceThatSaysSomethingElseIsFound() throws IOException {
        String file = trialBalance(aPack());

        assertThat(withTrialBalance(aPack(), file.replace("2100:M-3:MIN,MIN,,,,1000", "2100:M-3:MIN,MIN,,,,1001"))
                        .verdict())
                .isEqualTo(
                        "DOES NOT HOLD: trial-balance.csv line 4: 2100:M-3:MIN closes with 1001, by the entries with 1000");
        assertThat(withTrialBalance(aPack(), file.replace("CODE,2100,,MIN,,,,4000", "CODE,2100,,MIN,,,,4001"))
                        .verdict())
                .isEqualTo(
                        "DOES NOT HOLD: trial-balance.csv line 7: code 2100 in MIN closes with 4001, by the entries with 4000");
        assertThat(withTrialBalance(aPack(), file.replace("TOTAL,,,MIN,,,,0", "TOTAL,,,MIN,,,,1"))
                        .verdict())
                .isEqualTo("DOES NOT HOLD: trial-balance.csv line 9: all in MIN closes with 1, by the entries with 0");
        assertThat(withTrialBalance(aPack(), file.replaceFirst("ACCOUNT,2100,2100:M-3.*\r\n", ""))
                        .verdict())
                .contains("code 2100 in MIN closes with 4000, by the entries with 3000");
        assertThat(withTrialBalance(
                                aPack(),
                                file.replaceFirst("ACCOUNT,3300.*\r\n", "").replaceFirst("CODE,3300.*\r\n", ""))
                        .verdict())
                .endsWith("it lacks 3300:MIN");
        assertThat(withTrialBalance(aPack(), file.replace("2100:M-3:MIN", "2100:M-9:MIN"))
                        .verdict())
                .endsWith("line 4: no entry posts to 2100:M-9:MIN");
        // Also where no accounts.jsonl says who is there, one who has nothing is none of a whole book.
        TestPack alone = aPack();
        alone.leftOut.add("accounts.jsonl");
        assertThat(withTrialBalance(
                                alone,
                                file.replace("ACCOUNT,3300,", "ACCOUNT,2100,2100:M-9:MIN,MIN,,,,0\r\nACCOUNT,3300,"))
                        .verdict())
                .endsWith("no entry posts to 2100:M-9:MIN");
        // Of a part nothing may be debited to one that no entry there posts to, whatever he had.
        assertThat(withTrialBalance(
                                aPackWithoutAccounts(11),
                                trialBalance(aPack(), 11)
                                        .replace("2100:M-3:MIN,MIN,1000,0,0,", "2100:M-3:MIN,MIN,1000,1,1,"))
                        .verdict())
                .endsWith("2100:M-3:MIN is debited with 1, by the entries with 0");
    }

    @Test
    void aTrialBalanceHasEachColumnAndEachSumOnce() throws IOException {
        String file = trialBalance(aPack());
        String wider = file.replace("\r\n", ",1\r\n");
        Map<String, String> faults = new TreeMap<>();
        faults.put(wider.replaceFirst("closing,1", "closing,closing"), "line 1: the column closing stands twice");
        faults.put(wider.replaceFirst("closing,1", "closing,期末余额"), "line 1: the column closing stands twice");
        faults.put(
                wider.replaceFirst("closing,1", "closing,Closing"), "line 1: it has a column of no meaning: Closing");
        faults.put(
                file.replace("2100:M-3:MIN,MIN,,,,1000", "2100:M-3:MIN,MIN,,,,1000,1001"),
                "line 4: it has 9 cells, and there are 8 columns");
        faults.put(
                file.replace("2100:M-3:MIN,MIN,,,,1000", "2100:M-3:MIN,MIN,,7,7,1000"),
                "line 4: it has a turnover, and opens with nothing");
        faults.put(file.replaceAll("(CODE|TOTAL),.*\r\n", ""), "line 6: it lacks the sum of 2100 MIN");
        faults.put(file.replaceAll("CODE,3300,.*\r\n", ""), "line 8: it lacks the sum of 3300 MIN");
        faults.put(file.replaceAll("TOTAL,.*\r\n", ""), "line 8: it lacks the sum of MIN");
        faults.put(file.replaceAll("(CODE,3300,.*\r\n)", "$1$1"), "line 9: code 3300 in MIN stands twice");
        faults.put(file.replaceAll("(TOTAL,.*\r\n)", "$1$1"), "line 10: all in MIN stands twice");
        faults.put(
                file.replaceAll("CODE,2100,.*\r\n", "")
                        .replace("ACCOUNT,2100,2100:M-3:MIN", "CODE,2100,,MIN,,,,1000\r\nACCOUNT,2100,2100:M-3:MIN"),
                "line 5: 2100:M-3:MIN stands behind the sum of 2100 MIN");

        for (Map.Entry<String, String> fault : faults.entrySet()) {
            assertThat(withTrialBalance(aPack(), fault.getKey()).verdict())
                    .as(fault.getKey())
                    .startsWith("DOES NOT HOLD: trial-balance.csv " + fault.getValue());
        }
    }

    private static final Pattern POSTING = Pattern.compile("\"account\":\"([^\"]+)\",\"amount\":\"(-?\\d+)\"");

    /** As the report writes it with a period that begins with an entry, of a book that is whole: all postings added up. */
    private static String trialBalance(TestPack whole, int firstSeq) {
        Map<String, long[]> accounts = new TreeMap<>();
        for (int i = 0; i < whole.entries.size(); i++) {
            boolean isBefore = i + 1 < firstSeq;
            POSTING.matcher(whole.entries.get(i)).results().forEach(found -> {
                long amount = Long.parseLong(found.group(2));
                accounts.computeIfAbsent(found.group(1), first -> new long[3])[isBefore ? 0 : amount < 0 ? 1 : 2] +=
                        isBefore ? amount : Math.abs(amount);
            });
        }
        StringBuilder out = new StringBuilder("row,code,account,unit,opening,debit,credit,closing\r\n");
        for (String code : List.of("2100", "3300")) {
            long[] sums = new long[3];
            accounts.forEach((account, amounts) -> {
                if (account.startsWith(code)) {
                    out.append(row("ACCOUNT," + code + "," + account, amounts));
                    for (int i = 0; i < 3; i++) {
                        sums[i] += amounts[i];
                    }
                }
            });
            out.append(row("CODE," + code + ",", sums));
        }
        long[] all = new long[3];
        accounts.values().forEach(amounts -> {
            for (int i = 0; i < 3; i++) {
                all[i] += amounts[i];
            }
        });
        return out.append(row("TOTAL,,", all)).toString();
    }

    private static String row(String head, long[] sums) {
        return head + ",MIN," + sums[0] + "," + sums[1] + "," + sums[2] + "," + (sums[0] - sums[1] + sums[2]) + "\r\n";
    }

    @Test
    void theTrialBalanceOfAWholeBookHasItsTurnover() throws IOException {
        String file = trialBalance(aPack(), 1);
        String line = file.lines()
                .filter(each -> each.startsWith("ACCOUNT,2100,2100:M-3:MIN"))
                .findFirst()
                .orElseThrow();

        assertThat(line).isEqualTo("ACCOUNT,2100,2100:M-3:MIN,MIN,0,0,1000,1000");
        assertThat(withTrialBalance(aPack(), file).verdict()).startsWith("HOLDS: ");
        assertThat(withTrialBalance(aPack(), file.replace(line, line.replace("0,0,1000,", "1000,0,0,")))
                        .verdict())
                .endsWith(": 2100:M-3:MIN opens with 1000, by the entries with 0");
        assertThat(withTrialBalance(aPack(), file.replace(line, line.replace("0,0,1000,", "0,1,1001,")))
                        .verdict())
                .endsWith(": 2100:M-3:MIN is debited with 1, by the entries with 0");
        assertThat(withTrialBalance(aPack(), file.replace(line, line.replace("0,0,1000,", "0,0,999,")))
                        .verdict())
                .endsWith(": it opens with 0, and 0 debited and 999 credited make 999, not 1000");
    }

    // ---- checkpoints -------------------------------------------------------------------------------------------

    private static final SigningKey KEY =
            SigningKey.of("bank.example/BHL", "the seed of the community's own.".getBytes(UTF_8));
    private static final SigningKey ANOTHER =
            SigningKey.of("bank.example/BHL", "another seed of somebody else's.".getBytes(UTF_8));

    private Path kept(TestPack pack, int size, SigningKey key) throws IOException {
        return Files.writeString(
                folder.resolve("kept-" + size), TestPack.checkpoint(pack.entries.subList(0, size), key));
    }

    @Test
    void theSignatureOfTheCheckpointIsOverTheRootOfTheEntries() throws IOException {
        TestPack pack = aPack().signed(KEY);
        Path zip = pack.zip(folder.resolve("pack.zip"));
        String by = KEY.verification().toString().replaceFirst("\\+[^+]*$", "");

        Said unkeyed = verify(zip);
        Said keyed = verify(zip, "--key", KEY.verification());

        assertThat(keyed.verdict())
                .endsWith("; root " + Base64.getEncoder().encodeToString(TestPack.root(pack.entries))
                        + "; as signed by " + by);
        assertThat(keyed.lines()).hasSize(1);
        assertThat(unkeyed.verdict()).isEqualTo(keyed.verdict());
        assertThat(unkeyed.lines()).hasSize(2).last().asString().startsWith("  not proven: whose the key is: ");
    }

    @Test
    void anotherKeyIsNotTheCommunitys() throws IOException {
        Path resigned = aPack().signed(ANOTHER).zip(folder.resolve("pack.zip"));

        Said said = verify(resigned, "--key", KEY.verification());

        assertThat(said.verdict()).isEqualTo("DOES NOT HOLD: checkpoint.txt: none of the known keys signed this");
        assertThat(said.exitCode()).isEqualTo(1);
    }

    @Test
    void aSignatureThatWasChangedDoesNotHold() throws IOException {
        TestPack pack = aPack().signed(KEY);
        pack.others.put(
                "checkpoint.txt",
                new String(pack.others.get("checkpoint.txt"), UTF_8)
                        .replace("\n40\n", "\n39\n")
                        .getBytes(UTF_8));

        assertThat(verify(pack.zip(folder.resolve("pack.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: the signature of bank.example/BHL does not hold");
    }

    /** What no rule of the book shows, the root does. */
    @Test
    void aHashOfWhatPersonsWroteThatWasChangedIsFoundByTheRoot() throws IOException {
        TestPack pack = aPack().signed(KEY);
        Path at10 = kept(pack, 10, KEY);
        Path at30 = kept(pack, 30, KEY);
        pack.change(pack.entries, 17, "0a0a", "0a0b");
        Path zip = pack.zip(folder.resolve("pack.zip"));

        assertThat(verify(zip).verdict())
                .startsWith(
                        "DOES NOT HOLD: checkpoint.txt: of the entries 1 to 40 one is not what was sealed: they give"
                                + " the root ");
        assertThat(verify(zip, "--checkpoint", at30, "--checkpoint", at10).verdict())
                .startsWith("DOES NOT HOLD: " + at30 + ": of the entries 11 to 30 one is not what was sealed: ");
    }

    @Test
    void aBookThatWasWrittenAnewIsFoundByAnEarlierCheckpoint() throws IOException {
        TestPack pack = aPack();
        Path at0 = kept(pack, 0, KEY);
        Path at20 = kept(pack, 20, KEY);
        Path at40 = kept(pack, 40, KEY);
        Path zip = pack.signed(KEY).zip(folder.resolve("pack.zip"));
        Path anew = TestPack.of(ENTRIES, 8).signed(KEY).zip(folder.resolve("anew.zip"));

        Said said = verify(zip, "--checkpoint", at40, "--checkpoint", at0, "--checkpoint", at20);

        assertThat(said.verdict())
                .contains(
                        "; true to the checkpoint of 0 entries in " + at0,
                        "; true to the checkpoint of 20 entries in ",
                        "; true to the checkpoint of 40 entries in " + at40)
                .startsWith("HOLDS: ");
        assertThat(verify(anew).exitCode()).isZero();
        assertThat(verify(anew, "--checkpoint", at20).verdict())
                .startsWith("DOES NOT HOLD: " + at20 + ": of the entries 1 to 20 one is not what was sealed: ");
    }

    @Test
    void aBookWhoseEndWasCutOffIsFoundByAnEarlierCheckpoint() throws IOException {
        TestPack pack = TestPack.of(ENTRIES - 1, 7).signed(KEY);
        Path zip = pack.zip(folder.resolve("pack.zip"));
        Path at40 = kept(aPack(), 40, KEY);

        assertThat(verify(zip).exitCode()).isZero();
        assertThat(verify(zip, "--checkpoint", at40).verdict())
                .isEqualTo("DOES NOT HOLD: " + at40 + ": it is of 40 entries, the export ends with 39: the others were"
                        + " taken away, or it is older");
    }

    @Test
    void aCheckpointOfAnotherLogIsNoneOfThisBook() throws IOException {
        SigningKey other = SigningKey.of("bank.example/BHX", new byte[32]);
        Path zip = aPack().signed(other).zip(folder.resolve("pack.zip"));
        Path kept = kept(aPack(), 10, other);

        assertThat(verify(zip).verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: it is of the log bank.example/BHX, not of book BHL");
        assertThat(verify(
                                aPack().signed(KEY).zip(zip),
                                "--checkpoint",
                                kept,
                                "--key",
                                KEY.verification(),
                                "--key",
                                other.verification())
                        .verdict())
                .isEqualTo("DOES NOT HOLD: " + kept + ": it is of the log bank.example/BHX, that of the export of"
                        + " bank.example/BHL");
    }

    @Test
    void withoutACheckpointIsSaidWhatThatLeavesOpen() throws IOException {
        TestPack pack = aPack();
        Path at10 = kept(pack, 10, KEY);
        Path zip = pack.zip(folder.resolve("pack.zip"));

        assertThat(verify(zip).lines()).last().asString().contains("behind entry 0: the export has no checkpoint");
        assertThat(verify(zip, "--checkpoint", at10, "--key", KEY.verification())
                        .lines())
                .last()
                .asString()
                .contains("behind entry 10: the export has no checkpoint");
    }

    @Test
    void whatIsNoCheckpointIsToldAsSuch() throws IOException {
        TestPack pack = aPack().signed(KEY);
        pack.others.put("checkpoint.txt", "nothing".getBytes(UTF_8));

        assertThat(verify(pack.zip(folder.resolve("pack.zip"))).verdict())
                .startsWith("DOES NOT HOLD: checkpoint.txt: not a note: ");
        assertThat(verify(folder.resolve("pack.zip"), "--key", "mine"))
                .satisfies(said -> assertThat(said.exitCode()).isEqualTo(2))
                .satisfies(said -> assertThat(said.verdict()).startsWith("NOT CHECKED: not a verification key"));
    }

    // ---- keys --------------------------------------------------------------------------------------------------

    /** Somebody who owns the database: from entry 21 on the book is another, and signed with a key of his own. */
    private TestPack aBookSignedAnew(String keys) {
        TestPack anew = aPack();
        anew.entries.replaceAll(line -> line.contains("\"seq\":\"2") ? line.replace("0a0a", "0b0b") : line);
        assertThat(anew.entries.subList(0, 1)).isEqualTo(aPack().entries.subList(0, 1));
        return anew.signed(ANOTHER, keys);
    }

    @Test
    void aBookSignedAnewWithAnotherKeyHoldsByItselfAndThatIsSaid() throws IOException {
        Path zip = aBookSignedAnew(ANOTHER.verification() + "\n").zip(folder.resolve("anew.zip"));

        Said said = verify(zip);

        assertThat(said.verdict()).startsWith("HOLDS: ");
        assertThat(said.lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("  not proven: whose the key is: log-key.txt is the export's own word, ");
    }

    @Test
    void aBookSignedAnewWithAnotherKeyIsFoundByAnEarlierCheckpoint() throws IOException {
        Path at1 = kept(aPack(), 1, KEY);
        Path at30 = kept(aPack(), 30, KEY);
        Path his = aBookSignedAnew(ANOTHER.verification() + "\n").zip(folder.resolve("his.zip"));
        // The old key is no secret: he can put it there, too.
        Path both = aBookSignedAnew(ANOTHER.verification() + "\n" + KEY.verification() + "\n")
                .zip(folder.resolve("both.zip"));

        assertThat(verify(his, "--checkpoint", at30).verdict())
                .isEqualTo("DOES NOT HOLD: " + at30 + ": none of the known keys signed this");
        assertThat(verify(both, "--checkpoint", at30).verdict())
                .startsWith("DOES NOT HOLD: " + at30 + ": of the entries 1 to 30 one is not what was sealed: ");
        assertThat(verify(both, "--checkpoint", at1, "--checkpoint", at30).verdict())
                .startsWith("DOES NOT HOLD: " + at30 + ": of the entries 2 to 30 one is not what was sealed: ");
        // What nobody has a checkpoint of, only the key shows.
        assertThat(verify(both, "--checkpoint", at1).lines())
                .satisfies(lines ->
                        assertThat(lines.getFirst()).contains("as signed by ", "; true to the checkpoint of 1 "))
                .anyMatch(line -> line.startsWith("  not proven: whose the key is: "));
        assertThat(verify(both, "--checkpoint", at1, "--key", KEY.verification())
                        .verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: none of the known keys signed this");
    }

    @Test
    void aCheckpointWithoutAnyKeyIsSaidToBeSignedByNobodyKnown() throws IOException {
        TestPack pack = aPack().signed(KEY);
        pack.leftOut.add("log-key.txt");

        Said said = verify(pack.zip(folder.resolve("pack.zip")));

        assertThat(said.verdict()).endsWith("; as its checkpoint says");
        assertThat(said.lines())
                .hasSize(2)
                .last()
                .isEqualTo("  not proven: who signed the checkpoint: there is no key");
    }

    @Test
    void aKeyIsKnownByItsTextOrAFile() throws IOException {
        Path published = Files.writeString(
                folder.resolve("published+key.txt"),
                "\n" + ANOTHER.verification() + "\n" + KEY.verification() + "\n\n");
        Path empty = Files.writeString(folder.resolve("empty.txt"), "\n");
        Path zip = aPack().signed(KEY).zip(folder.resolve("pack.zip"));
        Path his = aBookSignedAnew(ANOTHER.verification() + "\n").zip(folder.resolve("his.zip"));
        Files.writeString(folder.resolve("key.txt"), KEY.verification() + "\n");

        assertThat(verify(zip, "--key", published).lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("HOLDS: ");
        assertThat(verify(his, "--key", folder.resolve("key.txt")).verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: none of the known keys signed this");
        assertThat(verify(zip, "--key", empty))
                .isEqualTo(
                        new Said(2, List.of("NOT CHECKED: what was kept cannot be read: there is no key in " + empty)));
    }

    @Test
    void aKeyOfSomebodyElseInThePackIsFoundByTheKnownOne() throws IOException {
        Path zip = aPack().signed(KEY, ANOTHER.verification() + "\n").zip(folder.resolve("pack.zip"));
        Path rotated = aPack().signed(KEY, KEY.verification() + "\n" + ANOTHER.verification() + "\n")
                .zip(folder.resolve("rotated.zip"));

        assertThat(verify(zip).verdict())
                .isEqualTo("DOES NOT HOLD: checkpoint.txt: none of the known keys signed this");
        assertThat(verify(zip, "--key", KEY.verification()).verdict())
                .startsWith("DOES NOT HOLD: log-key.txt: it does not have the key that signed checkpoint.txt, "
                        + "bank.example/BHL+");
        assertThat(verify(rotated, "--key", KEY.verification()).verdict()).startsWith("HOLDS: ");
    }

    // ---- parts -------------------------------------------------------------------------------------------------

    @Test
    void ofARangeIsSaidWhatCannotBeProven() throws IOException {
        Said said = verify(aPack().from(11).zip(folder.resolve("range.zip")));

        assertThat(said.verdict()).isEqualTo("HOLDS: book BHL, entries 11 to 40, 60 postings on 2 accounts");
        assertThat(said.lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("  not proven: what was before entry 11: "))
                .anyMatch(line -> line.startsWith("  not proven: that these are the entries that were sealed, ")
                        && line.contains("by a receipt of entry 11, with --receipt"));
    }

    @Test
    void aRangeWithItsTrialBalanceHolds() throws IOException {
        String file = trialBalance(aPack(), 11);

        assertThat(file).contains("ACCOUNT,2100,2100:M-3:MIN,MIN,1000,0,0,1000\r\n", "TOTAL,,,MIN,0,");
        for (TestPack pack : List.of(aPack().from(11), aPackWithoutAccounts(11))) {
            Said said = withTrialBalance(pack, file);

            assertThat(said.verdict()).isEqualTo("HOLDS: book BHL, entries 11 to 40, 60 postings on 2 accounts");
            assertThat(said.lines())
                    .anyMatch(line -> line.startsWith("  not proven: what trial-balance.csv opens with: "));
        }
        // And without a period, as who asked for balances only has it.
        assertThat(withTrialBalance(aPack().from(11), trialBalance(aPack())).verdict())
                .startsWith("HOLDS: ");
    }

    private static TestPack aPackWithoutAccounts(int firstSeq) {
        TestPack pack = aPack().from(firstSeq);
        pack.leftOut.add("accounts.jsonl");
        return pack;
    }

    /** What is done to a part, and what is said of it; the one who does it makes the manifest fit. */
    enum FaultOfAPart {
        ONE_TAKEN_OUT(pack -> pack.entries.remove(9), "entries.jsonl line 10 (entry 21): entry 20 should stand here"),
        THE_FIRST_TAKEN_OFF(
                pack -> pack.member("firstSeq", "\"11\"").entries.removeFirst(),
                "entries.jsonl line 1 (entry 12): entry 11 should stand here"),
        AN_AMOUNT_CHANGED(
                pack -> pack.entries.set(4, pack.entries.get(4).replaceFirst("amount\":\"\\d+", "amount\":\"4")),
                "entries.jsonl line 5 (entry 15): its postings sum to "),
        A_VERSION_CHANGED(
                pack -> pack.change(pack.entries, 2, "\"version\":\"12\"", "\"version\":\"13\""),
                "entries.jsonl line 2 (entry 12): 2100:M-"),
        A_REVERSAL_OF_WHAT_IS_TO_COME(
                pack -> pack.change(pack.entries, 2, "]", "],\"reverses\":\"12\""),
                "entries.jsonl line 2 (entry 12): it takes back entry 12, which is not before it"),
        TAKEN_BACK_TWICE(
                pack -> pack.change(pack.entries, 2, "]", "],\"reverses\":\"11\"")
                        .change(pack.entries, 3, "]", "],\"reverses\":\"11\""),
                "entries.jsonl line 3 (entry 13): it takes back entry 11, which was taken back before"),
        ANOTHER_RANGE_WAS_ASKED_FOR(
                pack -> pack.member("parameters", "{\"firstSeq\":\"10\"}"),
                "manifest.json: its firstSeq is 11, and 10 was asked for"),
        POSTED_CHANGED(
                pack -> pack.accounts.set(4, pack.accounts.get(4).replaceFirst("posted\":\"", "posted\":\"1")),
                "accounts.jsonl line 5: 2100:M-1:MIN has 1"),
        AN_UNTOUCHED_ACCOUNT_CHANGED(
                pack -> pack.change(pack.accounts, 3, "\"1000\"", "\"1001\""),
                "accounts.jsonl: all in MIN come to 1, and a book comes to zero"),
        AN_UNTOUCHED_ACCOUNT_OVERDRAWN(
                pack -> pack.change(pack.accounts, 3, "\"1000\"", "\"-1\""),
                "accounts.jsonl line 3: 2100:M-3:MIN has -1 at version 1, which no account of its code has"),
        AN_UNTOUCHED_ACCOUNT_NEVER_POSTED_TO(
                pack -> pack.change(pack.accounts, 3, "\"version\":\"1\"", "\"version\":\"0\""),
                "accounts.jsonl line 3: 2100:M-3:MIN has 1000 at version 0, which no account of its code has"),
        AN_ACCOUNT_TWICE(
                pack -> pack.accounts.add(pack.accounts.get(2)), "accounts.jsonl line 6: 2100:M-3:MIN stands twice"),
        AN_ACCOUNT_MISSING(pack -> pack.accounts.removeLast(), "accounts.jsonl: there is no 2100:M-1:MIN"),
        AN_OPENING_CHANGED(
                pack -> change(pack, "2100:M-2:MIN,MIN,(\\d+),(\\d+)", 1, 1),
                "trial-balance.csv line 3: 2100:M-2:MIN opens with "),
        A_CLOSING_CHANGED(
                pack -> change(pack, "2100:M-2:MIN,MIN,\\d+,\\d+,\\d+,(\\d+)()", 1, 0),
                "trial-balance.csv line 3: it opens with "),
        A_TURNOVER_CHANGED(
                pack -> change(pack, "2100:M-2:MIN,MIN,\\d+,(\\d+),(\\d+)", 1, 1),
                "trial-balance.csv line 3: 2100:M-2:MIN is debited with "),
        AN_UNTOUCHED_ACCOUNT_DEBITED(
                pack -> change(pack, "2100:M-3:MIN,MIN,\\d+,(\\d+),(\\d+)", 1, 1),
                "trial-balance.csv line 4: 2100:M-3:MIN is debited with 1, by the entries with 0"),
        AN_UNTOUCHED_ACCOUNT_WITH_MORE(
                pack -> change(pack, "2100:M-3:MIN,MIN,(\\d+),\\d+,\\d+,(\\d+)", 1, 1),
                "trial-balance.csv line 4: 2100:M-3:MIN opens with 1001, by the entries with 1000"),
        A_CODE_WITH_MORE(
                pack -> change(pack, "CODE,2100,,MIN,(\\d+),\\d+,\\d+,(\\d+)", 1, 1),
                "trial-balance.csv line 6: code 2100 in MIN opens with 4001, by the entries with 4000"),
        ALL_WITH_MORE(
                pack -> change(pack, "TOTAL,,,MIN,(\\d+),\\d+,\\d+,(\\d+)", 1, 1),
                "trial-balance.csv line 9: all in MIN opens with 1, by the entries with 0"),
        ALL_WITH_MORE_TURNOVER(
                pack -> change(pack, "TOTAL,,,MIN,\\d+,(\\d+),(\\d+)", 1, 1),
                "trial-balance.csv line 9: all in MIN is debited with "),
        A_ROW_MISSING(
                pack -> change(pack, "(ACCOUNT,3300\\S+\r\n)CODE,3300,,MIN,\\S+\r\n()", 0, 0),
                "trial-balance.csv line 7: it lacks 3300:MIN"),
        AN_ACCOUNT_ABOVE_ITS_CEILING(
                pack -> pack.change(pack.accounts, 3, "2100:M-3:MIN", "3100:2025:MIN"),
                "accounts.jsonl line 3: 3100:2025:MIN has 1000 at version 1, which no account of its code has"),
        A_ROW_TWICE(
                pack -> twice(pack, "ACCOUNT,2100,2100:M-3:MIN,\\S+\r\n"),
                "trial-balance.csv line 5: 2100:M-3:MIN stands twice"),
        A_ROW_OF_ANOTHER_CODE(
                pack -> change(pack, "ACCOUNT,2(1)()00,2100:M-3:MIN", 1, 0),
                "trial-balance.csv line 4: 2100:M-3:MIN is not of code 2200 in MIN"),
        A_ROW_OF_NO_KIND(
                pack -> pack.others.put(
                        "trial-balance.csv",
                        new String(pack.others.get("trial-balance.csv"), UTF_8)
                                .replace("TOTAL", "REMARK")
                                .getBytes(UTF_8)),
                "trial-balance.csv line 9: it is of no known kind: REMARK"),
        AN_ACCOUNT_THAT_ACCOUNTS_LACKS(
                pack -> change(pack, "2100:M-(3)():MIN,MIN", 6, 0),
                "trial-balance.csv line 4: no entry posts to 2100:M-9:MIN");

        private final Consumer<TestPack> done;
        private final String said;

        FaultOfAPart(Consumer<TestPack> done, String said) {
            this.done = done;
            this.said = said;
        }

        private static void twice(TestPack pack, String line) {
            String file = new String(pack.others.get("trial-balance.csv"), UTF_8);
            pack.others.put(
                    "trial-balance.csv",
                    file.replaceFirst("(" + line + ")", "$1$1").getBytes(UTF_8));
        }

        /** Adds to the numbers of the two groups in the trial balance; takes the match out when there is nothing to add. */
        private static void change(TestPack pack, String where, int first, int second) {
            String file = new String(pack.others.get("trial-balance.csv"), UTF_8);
            Matcher found = Pattern.compile(where).matcher(file);
            assertThat(found.find()).as(where).isTrue();
            StringBuilder changed = new StringBuilder(file);
            if (first == 0 && second == 0) {
                changed.delete(found.start(), found.end());
            } else {
                if (second != 0) {
                    changed.replace(
                            found.start(2), found.end(2), Long.toString(Long.parseLong(found.group(2)) + second));
                }
                changed.replace(found.start(1), found.end(1), Long.toString(Long.parseLong(found.group(1)) + first));
            }
            pack.others.put("trial-balance.csv", changed.toString().getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource(FaultOfAPart.class)
    void whatIsTamperedWithInAPartIsFoundAndNamed(FaultOfAPart fault) throws IOException {
        TestPack pack = aPack().from(11);
        pack.others.put("trial-balance.csv", trialBalance(aPack(), 11).getBytes(UTF_8));
        fault.done.accept(pack);

        Said said = verify(pack.zip(folder.resolve("range.zip")));

        assertThat(said.verdict()).startsWith("DOES NOT HOLD: " + fault.said);
        assertThat(said.exitCode()).isEqualTo(1);
    }

    // ---- parts and the log -------------------------------------------------------------------------------------

    @Test
    void aPartWithTheReceiptOfItsFirstEntryIsProvenAsAWholeBookIs() throws IOException {
        Path at9 = kept(aPack(), 9, KEY);
        Path at10 = kept(aPack(), 10, KEY);
        Path at30 = kept(aPack(), 30, KEY);
        for (int firstSeq : new int[] {2, 11, 33, 39, 40}) {
            Path zip = aPack().signed(KEY).from(firstSeq, KEY).zip(folder.resolve("part.zip"));

            Said said = verify(zip, "--key", KEY.verification());

            assertThat(said.verdict())
                    .startsWith("HOLDS: book BHL, entries " + firstSeq + " to 40, ")
                    .contains("; root " + Base64.getEncoder().encodeToString(TestPack.root(aPack().entries))
                            + "; as signed by bank.example/BHL+");
            assertThat(said.lines())
                    .hasSize(2)
                    .last()
                    .asString()
                    .startsWith("  not proven: what was before entry " + firstSeq + ": ");
        }
        Path zip = aPack().signed(KEY).from(11, KEY).zip(folder.resolve("part.zip"));

        Said said = verify(zip, "--checkpoint", at9, "--checkpoint", at10, "--checkpoint", at30);

        assertThat(said.verdict())
                .contains(
                        "; true to the checkpoint of 10 entries in " + at10,
                        "; true to the checkpoint of 30 entries in " + at30)
                .doesNotContain(at9.toString());
        assertThat(said.lines())
                .contains("  not proven: that the export agrees with the checkpoint of 9 entries in " + at9
                        + ": these are entries behind it");
    }

    @Test
    void whatWasChangedInAPartIsFoundByItsReceipt() throws IOException {
        Path at10 = kept(TestPack.of(ENTRIES, 8), 10, KEY);
        TestPack later = aPack().signed(KEY).from(11, KEY);
        later.change(later.entries, 7, "0a0a", "0a0b");
        TestPack first = aPack().signed(KEY).from(11, KEY);
        first.change(first.entries, 1, "0a0a", "0a0b");
        TestPack ofAnother = aPack().signed(KEY).from(11, KEY);
        ofAnother.others.put(
                "first-entry.tlog-proof",
                TestPack.receipt(11, TestPack.of(ENTRIES, 8).entries, KEY).getBytes(UTF_8));
        TestPack unsigned = aPack().signed(KEY).from(11, ANOTHER);

        assertThat(verify(later.zip(folder.resolve("later.zip"))).verdict())
                .startsWith(
                        "DOES NOT HOLD: checkpoint.txt: of the entries 11 to 40 one is not what was sealed: they give");
        assertThat(verify(first.zip(folder.resolve("first.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: first-entry.tlog-proof: entry 11 is not what was sealed: with it the receipt"
                        + " does not lead to the root of the checkpoint of 40 entries");
        assertThat(verify(ofAnother.zip(folder.resolve("another.zip"))).verdict())
                .startsWith("DOES NOT HOLD: first-entry.tlog-proof: entry 11 is not what was sealed: ");
        assertThat(verify(unsigned.zip(folder.resolve("unsigned.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: first-entry.tlog-proof: none of the known keys signed this");
        assertThat(verify(aPack().signed(KEY).from(11, KEY).zip(folder.resolve("part.zip")), "--checkpoint", at10)
                        .verdict())
                .startsWith("DOES NOT HOLD: " + at10 + ": of the entries 11 to 10 one is not what was sealed: ");
    }

    /** A checkpoint that cannot be held against the part keeps none of the others from being. */
    @Test
    void anOlderCheckpointHidesNoLaterOne() throws IOException {
        Path at9 = kept(aPack(), 9, KEY);
        Path at30 = kept(TestPack.of(ENTRIES, 8), 30, KEY);
        Path zip = aPack().signed(KEY).from(11, KEY).zip(folder.resolve("part.zip"));

        assertThat(verify(zip, "--checkpoint", at9, "--checkpoint", at30).verdict())
                .startsWith("DOES NOT HOLD: " + at30 + ": of the entries 11 to 30 one is not what was sealed: ");
    }

    @Test
    void aReceiptThatWasKeptDoesTheSame() throws IOException {
        Path of11 = Files.writeString(
                folder.resolve("11"), TestPack.receipt(11, aPack().entries.subList(0, 25), KEY));
        Path at10 = kept(aPack(), 10, KEY);
        Path zip = aPack().from(11).zip(folder.resolve("part.zip"));
        TestPack changed = aPack().from(11);
        changed.change(changed.entries, 15, "0a0a", "0a0b");

        Said said = verify(zip, "--receipt", of11, "--checkpoint", at10, "--key", KEY.verification());

        assertThat(said.verdict())
                .startsWith("HOLDS: book BHL, entries 11 to 40, 60 postings on 2 accounts; root ")
                .contains(
                        "; true to the checkpoint of 10 entries in " + at10,
                        "; true to the checkpoint of 25 entries in " + of11,
                        "; entry 11 is in the log of 25 entries by " + of11);
        assertThat(said.lines())
                .anyMatch(line -> line.endsWith("behind entry 25: the export has no checkpoint"))
                .noneMatch(line -> line.contains("whose the key is"));
        assertThat(verify(changed.zip(folder.resolve("changed.zip")), "--receipt", of11, "--key", KEY.verification())
                        .verdict())
                .startsWith("DOES NOT HOLD: " + of11 + ": of the entries 11 to 25 one is not what was sealed: ");
        assertThat(verify(zip, "--checkpoint", at10, "--key", KEY.verification())
                        .lines())
                .contains("  not proven: that the export agrees with the checkpoint of 10 entries in " + at10
                        + ": not all of its entries are here");
    }

    @Test
    void aReceiptHoldsOrSaysWhatIsWrong() throws IOException {
        Path of7 = Files.writeString(folder.resolve("7"), TestPack.receipt(7, aPack().entries, KEY));
        Path of8 = Files.writeString(folder.resolve("8"), TestPack.receipt(8, aPack().entries, KEY));
        Path none = Files.writeString(folder.resolve("none"), "nothing");
        Path other = Files.writeString(
                folder.resolve("other"),
                TestPack.receipt(7, aPack().entries, SigningKey.of("bank.example/BHX", new byte[32])));
        Path cut = Files.writeString(
                folder.resolve("cut"),
                Files.readString(of8).replaceFirst("(index 7\n)(?:[A-Za-z0-9+/]{43}=\n)+", "$1"));
        Path zip = aPack().zip(folder.resolve("pack.zip"));
        TestPack changed = aPack();
        changed.change(changed.entries, 7, "0a0a", "0a0b");

        assertThat(verify(zip, "--receipt", of7, "--receipt", of8, "--key", KEY.verification())
                        .verdict())
                .contains(
                        "; entry 7 is in the log of 40 entries by " + of7 + ", signed by bank.example/BHL+",
                        "; entry 8 is in the log of 40 entries by " + of8);
        assertThat(verify(changed.zip(folder.resolve("changed.zip")), "--receipt", of7)
                        .verdict())
                .startsWith("DOES NOT HOLD: " + of7 + ": entry 7 is not what was sealed: ");
        assertThat(verify(zip, "--receipt", none).verdict()).startsWith("DOES NOT HOLD: " + none + ": not a receipt: ");
        assertThat(verify(zip, "--receipt", other).verdict())
                .isEqualTo("DOES NOT HOLD: " + other + ": it is of the log bank.example/BHX, not of book BHL");
        assertThat(verify(aPack().from(8).zip(folder.resolve("part.zip")), "--receipt", cut)
                        .verdict())
                .isEqualTo("DOES NOT HOLD: " + cut + ": the path is not one to leaf 7 of 40");
        assertThat(verify(aPack().from(8).zip(folder.resolve("part.zip")), "--receipt", of7)
                        .verdict())
                .isEqualTo("DOES NOT HOLD: " + of7 + ": it is of entry 7, which is not in the export");
    }

    // ---- business days -----------------------------------------------------------------------------------------

    /** Entries of some business days: the numbers between them are those of others. */
    private static TestPack aPackOfDays() {
        TestPack pack = aPack().member("parameters", "{\"from\":\"2025-01-06\",\"to\":\"2025-01-06\"}");
        pack.entries.subList(20, 30).clear();
        pack.entries.subList(0, 5).clear();
        return pack.member("firstSeq", "\"1\"").member("lastSeq", "\"45\"");
    }

    @Test
    void ofBusinessDaysIsSaidThatEntriesMayBeMissing() throws IOException {
        Said said = verify(aPackOfDays().zip(folder.resolve("days.zip")));

        assertThat(said.verdict()).isEqualTo("HOLDS: book BHL, entries 1 to 45, 50 postings on 2 accounts");
        assertThat(said.lines())
                .anyMatch(line -> line.startsWith(
                        "  not proven: that no entry is missing: these happened from 2025-01-06" + " to 2025-01-06, "))
                .anyMatch(line -> line.startsWith("  not proven: that these are the entries that were sealed, ")
                        && line.contains("entries with gaps between them give no root"));
    }

    @Test
    void entriesOfBusinessDaysAreCheckedBetweenTheGaps() throws IOException {
        TestPack swapped = aPackOfDays();
        Collections.swap(swapped.entries, 3, 4);
        TestPack changed = aPackOfDays();
        changed.change(changed.entries, 3, "\"version\":\"8\"", "\"version\":\"7\"");
        TestPack beyond = aPackOfDays().member("lastSeq", "\"39\"");
        TestPack before = aPackOfDays().member("firstSeq", "\"7\"");
        TestPack balance = aPackOfDays();
        balance.accounts.set(4, balance.accounts.get(4).replaceFirst("posted\":\"", "posted\":\"1"));

        assertThat(verify(swapped.zip(folder.resolve("swapped.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: entries.jsonl line 5 (entry 9): it stands behind entry 10");
        assertThat(verify(changed.zip(folder.resolve("changed.zip"))).verdict())
                .startsWith("DOES NOT HOLD: entries.jsonl line 3 (entry 8): 2100:M-")
                .endsWith(" is at version 7 after version 7");
        assertThat(verify(beyond.zip(folder.resolve("beyond.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: manifest.json: lastSeq is 39, the last entry is 40");
        assertThat(verify(before.zip(folder.resolve("before.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: entries.jsonl line 1 (entry 6): it stands before entry 7");
        assertThat(verify(balance.zip(folder.resolve("balance.zip"))).verdict())
                .startsWith("DOES NOT HOLD: accounts.jsonl line 5: 2100:M-1:MIN has 1");
    }

    @Test
    void anEntryOfAnotherDayIsNoneOfThese() throws IOException {
        for (String days : List.of(
                "{\"from\":\"2025-01-06\",\"to\":\"2025-01-06\"}",
                "{\"from\":\"2025-01-06\"}",
                "{\"to\":\"2025-01-06\"}")) {
            for (String other : List.of("2025-01-05", "2025-01-07")) {
                TestPack pack = aPackOfDays().member("parameters", days);
                pack.change(pack.entries, 2, "occurredOn\":\"2025-01-06", "occurredOn\":\"" + other);
                boolean isOne = other.endsWith("5") ? !days.contains("from") : !days.contains("to");

                assertThat(verify(pack.zip(folder.resolve("days.zip"))).verdict())
                        .startsWith(
                                isOne
                                        ? "HOLDS: "
                                        : "DOES NOT HOLD: entries.jsonl line 2 (entry 7): it happened on " + other
                                                + ", which is none of the days ");
            }
        }
        assertThat(verify(aPackOfDays()
                                .member("parameters", "{\"from\":\"2025-02-30\"}")
                                .zip(folder.resolve("days.zip")))
                        .verdict())
                .isEqualTo("DOES NOT HOLD: manifest.json: it is of no day: 2025-02-30");
    }

    /** Only the days make gaps: not whatever else an export was asked with. */
    @Test
    void anEntryThatIsTakenOutOfAPackWithOtherParametersIsMissed() throws IOException {
        TestPack pack = aPack().member(
                        "parameters",
                        "{\"asOf\":\"2025-01-06T08:00:00Z\",\"firstSeq\":\"1\",\"lastSeq\":\"40\",\"on\":\"2025-01-06\"}");
        assertThat(verify(pack.zip(folder.resolve("whole.zip"))).verdict()).startsWith("HOLDS: ");
        pack.entries.remove(19);

        assertThat(verify(pack.zip(folder.resolve("taken.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: entries.jsonl line 20 (entry 21): entry 20 should stand here");
    }

    @Test
    void aTrialBalanceOfBusinessDaysHasTheTurnoverOfTheEntries() throws IOException {
        TestPack days = aPackOfDays();
        // Of all that happened later than entry 5, where the ten between are of another day: so they count as before.
        TestPack reordered = aPack();
        List<String> before = new ArrayList<>(reordered.entries.subList(0, 5));
        before.addAll(reordered.entries.subList(20, 30));
        before.addAll(days.entries);
        reordered.entries.clear();
        reordered.entries.addAll(before);
        String file = trialBalance(reordered, 16);
        String line = file.lines()
                .filter(each -> each.startsWith("ACCOUNT,2100,2100:M-1"))
                .findFirst()
                .orElseThrow();
        String[] cells = line.split(",");
        String more = line.replace(
                "," + cells[5] + "," + cells[6] + ",",
                "," + (Long.parseLong(cells[5]) + 1) + "," + (Long.parseLong(cells[6]) + 1) + ",");

        Said said = withTrialBalance(days, file);

        assertThat(said.verdict()).startsWith("HOLDS: ");
        assertThat(said.lines()).anyMatch(each -> each.startsWith("  not proven: what trial-balance.csv opens with: "));
        assertThat(withTrialBalance(aPackOfDays(), file.replace(line, more)).verdict())
                .startsWith("DOES NOT HOLD: trial-balance.csv line 2: 2100:M-1:MIN is debited with "
                        + (Long.parseLong(cells[5]) + 1) + ", by the entries with " + cells[5]);
        // Of all days up to one from the first entry on, nothing was before.
        TestPack fromTheBeginning = aPackOfDays().member("parameters", "{\"to\":\"2025-01-06\"}");
        assertThat(withTrialBalance(fromTheBeginning, file).verdict())
                .startsWith("DOES NOT HOLD: trial-balance.csv line 2: 2100:M-1:MIN opens with ")
                .endsWith(", by the entries with 0");
    }

    @Test
    void entriesOfBusinessDaysAreShownToBeInTheLogByReceipts() throws IOException {
        Path of7 = Files.writeString(folder.resolve("7"), TestPack.receipt(7, aPack().entries, KEY));
        Path of21 = Files.writeString(folder.resolve("21"), TestPack.receipt(21, aPack().entries, KEY));
        Path at30 = kept(aPack(), 30, KEY);
        Path zip = aPackOfDays().zip(folder.resolve("days.zip"));

        Said said = verify(zip, "--receipt", of7, "--checkpoint", at30, "--key", KEY.verification());

        assertThat(said.verdict()).contains("; entry 7 is in the log of 40 entries by " + of7);
        assertThat(said.lines())
                .contains("  not proven: that the export agrees with the checkpoint of 30 entries in " + at30
                        + ": not all of its entries are here")
                .noneMatch(line -> line.contains("checkpoint of 40 entries"));
        assertThat(verify(zip, "--receipt", of21, "--key", KEY.verification()).verdict())
                .isEqualTo("DOES NOT HOLD: " + of21 + ": it is of entry 21, which is not in the export");
    }

    @Test
    void aBookWithoutEntriesHolds() throws IOException {
        TestPack pack = aPack();
        pack.entries.clear();
        pack.accounts.clear();

        assertThat(verify(pack.zip(folder.resolve("empty.zip"))).verdict())
                .startsWith("HOLDS: book BHL, no entries, 0 postings on 0 accounts");
    }

    // ---- the command -------------------------------------------------------------------------------------------

    @Test
    void whatIsNotThereIsNotChecked() {
        Said said = verify(folder.resolve("none.zip"));

        assertThat(said.verdict()).startsWith("NOT CHECKED: ");
        assertThat(said.exitCode()).isEqualTo(2);
    }

    /** Such a pack can be asked for, and one that was robbed of its entries looks the same. */
    @Test
    void withoutEntriesThereIsNothingToCheckBy() throws IOException {
        TestPack pack = aPack();
        pack.leftOut.add("entries.jsonl");
        pack.others.put("trial-balance.csv", trialBalance(pack).getBytes(UTF_8));

        Said said = verify(pack.zip(folder.resolve("pack.zip")));

        assertThat(said.lines())
                .containsExactly(
                        "NOT CHECKED: there is no entries.jsonl in it, which all else is held against: export the"
                                + " JOURNAL as JSONL, too");
        assertThat(said.exitCode()).isEqualTo(2);
        pack.manifest(text -> text.replaceFirst("\"sha256\":\"..", "\"sha256\":\"00"));
        assertThat(verify(pack.zip(folder.resolve("changed.zip"))).verdict())
                .isEqualTo("DOES NOT HOLD: accounts.jsonl: its SHA-256 is not the manifest's: its bytes were changed");
    }

    @Test
    void aCommandThatIsNoneIsToldHow() {
        for (List<String> arguments :
                List.of(List.<String>of(), List.of("a", "b"), List.of("--checkpoint"), List.of("a", "--what"))) {
            Said said = verify(arguments.toArray());

            assertThat(said.verdict()).startsWith("verify EXPORT ");
            assertThat(said.exitCode()).isEqualTo(2);
        }
    }
}
