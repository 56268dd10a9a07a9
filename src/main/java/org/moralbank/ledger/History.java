package org.moralbank.ledger;

import java.time.LocalDate;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.DayRange;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;
import org.moralbank.platform.ProtocolRejection;

/**
 * Which part of a history is asked for: what happened on some days, behind the line that was seen last.
 *
 * @param afterSeq the entry of that line; 0 for the beginning
 * @param afterAccount the account of that line, where lines of several accounts are told together
 * @param from the first day on which it happened
 * @param to the last
 */
public record History(Page.Request page, long afterSeq, int afterAccount, LocalDate from, LocalDate to) {
    // Days that PostgreSQL has and no entry is outside of.
    private static final LocalDate FIRST = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST = LocalDate.of(9999, 12, 31);

    /** Which part is asked for, as the query writes it. */
    public static final class Query {
        @RestQuery
        @Parameter(
                description = "The first day on which it happened (occurredOn)",
                schema = @Schema(type = SchemaType.STRING, format = "date"))
        @Nullable
        String from;

        @RestQuery
        @Parameter(
                description = "The last day on which it happened (occurredOn)",
                schema = @Schema(type = SchemaType.STRING, format = "date"))
        @Nullable
        String to;

        @RestQuery
        @Nullable
        String limit;

        @RestQuery
        @Nullable
        String after;

        /** Checks the parameters. */
        public History checked() {
            return of(from, to, limit, after);
        }
    }

    private static History of(
            @Nullable String from, @Nullable String to, @Nullable String limit, @Nullable String after) {
        Fields fields = new Fields();
        DayRange days = fields.optionalDays(from, to);
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        String[] seen =
                page.after() == null ? new String[] {"0", "0"} : page.after().split("\\.", 2);
        try {
            return new History(
                    page,
                    Long.parseLong(seen[0]),
                    seen.length < 2 ? 0 : Integer.parseInt(seen[1]),
                    Objects.requireNonNullElse(days.from(), FIRST),
                    Objects.requireNonNullElse(days.to(), LAST));
        } catch (NumberFormatException malformed) {
            throw ProtocolRejection.Invalid.field("after", "cursor").refused();
        }
    }

    /** The first day, or null when all from the beginning is asked for. */
    @Nullable
    LocalDate firstDay() {
        return from.equals(FIRST) ? null : from;
    }

    boolean isOfAllDays() {
        return from.equals(FIRST) && to.equals(LAST);
    }

    /** The same without what stands at an entry or before it. */
    History behind(long seq) {
        return seq <= afterSeq ? this : new History(page, seq, Integer.MAX_VALUE, from, to);
    }

    int rows() {
        return page.rows();
    }
}
