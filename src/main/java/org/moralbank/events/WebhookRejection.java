package org.moralbank.events;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a webhook is not registered or changed, in order of precedence. */
sealed interface WebhookRejection extends Rejection {
    /** The host is an address of a private network. */
    record TargetRefused() implements WebhookRejection {
        @Override
        public String code() {
            return "webhook-target-refused";
        }
    }

    /** A book is not there, or not the caller's. */
    record UnknownBook(String book) implements WebhookRejection {
        @Override
        public String code() {
            return "unknown-book";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("book", book);
        }
    }

    /** It was closed, for good. */
    record WebhookClosed() implements WebhookRejection {
        @Override
        public String code() {
            return "webhook-closed";
        }
    }

    /** The event is yet to be sent in its turn. */
    record EventNotSentYet(long position) implements WebhookRejection {
        @Override
        public String code() {
            return "event-not-sent-yet";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("position", position);
        }
    }
}
