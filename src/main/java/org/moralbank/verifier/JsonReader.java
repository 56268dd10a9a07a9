package org.moralbank.verifier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON in the one form that RFC 8785 gives it, and refuses every other: white space, names out of order or twice,
 * another escape than the one that is prescribed, bytes that are not UTF-8. What it accepts is, byte for byte, what would be
 * written of it again. Our files write integers as strings and leave out what has no value, so that numbers and null are
 * refused, too.
 *
 * <p>Written by hand, because a JSON library is made to be lenient and would have to be trusted; this can be read.
 */
final class JsonReader {
    private static final int DEEPEST = 16;

    private final byte[] bytes;
    private final int begin;
    private final int end;
    private int at;

    private JsonReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.begin = from;
        this.end = to;
        this.at = from;
    }

    /** The object that is written from one index up to another, and nothing beside it. */
    static JsonObject object(byte[] bytes, int from, int to) throws Fault {
        JsonReader reader = new JsonReader(bytes, from, to);
        if (to - from >= 3
                && bytes[from] == (byte) 0xEF
                && bytes[from + 1] == (byte) 0xBB
                && bytes[from + 2] == (byte) 0xBF) {
            throw new Fault("it begins with a byte order mark");
        }
        JsonObject read = reader.object(0);
        if (reader.at != to) {
            throw reader.unexpected("the end");
        }
        return read;
    }

    private JsonObject object(int depth) throws Fault {
        take('{', "an object");
        List<String> names = new ArrayList<>(16);
        List<Object> values = new ArrayList<>(16);
        if (!takes('}')) {
            String before = null;
            do {
                String name = string();
                refuseDisorder(before, name);
                take(':', "a colon");
                names.add(name);
                values.add(value(depth + 1));
                before = name;
            } while (takes(','));
            take('}', "a comma or the end of the object");
        }
        return new JsonObject(names, values);
    }

    /** RFC 8785, section 3.2.3: by UTF-16 code units, which is the order of Java's strings. */
    private static void refuseDisorder(@Nullable String before, String name) throws Fault {
        int order = before == null ? -1 : before.compareTo(name);
        if (order == 0) {
            throw new Fault("the name " + name + " stands twice");
        }
        if (order > 0) {
            throw new Fault("the name " + name + " stands behind " + before + ", which RFC 8785 sorts otherwise");
        }
    }

    private List<Object> list(int depth) throws Fault {
        take('[', "a list");
        List<Object> values = new ArrayList<>(4);
        if (!takes(']')) {
            do {
                values.add(value(depth + 1));
            } while (takes(','));
            take(']', "a comma or the end of the list");
        }
        return values;
    }

    private Object value(int depth) throws Fault {
        if (depth > DEEPEST) {
            throw new Fault("it is nested deeper than " + DEEPEST);
        }
        return switch (at < end ? bytes[at] : 0) {
            case '"' -> string();
            case '{' -> object(depth);
            case '[' -> list(depth);
            case 't' -> literal("true", Boolean.TRUE);
            case 'f' -> literal("false", Boolean.FALSE);
            case 'n' -> throw unexpected("a value: what has none is left out");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw unexpected("a string: integers are written as strings");
            default -> throw unexpected("a value");
        };
    }

    private Boolean literal(String word, Boolean value) throws Fault {
        for (int i = 0; i < word.length(); i++) {
            take(word.charAt(i), word);
        }
        return value;
    }

    private boolean takes(char wanted) {
        if (at < end && bytes[at] == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void take(char wanted, String called) throws Fault {
        if (!takes(wanted)) {
            throw unexpected(called);
        }
    }

    private Fault unexpected(String wanted) {
        String found = at >= end
                ? "its end"
                : bytes[at] > ' ' && bytes[at] < 127
                        ? "'" + (char) bytes[at] + "'"
                        : "the byte 0x%02x".formatted(bytes[at] & 0xff);
        return new Fault(
                "it is not RFC 8785: " + found + " at byte " + (at - begin + 1) + ", where " + wanted + " belongs");
    }

    // ---- strings -----------------------------------------------------------------------------------------------

    private String string() throws Fault {
        take('"', "a string");
        int from = at;
        while (at < end) {
            byte c = bytes[at];
            if (c == '"') {
                // Nearly all of ours: ASCII as it stands.
                return new String(bytes, from, at++ - from, StandardCharsets.ISO_8859_1);
            }
            if (c == '\\' || c < ' ') {
                break;
            }
            at++;
        }
        return decoded(new StringBuilder().append(new String(bytes, from, at - from, StandardCharsets.ISO_8859_1)));
    }

    /** The rest of a string behind its first byte that is not plain ASCII. */
    private String decoded(StringBuilder out) throws Fault {
        while (at < end) {
            byte c = bytes[at];
            if (c == '"') {
                at++;
                return out.toString();
            } else if (c == '\\') {
                out.append(escaped());
            } else if (c >= ' ') {
                out.append((char) c);
                at++;
            } else if (c < 0) {
                out.appendCodePoint(codePoint());
            } else {
                throw unexpected("an escape of a control character");
            }
        }
        throw unexpected("the end of a string");
    }

    /** RFC 8785, section 3.2.2.2: of each character that is escaped there is one escape. */
    private char escaped() throws Fault {
        at++;
        byte c = at < end ? bytes[at] : 0;
        at++;
        switch (c) {
            case '"', '\\' -> {
                return (char) c;
            }
            case 'b' -> {
                return '\b';
            }
            case 't' -> {
                return '\t';
            }
            case 'n' -> {
                return '\n';
            }
            case 'f' -> {
                return '\f';
            }
            case 'r' -> {
                return '\r';
            }
            case 'u' -> {
                if (end - at >= 4 && bytes[at] == '0' && bytes[at + 1] == '0' && (bytes[at + 2] | 1) == '1') {
                    int low = "0123456789abcdef".indexOf(bytes[at + 3]);
                    int code = (bytes[at + 2] - '0') * 16 + low;
                    if (low >= 0 && "\b\t\n\f\r".indexOf(code) < 0) {
                        at += 4;
                        return (char) code;
                    }
                }
            }
            default -> {}
        }
        at -= 2;
        throw unexpected("the character itself or its own escape");
    }

    /** One character of two to four bytes: RFC 3629, section 4. */
    private int codePoint() throws Fault {
        int first = bytes[at] & 0xff;
        int length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
        int code = first & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            int next = at + i < end ? bytes[at + i] : 0;
            if ((next & 0xc0) != 0x80) {
                throw unexpected("UTF-8");
            }
            code = code << 6 | next & 0x3f;
        }
        int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        boolean isSurrogate = code >= 0xd800 && code <= 0xdfff;
        if (first < 0xc2 || first > 0xf4 || code < least || code > Character.MAX_CODE_POINT || isSurrogate) {
            throw unexpected("UTF-8");
        }
        at += length;
        return code;
    }
}
