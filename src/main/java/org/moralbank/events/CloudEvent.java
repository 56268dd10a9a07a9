package org.moralbank.events;

import java.time.Instant;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.moralbank.ledger.BookEvent;

/** An event of a book as CloudEvents 1.0 writes it, in structured JSON. */
@Schema(
        name = "CloudEvent",
        description = "An event of a book: CloudEvents 1.0, structured JSON. Source and id together are unique.")
record CloudEvent(
        @Schema(examples = "1.0") String specversion,

        @Schema(description = "Its number: 1, 2, 3 … without gaps in its book", examples = "4711")
        String id,

        @Schema(description = "The book's path", examples = "/v1/books/BHL")
        String source,

        @Schema(
                description = "org.moralbank.entry.posted, or what a feature tells of itself",
                examples = "org.moralbank.entry.posted")
        String type,

        @Schema(description = "Of what, below the source", examples = "entries/4700")
        String subject,

        @Schema(description = "When it was recorded") Instant time,

        @Schema(examples = "application/json") String datacontenttype,

        @Schema(
                type = org.eclipse.microprofile.openapi.annotations.enums.SchemaType.OBJECT,
                description =
                        "Of an entry: the entry, without what persons wrote. Else ids, amounts and states. Members may be added.")
        Object data) {
    static final String MEDIA_TYPE = "application/cloudevents+json";

    private static final String TYPES = "org.moralbank.";

    /** A type, or its beginning up to a dot. */
    static final Pattern FILTER = Pattern.compile("org\\.moralbank(\\.[a-z]+(-[a-z]+)*){0,8}");

    static CloudEvent of(String book, BookEvent event) {
        return new CloudEvent(
                "1.0",
                Long.toString(event.number()),
                "/v1/books/" + book,
                TYPES + event.type(),
                event.subject(),
                event.at(),
                "application/json",
                event.data());
    }

    /** Whether an event is of that type, or of one that begins with it up to a dot. */
    static boolean isOf(BookEvent event, String filter) {
        String type = TYPES + event.type();
        return type.equals(filter) || type.startsWith(filter + ".");
    }
}
