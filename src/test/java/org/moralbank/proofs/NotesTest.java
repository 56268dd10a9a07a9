package org.moralbank.proofs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed notes, checkpoints and receipts: against what Go's sumdb writes, RFC 8032's keys and the specifications' examples. */
class NotesTest {
    /** Of the tests of golang.org/x/mod/sumdb/note. */
    /** The key's part of PRIVATE+KEY+PeterNeumann+c74f20a3+…: the seed behind the type 1. */
    private static final String SKEY = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";

    private static final String VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    private static final String TEXT =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    private static final String SIGNATURE =
            "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    private static final String NOTE = TEXT + "\n" + SIGNATURE;

    private static final VerificationKey PETER = VerificationKey.parse(VKEY);
    private static final SigningKey ENOCH = SigningKey.of("enoch.example/log", new byte[32]);

    // ---- keys and notes ----------------------------------------------------------------------------------------

    @Test
    void signsAsGoDoes() {
        SigningKey key = SigningKey.of(
                "PeterNeumann", Arrays.copyOfRange(Base64.getDecoder().decode(SKEY), 1, 33));

        assertThat(key.verification()).isEqualTo(PETER).hasToString(VKEY);
        assertThat(SignedNote.sign(TEXT, key)).hasToString(NOTE);
        assertThat(key).hasToString("SigningKey[PeterNeumann]");
    }

    /** RFC 8032 section 7.1, test 1. */
    @Test
    void makesThePublicKeyOfASeed() {
        SigningKey key = SigningKey.of(
                "rfc8032", HexFormat.of().parseHex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));

