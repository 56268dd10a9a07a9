package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentTest {
    @Test
    void keepsTheLastHoweverManyCameBefore() {
        Recent<Integer, String> recent = new Recent<>(10);
        for (int i = 0; i < 1_000; i++) {
            recent.put(i, "row " + i);
            assertThat(recent.get(i)).isEqualTo("row " + i);
        }
        assertThat(recent.keySet()).containsExactly(990, 991, 992, 993, 994, 995, 996, 997, 998, 999);
    }

    @Test
    void keepsWhatIsLookedForAgain() {
        Recent<Integer, String> recent = new Recent<>(3);
        recent.put(0, "known");
        for (int i = 1; i < 100; i++) {
            recent.put(i, "passing");
            assertThat(recent.get(0)).isEqualTo("known");
        }
        assertThat(recent.keySet()).containsExactly(98, 99, 0);
    }
}
