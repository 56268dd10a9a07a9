package org.moralbank.merchants;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Fields;

/**
 * So many of one item of a merchant's catalogue.
 *
 * @param count 1 to {@link #MOST}
 */
public record Line(String item, int count) {
    /** Of one item in a line. */
    public static final int MOST = 1_000;

    /** Lines of a request. */
    public static final int MOST_LINES = 100;

    public Line {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("not 1 to " + MOST + ": " + count);
        }
    }

    /** A line as a request writes it; also how the API shows one. */
    @Schema(name = "Line", description = "So many of one item of the merchant's catalogue.")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Form(
            @Schema(required = true, examples = "RICE-5KG") @Nullable
            String item,

            @Schema(required = true, minimum = "1", maximum = "1000", examples = "2") @Nullable
            Long count) {}

    /** As the API shows them. */
    public static List<Form> forms(List<Line> lines) {
        return lines.stream()
                .map(line -> new Form(line.item(), (long) line.count()))
                .toList();
    }

    /**
     * The lines of a request; none when they are missing. Faults are told with those of the other fields, and what is
     * returned is to be used only after {@link Fields#refuseFaults}.
     */
    public static List<Line> checked(Fields fields, @Nullable List<@Nullable Form> lines) {
        List<Line> checked = new ArrayList<>();
        if (lines == null) {
            return checked;
        }
        if (lines.size() > MOST_LINES) {
            fields.fault("lines", "lines");
        }
        for (int i = 0; i < lines.size(); i++) {
            Form line = lines.get(i);
            if (line == null) {
                fields.fault("lines[" + i + "]", "object");
                continue;
            }
            Fields of = fields.in("lines[" + i + "]");
            String item = of.id("item", line.item());
            long count = of.number("count", line.count(), 1, MOST);
            checked.add(new Line(item, Math.clamp(count, 1, MOST)));
        }
        return List.copyOf(checked);
    }
}
