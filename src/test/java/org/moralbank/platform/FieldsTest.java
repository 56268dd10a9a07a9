package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.LocalDate;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldsTest {
    private static final LocalDate TODAY = LocalDate.of(2025, 6, 30);

    @Test
    void takesIdsOfSixtyFourCharactersThatBeginWithALetterOrDigit() {
        for (String id : List.of("a", "0", "M-BHL-E0001", "a.b_c-d", "a".repeat(64))) {
            assertThat(faults(fields -> fields.id("from", id))).isEmpty();
        }
        for (String id : List.of("", " ", "-a", ".a", "_a", "a b", "a/b", "\u00e4", "\u6c38", "a\n", "a".repeat(65))) {
            assertThat(faults(fields -> fields.id("from", id))).containsExactly(fault("from", "id"));
        }
        assertThat(faults(fields -> fields.id("from", null))).containsExactly(fault("from", "required"));
        assertThat(faults(fields -> fields.optionalId("from", null))).isEmpty();
        assertThat(faults(fields -> fields.optionalId("from", ""))).containsExactly(fault("from", "id"));
    }

    /** A body has room for tens of thousands of them. */
    @Test
    void tellsTheSameFaultOnce() {
        assertThat(faults(fields -> fields.metadata("metadata", Map.of("?", "a", "!", "b", "ok", "\u0000"))))
                .containsExactly(fault("metadata", "metadata"));
        assertThat(faults(fields -> List.of("?", "b", "!").forEach(book -> fields.id("books", book))))
                .containsExactly(fault("books", "id"));
        assertThat(faults(fields -> {
                    fields.in("a").fault("b", "id");
                    fields.in("c").fault("b", "id");
                }))
                .containsExactly(fault("a.b", "id"), fault("c.b", "id"));
    }

    @Test
    void takesReferencesOfAHundredVisibleCharacters() {
        for (String reference : List.of("!", "~", "\"", "r".repeat(100))) {
            assertThat(faults(fields -> fields.reference("reference", reference)))
                    .isEmpty();
        }
        for (String reference : List.of("", " ", "a b", "\u007f", "\u00e4", "r".repeat(101))) {
            assertThat(faults(fields -> fields.optionalReference("reference", reference)))
                    .containsExactly(fault("reference", "reference"));
        }
    }

    @Test
    void takesNoNewReferenceThatASpreadsheetTakesForAFormula() {
        for (String reference : List.of("a", "0", "!", "~-", "a=1", "(1)", "/1", "r".repeat(100))) {
            assertThat(faults(fields -> fields.newReference("reference", reference)))
                    .isEmpty();
        }
        for (String reference : List.of("=", "=1+1", "+1", "-1", "@SUM(A1)", "-" + "r".repeat(99))) {
            assertThat(faults(fields -> fields.optionalNewReference("reference", reference)))
                    .containsExactly(fault("reference", "new-reference"));
            assertThat(faults(fields -> fields.optionalReference("reference", reference)))
                    .isEmpty();
        }
        for (String reference : List.of("", " ", "=ä", "-" + "r".repeat(100))) {
            assertThat(faults(fields -> fields.newReference("reference", reference)))
                    .containsExactly(fault("reference", "reference"));
        }
        assertThat(faults(fields -> fields.newReference("reference", null)))
                .containsExactly(fault("reference", "required"));
        assertThat(faults(fields -> fields.optionalNewReference("reference", null)))
                .isEmpty();
    }

    @Test
    void takesAmountsFromOneToAMillionMillions() {
        Map<String, Object> range = Map.of("least", 1L, "most", 1_000_000_000_000L);

        for (long amount : new long[] {1, 1_000_000_000_000L}) {
            assertThat(faults(fields -> fields.amount("amount", amount))).isEmpty();
        }
        for (long amount : new long[] {0, -1, 1_000_000_000_001L, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThat(faults(fields -> fields.amount("amount", amount)))
                    .containsExactly(new FieldFault("amount", "range", range));
        }
        assertThat(faults(fields -> fields.amount("amount", null))).containsExactly(fault("amount", "required"));
    }

    @Test
    void countsTextInCharactersAndTakesNoControls() {
        for (String text : List.of("a", "a\nb", "\ud83d\ude00".repeat(5), "\u4e94\u4e2a\u6c49\u5b57\u3002")) {
            assertThat(faults(fields -> fields.text("reason", text, 5))).isEmpty();
        }
        for (String text : List.of("", "   ", "abcdef", "a\u0000", "a\tb", "a\u0085", "a\ud800", "\udc00a")) {
            assertThat(faults(fields -> fields.text("reason", text, 5)))
                    .containsExactly(new FieldFault("reason", "text", Map.of("longest", 5)));
        }
    }

    @Test
    void takesTimesOfTheDayToTheMinute() {
        for (String time : List.of("00:00", "09:30", "19:59", "23:59")) {
            Fields fields = new Fields();
            assertThat(fields.optionalTime("startedAt", time)).hasToString(time);
            fields.refuseFaults();
        }
        assertThat(new Fields().optionalTime("startedAt", null)).isNull();
        for (String time : List.of("", "9:30", "24:00", "23:60", "09:30:00", "09.30", "+9:30", "09:30Z")) {
            assertThat(faults(fields -> fields.optionalTime("startedAt", time)))
                    .containsExactly(fault("startedAt", "time"));
        }
    }

    @Test
    void takesTwentyShortStringsAsMetadata() {
        Map<String, String> twenty = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            twenty.put("name" + i, "v".repeat(500));
        }
        assertThat(faults(fields -> fields.metadata("metadata", twenty))).isEmpty();

        twenty.put("name20", "v");
        assertThat(faults(fields -> fields.metadata("metadata", twenty)))
                .containsExactly(fault("metadata", "metadata"));
        for (Map<String, String> metadata : List.of(
                Map.of("a b", "v"),
                Map.of("", "v"),
                Map.of("a", "v".repeat(501)),
                Map.of("a", "\u0000"),
                Collections.<String, String>singletonMap("a", null))) {
            assertThat(faults(fields -> fields.metadata("metadata", metadata)))
                    .containsExactly(fault("metadata", "metadata"));
        }
    }

    @Test
    void takesDaysUpToTodayAndFromNineteenNinety() {
        assertThat(faults(fields -> fields.dayUpTo("occurredOn", TODAY, TODAY))).isEmpty();
        assertThat(faults(fields -> fields.dayUpTo("occurredOn", LocalDate.of(1990, 1, 1), TODAY)))
                .isEmpty();
        assertThat(faults(fields -> fields.dayUpTo("occurredOn", TODAY.plusDays(1), TODAY)))
                .containsExactly(fault("occurredOn", "future"));
        assertThat(faults(fields -> fields.dayUpTo("occurredOn", LocalDate.of(1989, 12, 31), TODAY)))
                .containsExactly(fault("occurredOn", "past"));
        assertThat(new Fields().dayUpTo("occurredOn", null, TODAY)).isEqualTo(TODAY);
    }

    @Test
    void tellsAllFaultsAtOnceWithTheirPaths() {
        assertThat(faults(fields -> {
                    fields.id("to", null);
                    fields.in("items[3]").amount("amount", 0L);
                    fields.in("items[3]").in("note").text("reason", "", 9);
                }))
                .extracting(FieldFault::field)
                .containsExactly("to", "items[3].amount", "items[3].note.reason");
    }

    private static FieldFault fault(String field, String rule) {
        return new FieldFault(field, rule);
    }

    private static List<FieldFault> faults(Consumer<Fields> check) {
        Fields fields = new Fields();
        check.accept(fields);
        @Nullable RefusedException refused = catchThrowableOfType(RefusedException.class, fields::refuseFaults);
        return refused == null ? List.of() : refused.rejection().faults();
    }
}
