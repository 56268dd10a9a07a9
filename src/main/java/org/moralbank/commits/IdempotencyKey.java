package org.moralbank.commits;

import org.jspecify.annotations.Nullable;

/**
 * The client's name for one effect (IETF draft-ietf-httpapi-idempotency-key-header): 1 to 255 visible ASCII characters.
 * A quoted structured-field string (RFC 8941 section 3.3.3) and the same text bare are the same key.
 */
public record IdempotencyKey(String value) {
    public static final int LONGEST = 255;

    public IdempotencyKey {
        if (!isKey(value)) {
            throw new IllegalArgumentException("not 1 to 255 visible ASCII characters");
        }
    }

    /** Reads the header's value, or gives null when it is malformed. */
    public static @Nullable IdempotencyKey parse(String header) {
        String text = header.strip();
        if (text.startsWith("\"")) {
            text = unquoted(text);
        }
        return text != null && isKey(text) ? new IdempotencyKey(text) : null;
    }

    private static boolean isKey(String text) {
        return !text.isEmpty() && text.length() <= LONGEST && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private static @Nullable String unquoted(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i == text.length() - 1 ? out.toString() : null;
            }
            if (c == '\\') {
                i++;
                if (i == text.length() || (text.charAt(i) != '"' && text.charAt(i) != '\\')) {
                    return null;
                }
                c = text.charAt(i);
            }
            out.append(c);
        }
        return null;
    }
}
