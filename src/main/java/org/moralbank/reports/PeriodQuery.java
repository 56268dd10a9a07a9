package org.moralbank.reports;

import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Fields;

/** What reports of a period are asked with: as all are, and where the period begins. */
final class PeriodQuery extends ReportQuery {
    @RestQuery
    @Parameter(
            description = "The period begins with this entry; what was posted before it is the opening",
            schema = @Schema(type = SchemaType.INTEGER, format = "int64", minimum = "1"))
    @Nullable
    String fromSeq;

    @RestQuery
    @Parameter(
            description = "The period begins on this day; what happened before it (occurredOn) is the opening",
            example = "2025-01-01",
            schema = @Schema(type = SchemaType.STRING, format = "date"))
    @Nullable
    String from;

    @Override
    Scopes.Asked scope(Fields fields) {
        return Scopes.Asked.of(fields, asOf, toSeq, fromSeq, from, on);
    }
}
