package org.moralbank.imports;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Rejection;

/** Why a book was not imported, in order of precedence. Nothing was kept of it. */
sealed interface ImportRejection extends Rejection {
    /** The book has entries or accounts. */
    record BookNotEmpty(String book, long lastSeq) implements ImportRejection {
        @Override
        public String code() {
            return "book-not-empty";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book, "lastSeq", lastSeq);
        }
    }

    /** The export is of another book; the code is part of what was sealed. */
    record OtherBook(String book, String export) implements ImportRejection {
        @Override
        public String code() {
            return "export-of-another-book";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book, "export", export);
        }
    }

    /** The export does not begin with the first entry, or leaves some out. */
    record Part(long firstSeq) implements ImportRejection {
        @Override
        public String code() {
            return "export-is-a-part";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("firstSeq", firstSeq);
        }
    }

    /**
     * Something in the export does not hold; this is the first.
     *
     * @param file null when it is about the export as a whole
     * @param line 0 when it is about a file as a whole
     * @param seq 0 when it is about no entry
     * @param sentence with the place in it
     */
    record DoesNotHold(@Nullable String file, long line, long seq, String sentence) implements ImportRejection {
        @Override
        public String code() {
            return "export-does-not-hold";
        }

        @Override
        public Map<String, Object> facts() {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("reason", sentence);
            if (file != null) {
                facts.put("file", file);
            }
            if (line > 0) {
                facts.put("line", line);
            }
            if (seq > 0) {
                facts.put("seq", seq);
            }
            return facts;
        }
    }
}
