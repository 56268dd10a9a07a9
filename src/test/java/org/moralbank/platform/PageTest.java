package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PageTest {
    @Test
    void holdsFiftyItemsUnlessOneToFiveHundredAreAskedFor() {
        assertThat(Page.Request.of(null, null).limit()).isEqualTo(50);
        assertThat(Page.Request.of(1, null).limit()).isEqualTo(1);
        assertThat(Page.Request.of(500, null).limit()).isEqualTo(500);
        for (int limit : new int[] {0, -1, 501, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThat(faultOf(limit, null)).isEqualTo("limit range");
        }
    }

    @Test
    void leadsFromPageToPageOverEachItemOnce() {
        List<Integer> all = IntStream.rangeClosed(1, 7).boxed().toList();

        Page<Integer> first = page(all, null);
        Page<Integer> second = page(all, first.next());
        Page<Integer> third = page(all, second.next());

        assertThat(first.items()).containsExactly(1, 2, 3);
        assertThat(second.items()).containsExactly(4, 5, 6);
        assertThat(third.items()).containsExactly(7);
        assertThat(third.next()).isNull();
    }

    @Test
    void hasNoNextWhenTheLastPageIsFull() {
        assertThat(page(List.of(1, 2, 3), null).next()).isNull();
        assertThat(page(List.of(1, 2, 3, 4), null).next()).isNotNull();
    }

    @Test
    void writesTheMissingNextAsNull() {
        assertThat(new String(Json.bytes(new Page<>(List.of(), null)), StandardCharsets.UTF_8))
                .isEqualTo("{\"items\":[],\"next\":null}");
    }

    @Test
    void refusesACursorThatNoPageGave() {
        assertThat(faultOf(null, "***")).isEqualTo("after cursor");
        Page.Request notANumber = Page.Request.of(null, "YWJj");
        assertThat(notANumber.after()).isEqualTo("abc");
        assertThatThrownBy(() -> notANumber.afterNumber(0)).isInstanceOf(RefusedException.class);
    }

    @Test
    void keepsKeysOfAnyLetters() {
        Page<String> page = Page.of(Page.Request.of(1, null), List.of("\u6c38/\u5b89?", "b"), key -> key);

        assertThat(Page.Request.of(1, page.next()).after()).isEqualTo("\u6c38/\u5b89?");
    }

    private static Page<Integer> page(List<Integer> all, @Nullable String after) {
        Page.Request request = Page.Request.of(3, after);
        long start = request.afterNumber(0);
        return Page.of(
                request,
                all.stream().filter(each -> each > start).limit(request.rows()).toList(),
                Object::toString);
    }

    private static String faultOf(@Nullable Integer limit, @Nullable String after) {
        RefusedException refused = catchThrowableOfType(RefusedException.class, () -> Page.Request.of(limit, after));
        FieldFault fault = refused.rejection().faults().getFirst();
        return fault.field() + " " + fault.rule();
    }
}
