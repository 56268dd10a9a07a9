package org.moralbank.reports;

import io.vertx.ext.web.RoutingContext;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Language;
import org.moralbank.platform.TableFile;

/** What all reports are asked with, as the query writes it. */
class ReportQuery {
    @RestQuery
    @Parameter(
            description = "A moment that is past: of the entries posted by then, also when others are back-dated later",
            example = "2025-06-30T16:00:00Z",
            schema = @Schema(type = SchemaType.STRING, format = "date-time"))
    @Nullable
    String asOf;

    @RestQuery
    @Parameter(
            description = "Of the entries up to this one; instead of asOf",
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1"))
    @Nullable
    String toSeq;

    @RestQuery
    @Parameter(
            description = "A day that has begun: of the entries that happened up to it (occurredOn)",
            example = "2025-06-30",
            schema = @Schema(type = SchemaType.STRING, format = "date"))
    @Nullable
    String on;

    @RestQuery
    @Parameter(
            description = "Of a file: the language of its headings; that of Accept-Language when it is missing",
            schema = @Schema(implementation = Language.class))
    @Nullable
    String headings;

    @RestQuery
    @Parameter(
            description = "Of a CSV file: begin it with the mark that has spreadsheets read it as UTF-8",
            schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
    @Nullable
    String bom;

    /**
     * What a query asks, when nothing in it is wrong.
     *
     * @param scope which entries and days
     * @param form how a file of it is to be written
     */
    record Checked(Scopes.Asked scope, Form form) {}

    /** Checks the parameters, and refuses those that are wrong, with what was noted in {@code fields} before. */
    Checked checked(Fields fields) {
        Checked checked = new Checked(
                scope(fields),
                new Form(fields.optionalName("headings", headings, Language.class), fields.optionalFlag("bom", bom)));
        fields.refuseFaults();
        return checked;
    }

    /** Without a period: balances. */
    Scopes.Asked scope(Fields fields) {
        return Scopes.Asked.of(fields, asOf, toSeq, null, null, on);
    }

    /** How a file is to be written. */
    record Form(@Nullable Language headings, boolean bom) {
        TableFile begin(TableFile.Format format, String sheet) {
            return format.begin(sheet, bom);
        }

        /** Has the answer say what the file is called: by the last entry that is in it, so that it can be made again. */
        void name(RoutingContext http, BookHandle book, String report, long seq, TableFile.Format format) {
            http.response()
                    .putHeader(
                            "Content-Disposition",
                            "attachment; filename=\"" + book.code() + "-" + report + "-" + seq + "."
                                    + format.extension() + "\"");
        }

        Language headings(Language preferred) {
            return headings == null ? preferred : headings;
        }
    }
}
