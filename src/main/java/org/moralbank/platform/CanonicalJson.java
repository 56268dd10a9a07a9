package org.moralbank.platform;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.TreeNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * JSON in the one form that RFC 8785 (JCS) gives it: members sorted by UTF-16 code units, no white space, shortest
 * escapes. Numbers of our API are integers of at most 15 digits, on which JCS's rule for numbers (ECMAScript's) is the
 * identity; others are written by that rule, so that a request that has one is told which field it is.
 */
public final class CanonicalJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final long LARGEST_EXACT = 999_999_999_999_999L;

    private CanonicalJson() {}

    /**
     * The canonical form of one JSON value.
     *
     * @throws IOException when the text is not one JSON value, repeats a name, or has a number that a double cannot hold
     */
    public static byte[] of(byte[] json) throws IOException {
        return of(FACTORY.createParser(json), new StringBuilder(characters(json)));
    }

    /** How many characters a text in UTF-8 has, of those that a StringBuilder counts: all but the bytes that continue one. */
    private static int characters(byte[] utf8) {
        int characters = 0;
        for (byte each : utf8) {
            // One of four bytes is a pair of surrogates.
            characters += (each & 0xc0) == 0x80 ? 0 : (each & 0xf8) == 0xf0 ? 2 : 1;
        }
        return characters;
    }

    /** The canonical form of a value that was read. */
    public static byte[] of(TreeNode json) throws IOException {
        return of(json.traverse(), new StringBuilder(256));
    }

    private static byte[] of(JsonParser json, StringBuilder out) throws IOException {
        try (JsonParser parser = json) {
            parser.nextToken();
            value(parser, out);
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "There is more after the JSON value.");
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void value(JsonParser parser, StringBuilder out) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            throw new JsonParseException(parser, "There is no JSON value.");
        }
        switch (token) {
            case START_OBJECT -> object(parser, out);
            case START_ARRAY -> array(parser, out);
            case VALUE_STRING -> quoted(parser.getText(), out);
            case VALUE_NUMBER_INT -> integer(parser, out);
            case VALUE_TRUE -> out.append("true");
            case VALUE_FALSE -> out.append("false");
            case VALUE_NULL -> out.append("null");
            case VALUE_NUMBER_FLOAT -> out.append(number(parser));
            default -> throw new JsonParseException(parser, "A JSON value was expected.");
        }
    }

    private static void integer(JsonParser parser, StringBuilder out) throws IOException {
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || Math.abs(parser.getLongValue()) > LARGEST_EXACT) {
            out.append(number(parser));
        } else {
            out.append(parser.getLongValue());
        }
    }

    /** A number as ECMAScript's Number.prototype.toString writes it (ECMA-262, section 6.1.6.1.20). */
    private static String number(JsonParser parser) throws IOException {
        double value = parser.getDoubleValue();
        if (!Double.isFinite(value)) {
            throw new JsonParseException(parser, "A number is too large.");
        }
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        // Java writes two digits where one would do: 4.9E-324 is ECMAScript's 5e-324.
        BigDecimal oneDigit = shortest.round(new MathContext(1));
        if (oneDigit.doubleValue() == Math.abs(value)) {
            shortest = oneDigit.stripTrailingZeros();
        }
        String digits = shortest.unscaledValue().toString();
        int k = digits.length();
        int n = k - shortest.scale();
        String text;
        if (n > 21 || n <= -6) {
            String exponent = (n > 0 ? "e+" : "e-") + Math.abs(n - 1);
            text = k == 1 ? digits + exponent : digits.charAt(0) + "." + digits.substring(1) + exponent;
        } else if (n >= k) {
            text = digits + "0".repeat(n - k);
        } else {
            text = n > 0 ? digits.substring(0, n) + "." + digits.substring(n) : "0." + "0".repeat(-n) + digits;
        }
        return value < 0 ? "-" + text : text;
    }

    private static void array(JsonParser parser, StringBuilder out) throws IOException {
        out.append('[');
        for (boolean first = true; parser.nextToken() != JsonToken.END_ARRAY; first = false) {
            if (!first) {
                out.append(',');
            }
            value(parser, out);
        }
        out.append(']');
    }

    private static void object(JsonParser parser, StringBuilder out) throws IOException {
        record Member(String name, int from, int to) {}
        List<Member> members = new ArrayList<>();
        out.append('{');
        int start = out.length();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (!members.isEmpty()) {
                out.append(',');
            }
            int from = out.length();
            quoted(name, out);
            out.append(':');
            value(parser, out);
            members.add(new Member(name, from - start, out.length() - start));
        }
        // String's own order is by UTF-16 code units, which is what RFC 8785 section 3.2.3 asks for.
        List<Member> sorted =
                members.stream().sorted(Comparator.comparing(Member::name)).toList();
        // A large body is copied only where its order is another.
        if (!sorted.equals(members)) {
            String asRead = out.substring(start);
            out.setLength(start);
            for (Member member : sorted) {
                if (out.length() > start) {
                    out.append(',');
                }
                out.append(asRead, member.from(), member.to());
            }
        }
        out.append('}');
    }

    /** Appends a string as RFC 8785 section 3.2.2.2 writes it. */
    public static void quoted(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default -> {
                    if (c < ' ') {
                        out.append("\\u00").append(c < 16 ? '0' : '1').append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
