package org.moralbank.verifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.AccountPath;
import org.moralbank.ledger.Chart;

/** The chart is written twice, so that the verifier shares no mistake with the kernel; the two say the same. */
class ChartTest {
    @Test
    void saysWhatTheKernelsChartSays() {
        for (Chart chart : Chart.values()) {
            ChartLine line = ChartLine.BY_CODE.get(chart.code());

            assertThat(line).as(chart.code()).isNotNull();
            assertThat(line.owned()).as(chart.code()).isEqualTo(chart.owned());
            assertThat(line.units())
                    .as(chart.code())
                    .isEqualTo(chart.units().stream().map(Enum::name).collect(Collectors.toSet()));
            assertThat(line.floor()).as(chart.code()).isEqualTo(chart.bounds().floor());
            assertThat(line.ceiling()).as(chart.code()).isEqualTo(chart.bounds().ceiling());
        }
        assertThat(ChartLine.BY_CODE).hasSize(Chart.values().length);
    }

    @Test
    void knowsTheAccountsThatTheKernelKnows() throws Fault {
        for (String right : new String[] {
            "2400:MIN",
            "2100:M-1:MIN",
            "2100:MIN:MIN",
            "3110:PUBLIC:2025:MIN",
            "2100:M-1:MIN:PUBLIC.20251231.R",
            "2400:MIN:A.20251231.",
            "2200:M.1:PTS:A.B.20250228.R",
            "2100:M-1:MIN:..R",
            "1500:HUB:PTS"
        }) {
            assertThat(AccountPath.parse(right)).as(right).isNotNull();
            assertThat(ChartLine.named(right).unit()).as(right).isEqualTo(right.contains("PTS") ? "PTS" : "MIN");
        }
        for (String wrong : new String[] {
            "",
            "2100",
            "2100:MIN",
            "2400:M-1:MIN",
            "2100:M-1:PTS",
            "9999:M-1:MIN",
            "2100:-M:MIN",
            "2100:M-1:MIN:",
            "2100:M-1:MIN:PUBLIC",
            "2100:M-1:MIN:PUBLIC.20250230.R",
            "2100:M-1:MIN:PUBLIC.2025.R",
            "2100:M-1:MIN:A.20251231.X"
        }) {
            assertThat(AccountPath.parse(wrong)).as(wrong).isNull();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> ChartLine.named(wrong))
                    .as(wrong)
                    .isInstanceOf(Fault.class);
        }
        assertThat(ChartLine.named("2200:M.1:PTS:A.B.20250228.R").expiresOn()).isEqualTo("2025-02-28");
        assertThat(ChartLine.named("2200:M.1:PTS:A.B.20250228.R").restricted()).isTrue();
        assertThat(ChartLine.named("2400:MIN:A.20251231.").restricted()).isFalse();
    }
}
