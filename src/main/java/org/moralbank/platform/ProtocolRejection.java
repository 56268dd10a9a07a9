package org.moralbank.platform;

import java.util.List;
import java.util.Map;

/** What is wrong with a request before any rule of the bank is asked. */
public sealed interface ProtocolRejection extends Rejection {
    /** Fields that are missing or malformed. */
    record Invalid(List<FieldFault> faults) implements ProtocolRejection {
        public static Invalid field(String field, String rule) {
            return new Invalid(List.of(new FieldFault(field, rule)));
        }

        /** The same of what is an object inside the request: {@code amount} of {@code items[3]} is {@code items[3].amount}. */
        public Invalid within(String object) {
            return new Invalid(faults.stream()
                    .map(fault -> new FieldFault(
                            fault.field().isEmpty() ? object : object + "." + fault.field(),
                            fault.rule(),
                            fault.facts()))
                    .toList());
        }

        @Override
        public String code() {
            return "invalid-request";
        }
    }

    /** The body is not JSON. */
    record Unreadable(String where) implements ProtocolRejection {
        @Override
        public String code() {
            return "unreadable-body";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("where", where);
        }
    }

    /** A fault of the protocol that needs no facts: a code of the table. */
    record Plain(String code) implements ProtocolRejection {}

    /** The body is of another media type, or in another charset, than those that the operation takes. */
    record UnsupportedMediaType(String mediaTypes) implements ProtocolRejection {
        @Override
        public String code() {
            return "unsupported-media-type";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("mediaTypes", mediaTypes);
        }
    }

    /** The body is larger than is taken. */
    record TooLarge(long limitBytes) implements ProtocolRejection {
        @Override
        public String code() {
            return "body-too-large";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("limitBytes", limitBytes);
        }
    }

    /** What was asked for cannot be read in the time that a read may take. */
    record RangeTooLarge(long seconds) implements ProtocolRejection {
        @Override
        public String code() {
            return "range-too-large";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("seconds", seconds);
        }
    }

    /** Nothing is there under this path, or it is not the caller's to see. */
    record NotFound(String what) implements ProtocolRejection {
        @Override
        public String code() {
            return "not-found";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("what", what);
        }
    }
}
