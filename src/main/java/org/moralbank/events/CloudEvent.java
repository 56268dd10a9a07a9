package org.moralbank.events;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookEvent;
import org.moralbank.ledger.BookEvents;
import org.moralbank.platform.Fields;

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
                description =
                        "org.moralbank.entry.posted of an entry; org.moralbank.redemption.sold of one that is a sale,"
                                + " org.moralbank.redemption.sold.offline of one that a till uploaded; else what a feature tells of"
                                + " itself",
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

    /** The types as followers name them. */
    private static final List<String> NAMES =
            BookEvents.TYPES.stream().map(type -> TYPES + type).toList();

    /** What may be asked for: each type, and its beginnings up to a dot. */
    private static final Set<String> FILTERS = filters();

    private static Set<String> filters() {
        Set<String> filters = new HashSet<>(NAMES);
        for (String name : NAMES) {
            for (int dot = name.lastIndexOf('.'); dot > TYPES.indexOf('.'); dot = name.lastIndexOf('.', dot - 1)) {
                filters.add(name.substring(0, dot));
            }
        }
        return filters;
    }

    /** Notes a type of events, or its beginning up to a dot, that there is not: nobody would ever be sent one. */
    static void check(Fields fields, String field, @Nullable String filter) {
        if (filter == null || !FILTERS.contains(filter)) {
            fields.fault(field, "event-type", Map.of("names", String.join(", ", NAMES)));
        }
    }

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

    /**
     * Whether an event is of that type, or of one that begins with it up to a dot. An entry is asked for as such, too,
     * whatever its type: who follows {@code org.moralbank.entry} misses none.
     */
    static boolean isOf(BookEvent event, String filter) {
        return isOf(event.type(), filter) || (event.isEntry() && isOf(BookEvent.ENTRY_POSTED, filter));
    }

    private static boolean isOf(String type, String filter) {
        return (TYPES + type).equals(filter) || (TYPES + type).startsWith(filter + ".");
    }
}
