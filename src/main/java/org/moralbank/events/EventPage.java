package org.moralbank.events;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A part of a book's events. */
@Schema(name = "EventPage", description = "A part of a book's events, in the order of their numbers.")
record EventPage(
        List<CloudEvent> items,

        @Schema(description = "What to send as after next time. Always given: the feed has no end", examples = "4711")
        String next,

        @Schema(
                description =
                        "The number of the last event there was. While next is below it, there is more to read now",
                examples = "4711")
        String last) {}
