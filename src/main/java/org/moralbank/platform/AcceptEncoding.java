package org.moralbank.platform;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a client says of the encodings that it can read (RFC 9110 section 12.5.3). */
public final class AcceptEncoding {
    /** Named, and not with a weight of nothing. */
    private static final Pattern GZIP =
            Pattern.compile("(?i)(.*[\\s,])?gzip(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))\\s*([;,].*)?");

    private AcceptEncoding() {}

    /** Whether gzip may be sent; without the header it may not. */
    public static boolean gzip(@Nullable String header) {
        return header != null && GZIP.matcher(header).matches();
    }
}