        assertThat(key.verification().toString())
                .isEqualTo(
                        "rfc8032+%08x+%s"
                                .formatted(
                                        key.verification().id(),
                                        Base64.getEncoder()
                                                .encodeToString(
                                                        HexFormat.of()
                                                                .parseHex(
                                                                        "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))));
        assertThat(HexFormat.of().formatHex(key.signature(new byte[0])))
                .isEqualTo("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    }

    @Test
    void believesANoteOfAKnownKey() {
        assertThat(SignedNote.parse(NOTE).verified(List.of(PETER))).isEqualTo(TEXT);
        assertThat(SignedNote.parse(NOTE)).hasToString(NOTE);
    }

    @Test
    void passesOverSignaturesOfOthers() {
        String theirs = SignedNote.sign(TEXT, ENOCH).signatures().getFirst().toString();
        assertThat(theirs).contains("enoch");
        String note = SignedNote.sign(TEXT, ENOCH) + SIGNATURE;

        assertThat(SignedNote.parse(note).verified(List.of(PETER))).isEqualTo(TEXT);
        assertThat(SignedNote.parse(note).verified(List.of(ENOCH.verification(), PETER)))
                .isEqualTo(TEXT);
        assertThatThrownBy(() -> SignedNote.parse(NOTE).verified(List.of(ENOCH.verification())))
                .hasMessage("none of the known keys signed this");
    }

    @Test
    void aSignatureOfAKnownKeyThatDoesNotHoldSpoilsTheNote() {
        String note = NOTE.replace("answer", "anwser") + line(SignedNote.sign(TEXT.replace("answer", "anwser"), ENOCH));

        assertThatThrownBy(() -> SignedNote.parse(note).verified(List.of(ENOCH.verification(), PETER)))
                .hasMessage("the signature of PeterNeumann does not hold");
        assertThat(SignedNote.parse(note).verified(List.of(ENOCH.verification())))
                .contains("anwser");
    }

    private static String line(SignedNote note) {
        return note.toString().substring(note.text().length() + 1);
    }

    @Test
    void theTextMayHaveEmptyLines() {
        String text = "a\n\nb\n";
        SignedNote note = SignedNote.sign(text, ENOCH);

        assertThat(SignedNote.parse(note.toString()).verified(List.of(ENOCH.verification())))
                .isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n\n",
                "text\n",
                "text\n\n",
                "text\n\n— name AAAAAAE=",
                "text\n\n- name AAAAAAE=\n",
                "text\n\n— name AAAAAA==\n",
                "text\n\n— name  AAAAAAE=\n",
                "text\n\n— na+me AAAAAAE=\n",
                "text\n\n—  AAAAAAE=\n",
                "text\n\n— name AAAAAAF=\n",
                "text\n\n— name !\n",
                "te\txt\n\n— name AAAAAAE=\n",
            })
    void refusesWhatIsNoNote(String note) {
        assertThatThrownBy(() -> SignedNote.parse(note)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesMoreSignaturesThanAnyoneNeeds() {
        SignedNote.parse(TEXT + "\n" + "— a AAAAAAE=\n".repeat(64));

        assertThatThrownBy(() -> SignedNote.parse(TEXT + "\n" + "— a AAAAAAE=\n".repeat(65)))
                .hasMessage("a note has 1 to 64 signatures");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PeterNeumann",
                "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
                "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
                "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            })
    void refusesWhatIsNoVerificationKey(String key) {
        assertThatThrownBy(() -> VerificationKey.parse(key)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesWhatIsNoSigningKey() {
        assertThatThrownBy(() -> SigningKey.of("a b", new byte[32])).hasMessageContaining("no space");
        assertThatThrownBy(() -> SigningKey.of("a", new byte[31])).hasMessage("a seed has 32 bytes, not 31");
    }

    // ---- checkpoints -------------------------------------------------------------------------------------------

    /** The example of c2sp.org/tlog-checkpoint. */
    @Test
    void readsTheCheckpointOfTheSpecification() {
        String note = """
                example.com/behind-the-sofa
                20852163
                CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

                — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
                """;

        Checkpoint checkpoint = Checkpoint.parse(SignedNote.parse(note).text());

        assertThat(checkpoint.origin()).isEqualTo("example.com/behind-the-sofa");
        assertThat(checkpoint.size()).isEqualTo(20_852_163);
        assertThat(checkpoint.text()).isEqualTo(SignedNote.parse(note).text());
        assertThat(SignedNote.parse(note)).hasToString(note);
    }

    @Test
    void readsWhatGoFormatsAsATree() {
        String tree = "go.sum database tree\n123456789012\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n";

        assertThat(Checkpoint.parse(tree).root()).isEqualTo(Hash.leaf("hello world".getBytes(StandardCharsets.UTF_8)));
        assertThat(Checkpoint.parse(tree).text()).isEqualTo(tree);
        assertThat(Checkpoint.parse(tree + "an extension\n").size()).isEqualTo(123_456_789_012L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "o\n1\n",
                "o\n1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=",
                "o\n01\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
                "o\n-1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
                "o\n0x1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
                "o\n1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb1=\n",
                "\n1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
                "o\n1\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n\n",
                "o\n0\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n",
            })
    void refusesWhatIsNoCheckpoint(String text) {
        assertThatThrownBy(() -> Checkpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCheckpointIsOfTheLogWhoseKeySignedIt() {
        Checkpoint checkpoint = new Checkpoint("enoch.example/log", 0, Hash.OF_NOTHING);
        String note = checkpoint.sign(ENOCH).toString();

        assertThat(Checkpoint.verified(note, List.of(PETER, ENOCH.verification())))
                .isEqualTo(checkpoint);
        assertThatThrownBy(() -> Checkpoint.verified(note, List.of(PETER)))
                .hasMessage("none of the known keys signed this");
        assertThatThrownBy(() -> new Checkpoint("other.example/log", 0, Hash.OF_NOTHING).sign(ENOCH))
                .hasMessageContaining("is not signed for by");
        // A key that is known, but of another log.
        String foreign = SignedNote.sign("other.example/log\n0\n" + Hash.OF_NOTHING + "\n", ENOCH)
                .toString();
        assertThatThrownBy(() -> Checkpoint.verified(foreign, List.of(ENOCH.verification())))
                .hasMessage("none of the known keys signed this");
    }

    // ---- receipts ----------------------------------------------------------------------------------------------

    @Test
    void aReceiptIsCheckedWithoutTheLog() {
        List<byte[]> leaves = NaiveTree.leaves(7);
        Subtrees tree = TreeTest.subtrees(leaves);
        String checkpoint =
                new Checkpoint("enoch.example/log", 7, tree.root(7)).sign(ENOCH).toString();
        String text = new Receipt(4, Inclusion.of(4, 7, tree).path(), checkpoint).toString();

        Receipt read = Receipt.parse(text);

        assertThat(text).startsWith("c2sp.org/tlog-proof@v1\nindex 4\n").endsWith("\n\n" + checkpoint);
        assertThat(read).hasToString(text);
        assertThat(read.verified(leaves.get(4), List.of(ENOCH.verification())).size())
                .isEqualTo(7);
        assertThatThrownBy(() -> read.verified(leaves.get(5), List.of(ENOCH.verification())))
                .hasMessage("the leaf is not at 4 of the tree with the signed root");
        assertThatThrownBy(() -> read.verified(leaves.get(4), List.of(PETER)))
                .hasMessage("none of the known keys signed this");
        assertThatThrownBy(() -> Receipt.parse(text.replace("index 4", "index 7"))
                        .verified(leaves.get(4), List.of(ENOCH.verification())))
                .hasMessage("a tree of 7 leaves has no leaf 7");
    }

    @Test
    void aReceiptMayHaveExtraDataAndNoHashes() {
        Receipt receipt = Receipt.parse("c2sp.org/tlog-proof@v1\nextra YWJj\nindex 0\n\ncheckpoint\n");

        assertThat(receipt).isEqualTo(new Receipt(0, List.of(), "checkpoint\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "index 0\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v2\nindex 0\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v1\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v1\nextra YWJj\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v1\nindex 00\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\ncheckpoint\n",
                "c2sp.org/tlog-proof@v1\nindex 0\ncheckpoint\n",
            })
    void refusesWhatIsNoReceipt(String text) {
        assertThatThrownBy(() -> Receipt.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
