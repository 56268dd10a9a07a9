package org.moralbank.ledger;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a book is not opened. */
sealed interface BookRejection extends Rejection {
    /** The code is taken. */
    record BookExists(String book) implements BookRejection {
        @Override
        public String code() {
            return "book-exists";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }
}
