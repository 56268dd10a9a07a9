package org.moralbank.members;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why an organisation unit is not added, in order of precedence. */
sealed interface OrganisationRejection extends Rejection {
    /** The code is taken. */
    record UnitExists(String unit) implements OrganisationRejection {
        @Override
        public String code() {
            return "organisation-unit-exists";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("organisationUnit", unit);
        }
    }

    /** The node above it is not there. */
    record UnknownUnit(String unit) implements OrganisationRejection {
        @Override
        public String code() {
            return "unknown-organisation-unit";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("organisationUnit", unit);
        }
    }

    /** There is no such book. */
    record UnknownBook(String book) implements OrganisationRejection {
        @Override
        public String code() {
            return "unknown-book";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }

    /** Another unit keeps the book. */
    record BookKept(String book, String unit) implements OrganisationRejection {
        @Override
        public String code() {
            return "book-kept-by-another";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book, "organisationUnit", unit);
        }
    }
}
