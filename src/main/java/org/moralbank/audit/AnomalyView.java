package org.moralbank.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Language;

/** What an auditor may want to look at, as the API shows it. */
@Schema(name = "Anomalies", description = "A page of what is beyond the thresholds. None of it is a verdict.")
record AnomalyView(
        Kind kind,

        @Schema(description = "The first day", examples = "2025-01-01")
        LocalDate from,

        @Schema(description = "The last day", examples = "2025-06-30")
        LocalDate to,

        @Schema(description = "The thresholds that were used")
        Map<String, Long> parameters,

        @Schema(description = "In order of key") List<Item> items,

        @Schema(description = "The cursor of the next page, or null", nullable = true)
        @JsonInclude(JsonInclude.Include.ALWAYS)
        @Nullable
        String next) {

    /** A kind of anomaly. */
    @Schema(name = "AnomalyKind")
    record Kind(
            @Schema(examples = "hours-a-day") String kind,

            @Schema(description = "In the language that was asked for, like the other texts")
            String title,

            @Schema(description = "What it asks, why that may matter, and what innocent reasons there are")
            String explanation,

            @Schema(description = "What count, of and value are")
            String numbers,

            @Schema(description = "Its thresholds, and what they are when nothing is said")
            Map<String, Long> parameters) {
        static Kind of(Anomaly anomaly, Language language) {
            Map<String, Long> usual = new TreeMap<>();
            anomaly.parameters().forEach(one -> usual.put(one.parameter().name, one.value()));
            return new Kind(
                    anomaly.path(),
                    anomaly.text("title", language),
                    anomaly.text("explanation", language),
                    anomaly.text("numbers", language),
                    usual);
        }
    }

    /** All kinds. */
    @Schema(name = "AnomalyKinds")
    record Kinds(List<Kind> items) {}

    /** Something beyond the thresholds. */
    @Schema(name = "Anomaly")
    record Item(
            @Schema(description = "Ids of whom or what it is about", examples = "[\"M-BHL-H0001\"]")
            List<String> about,

            @Nullable LocalDate day,

            @Schema(description = "The entry, where it is one") @Nullable
            Long entry,

            @Schema(examples = "6") long count,
            @Nullable Long of,
            @Nullable Long value,

            @Schema(
                    description = "Where to look: up to 20 paths below the book's",
                    examples = "[\"service-records/0198…\"]")
            List<String> evidence) {}
}
