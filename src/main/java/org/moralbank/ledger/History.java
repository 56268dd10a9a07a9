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
 * @param seenSeq the entry of that line; where none was seen, one that stands before the first or behind the last
 * @param seenAccount the account of that line, where lines of several accounts are told together
 * @param aboveSeq an entry at or before which nothing is looked for
 * @param from the first day on which it happened
 * @param to the last
 */
public record History(
        Page.Request page, Order order, long seenSeq, int seenAccount, long aboveSeq, LocalDate from, LocalDate to) {
    /** In which order lines are told. */
    public enum Order {
        OLDEST,
        NEWEST
    }

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
        @Parameter(
                description = "Which line comes first. What is posted between two pages of NEWEST is on neither",
                schema =
                        @Schema(
                                type = SchemaType.STRING,
                                enumeration = {"OLDEST", "NEWEST"},
                                defaultValue = "OLDEST"))
        @Nullable
        String order;

        @RestQuery
        @Nullable
        String limit;

        @RestQuery
        @Nullable
        String after;

        /** Checks the parameters. */
        public History checked() {
            Fields fields = new Fields();
            DayRange days = fields.optionalDays(from, to);
            Order first = Objects.requireNonNullElse(fields.optionalName("order", order, Order.class), Order.OLDEST);
            fields.refuseFaults();
            return of(Page.Request.ofQuery(limit, after), first, days);
        }
    }

    /** The same as a query asks for it. */
    public static History of(Page.Request page, Order order, DayRange days) {
        long seenSeq = order == Order.OLDEST ? 0 : Long.MAX_VALUE;
        int seenAccount = 0;
        if (page.after() != null) {
            String[] seen = page.after().split("\\.", 2);
            try {
                seenSeq = Long.parseLong(seen[0]);
                seenAccount = seen.length < 2 ? 0 : Integer.parseInt(seen[1]);
            } catch (NumberFormatException malformed) {
                throw ProtocolRejection.Invalid.field("after", "cursor").refused();
            }
        }
        return new History(
                page,
                order,
                seenSeq,
                seenAccount,
                0,
                Objects.requireNonNullElse(days.from(), FIRST),
                Objects.requireNonNullElse(days.to(), LAST));
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
    History above(long seq) {
        return new History(page, order, seenSeq, seenAccount, seq, from, to);
    }

    int rows() {
        return page.rows();
    }
}
