package org.moralbank.ledger;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a book is not opened, closed or reopened. */
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

    /** As many are open or closed as an installation can have; none is ever deleted. */
    record TooManyBooks(int most) implements BookRejection {
        @Override
        public String code() {
            return "too-many-books";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("most", most);
        }
    }

    /** It is closed already. */
    record BookAlreadyClosed(String book) implements BookRejection {
        @Override
        public String code() {
            return "book-already-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }

    /** There is nothing to reopen. */
    record BookNotClosed(String book) implements BookRejection {
        @Override
        public String code() {
            return "book-not-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }
}
