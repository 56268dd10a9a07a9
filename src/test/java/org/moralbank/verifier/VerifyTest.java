package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
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

    // ---- ranges ------------------------------------------------------------------------------------------------

    @Test
    void ofARangeIsSaidWhatCannotBeProven() throws IOException {
        TestPack pack = aPack();
        pack.entries.subList(0, 10).clear();

        Said said = verify(pack.zip(folder.resolve("range.zip")));

        assertThat(said.verdict()).startsWith("HOLDS: book BHL, entries 11 to 40, 60 postings on 2 accounts");
        assertThat(said.lines()).anyMatch(line -> line.startsWith("  not proven: what was before entry 11: "));
    }

    @Test
    void aRangeIsCheckedFromItsFirstPostingOn() throws IOException {
        TestPack pack = aPack();
        pack.entries.subList(0, 10).clear();
        pack.change(pack.entries, 2, "\"version\":\"12\"", "\"version\":\"13\"");

        assertThat(verify(pack.zip(folder.resolve("range.zip"))).verdict())
                .startsWith("DOES NOT HOLD: entries.jsonl line 2 (entry 12): 2100:M-");
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
