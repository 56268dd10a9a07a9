package org.moralbank.platform;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A keyset page of a list.
 *
 * @param next what to send as {@code after} for the page behind this one; null when this is the last
 */
public record Page<T>(
        List<T> items,

        @Schema(description = "The cursor of the next page, or null", nullable = true)
        @JsonInclude(JsonInclude.Include.ALWAYS)
        @Nullable
        String next) {

    /** What a request asks of a list. {@code after} is the decoded key of the last item seen, or null. */
    public record Request(int limit, @Nullable String after) {
        /** Checks the parameters; the limit is 1 to 500, 50 when it is missing. */
        public static Request of(@Nullable Integer limit, @Nullable String after) {
            Fields fields = new Fields();
            long size = limit == null ? 50 : fields.number("limit", limit.longValue(), 1, 500);
            String key = null;
            if (after != null) {
                try {
                    key = new String(Base64.getUrlDecoder().decode(after), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException malformed) {
                    fields.fault("after", "cursor");
                }
                if (key != null && key.chars().anyMatch(Character::isISOControl)) {
                    // No key of a list has one, and the database has no text with a NUL.
                    fields.fault("after", "cursor");
                }
            }
            fields.refuseFaults();
            return new Request((int) size, key);
        }

        /** The same of a limit as the query writes it. */
        public static Request ofQuery(@Nullable String limit, @Nullable String after) {
            try {
                return of(limit == null ? null : Integer.valueOf(limit), after);
            } catch (NumberFormatException malformed) {
                return of(0, after);
            }
        }

        /** The key as an id, where the list is by ids of ours; null when there is no cursor. */
        public @Nullable UUID afterId() {
            UUID id = after == null ? null : Ids.parse(after);
            if (after != null && id == null) {
                throw ProtocolRejection.Invalid.field("after", "cursor").refused();
            }
            return id;
        }

        /** The key as a number, where the list is numbered; {@code start} when there is no cursor. */
        public long afterNumber(long start) {
            if (after == null) {
                return start;
            }
            try {
                return Long.parseLong(after);
            } catch (NumberFormatException malformed) {
                throw ProtocolRejection.Invalid.field("after", "cursor").refused();
            }
        }

        /** How many rows to read: one more than the page, to see whether there is a next. */
        public int rows() {
            return limit + 1;
        }
    }

    /** The page of rows that were read with {@link Request#rows}. */
    public static <T> Page<T> of(Request request, List<T> rows, Function<T, String> key) {
        if (rows.size() <= request.limit()) {
            return new Page<>(rows, null);
        }
        List<T> items = List.copyOf(rows.subList(0, request.limit()));
        String last = key.apply(items.getLast());
        return new Page<>(
                items, Base64.getUrlEncoder().withoutPadding().encodeToString(last.getBytes(StandardCharsets.UTF_8)));
    }
}
