package org.moralbank.transfers;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.EntryFilter;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Party;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** Which page of what was given, as the query writes it. */
class PostedQuery {
    @RestQuery
    @Parameter(description = "Only of this unit")
    @Nullable
    String unit;

    @RestQuery
    @Parameter(description = "Only with this reference")
    @Nullable
    String reference;

    @RestQuery
    @Parameter(description = "Only what happened on this day or later")
    @Nullable
    String from;

    @RestQuery
    @Parameter(description = "Only what happened on this day or before")
    @Nullable
    String to;

    @RestQuery
    @Parameter(description = "1 to 500; 50 when it is missing")
    @Nullable
    String limit;

    @RestQuery
    @Parameter(description = "The next of the page before")
    @Nullable
    String after;

    /** The entries of some types that match; what is malformed is noted. */
    EntryFilter filter(List<EntryType> types, Fields fields) {
        DayRange days = fields.optionalDays(from, to);
        return EntryFilter.ofTypes(types.toArray(EntryType[]::new))
                .withUnit(fields.optionalName("unit", unit, Unit.class))
                .withReference(fields.optionalReference("reference", reference))
                .withOccurred(days.from(), days.to());
    }

    /** A member by whom a list is asked for; null when it is of anybody's. */
    static @Nullable Party member(Fields fields, String field, @Nullable String id) {
        return id == null ? null : Party.member(fields.id(field, id));
    }

    Page.Request page() {
        return Page.Request.ofQuery(limit, after);
    }
}
