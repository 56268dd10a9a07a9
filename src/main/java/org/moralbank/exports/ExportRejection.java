package org.moralbank.exports;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why an export is not made or given, in order of precedence. */
sealed interface ExportRejection extends Rejection {
    /** The book has not come so far, or had not by the moment that was named. */
    record SeqNotReached(long seq, long lastSeq) implements ExportRejection {
        @Override
        public String code() {
            return "seq-not-reached";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("seq", seq, "lastSeq", lastSeq);
        }
    }

    /** As many are kept of the book as may be. */
    record TooMany(long most) implements ExportRejection {
        @Override
        public String code() {
            return "too-many-exports";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("most", most);
        }
    }

    /** It was given up: with the others of its book it would have come to more bytes than may be kept. */
    record TooLarge(long mostBytes) implements ExportRejection {
        @Override
        public String code() {
            return Export.TOO_LARGE;
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("mostBytes", mostBytes);
        }
    }

    /** Its files are not whole yet, or never will be. */
    record NotDone(Export.Status status) implements ExportRejection {
        @Override
        public String code() {
            return "export-not-done";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("status", status.name());
        }
    }
}
