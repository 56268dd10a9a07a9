package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.platform.CanonicalJson;

/** The reader takes what RFC 8785 writes, and nothing that it would write otherwise. */
class JsonReaderTest {
    private static JsonObject read(byte[] bytes) throws Fault {
        return JsonReader.object(bytes, 0, bytes.length);
    }

    @Test
    void readsWhatIsWrittenCanonically() throws Exception {
        long seed = System.nanoTime();
        System.out.println("JsonReaderTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            TreeMap<String, String> members = new TreeMap<>();
            for (int i = random.nextInt(6); i >= 0; i--) {
                members.put(text(random), text(random));
            }
            StringBuilder json = new StringBuilder();
            members.forEach((name, value) -> {
                json.append(json.isEmpty() ? "{" : ",");
                CanonicalJson.quoted(name, json);
                json.append(':');
                CanonicalJson.quoted(value, json);
            });

            JsonObject object = read(json.append('}').toString().getBytes(UTF_8));

            assertThat(object.names()).containsExactlyElementsOf(members.keySet());
            for (String name : members.keySet()) {
                assertThat(object.text(name)).isEqualTo(members.get(name));
            }
        }
    }

    private static String text(Random random) {
        int[] ends = {0x20, 0x80, 0x800, 0x10000, 0x110000};
        return random.ints(random.nextInt(12), 0, Integer.MAX_VALUE)
                .map(any -> any % ends[any % ends.length])
                .filter(code -> code < 0xd800 || code > 0xdfff)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Whatever is done to a byte: it is refused, or it is canonical still. */
    @Test
    void takesNothingThatWouldBeWrittenOtherwise() throws Exception {
        long seed = System.nanoTime();
        System.out.println("JsonReaderTest seed " + seed);
        Random random = new Random(seed);
        byte[] whole = "{\"a\":\"\\u0000\\n\\\\é€𝄞\",\"b\":[{\"c\":true,\"d\":\"x\"},{}],\"e\":false,\"f\":\"\"}"
                .getBytes(UTF_8);
        assertThat(CanonicalJson.of(whole)).isEqualTo(whole);
        int taken = 0;
        for (int round = 0; round < 50_000; round++) {
            byte[] changed = changed(whole, random);
            try {
                read(changed);
            } catch (Fault refused) {
                continue;
            }
            assertThat(CanonicalJson.of(changed)).as(new String(changed, UTF_8)).isEqualTo(changed);
            taken++;
        }
        assertThat(taken).isPositive();
    }

    private static byte[] changed(byte[] whole, Random random) {
        List<Byte> bytes = new ArrayList<>();
        for (byte each : whole) {
            bytes.add(each);
        }
        int at = random.nextInt(whole.length);
        switch (random.nextInt(3)) {
            case 0 -> bytes.remove(at);
            case 1 -> bytes.add(at, (byte) random.nextInt(256));
            default -> bytes.set(at, (byte) random.nextInt(256));
        }
        byte[] changed = new byte[bytes.size()];
        for (int i = 0; i < changed.length; i++) {
            changed[i] = bytes.get(i);
        }
        return changed;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"a\"",
                "{",
                "{}x",
                " {}",
                "{} ",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":\"b\",}",
                "{\"a\":null}",
                "{\"a\":1}",
                "{\"a\":-1}",
                "{\"a\":tru}",
                "{\"a\":\"b}",
                "{\"a\":\"\\/\"}",
                "{\"a\":\"\\u000A\"}",
                "{\"a\":\"\\u000a\"}",
                "{\"a\":\"\\u001F\"}",
                "{\"a\":\"\\u0020\"}",
                "{\"a\":\"\\ud83d\\ude00\"}",
                "{\"a\":\"\t\"}",
                "{\"a\":[\"b\",]}",
                "{\"a\":\"\\"
            })
    void refuses(String text) {
        assertThatThrownBy(() -> read(text.getBytes(UTF_8))).isInstanceOf(Fault.class);
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        // A lone continuation, an overlong form, a surrogate, beyond Unicode, and a character that was cut off.
        int[][] wrong = {
            {0x80}, {0xc0, 0xaf}, {0xe0, 0x80, 0xaf}, {0xed, 0xa0, 0x80}, {0xf4, 0x90, 0x80, 0x80}, {0xe2, 0x82}, {0xff}
        };
        for (int[] bytes : wrong) {
            byte[] json = ("{\"a\":\"" + "?".repeat(bytes.length) + "\"}").getBytes(UTF_8);
            for (int i = 0; i < bytes.length; i++) {
                json[6 + i] = (byte) bytes[i];
            }
            assertThatThrownBy(() -> read(json)).isInstanceOf(Fault.class).hasMessageContaining("UTF-8");
        }
    }

    @Test
    void refusesToFollowAnEndlessNest() {
        String deep = "{\"a\":" + "[".repeat(100_000);

        assertThatThrownBy(() -> read(deep.getBytes(UTF_8))).hasMessageContaining("nested deeper than 16");
    }

    @Test
    void integersHaveOneForm() throws Fault {
        for (String right : List.of("0", "1", "-1", "10", "-10", "9223372036854775807", "-9223372036854775808")) {
            assertThat(JsonObject.integer("n", right)).isEqualTo(Long.parseLong(right));
        }
        for (String wrong : List.of("", "-", "-0", "+1", "01", "-01", "1.0", "1e2", " 1", "9223372036854775808", "１")) {
            assertThatThrownBy(() -> JsonObject.integer("n", wrong)).isInstanceOf(Fault.class);
        }
    }
}
