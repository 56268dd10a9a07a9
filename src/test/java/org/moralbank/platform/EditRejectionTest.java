package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EditRejectionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"7\"",
                " \"7\" ",
                "*",
                "\"7\", \"1\"",
                "\"1\",\"7\"",
                "\"1\" ,\t\"x\" , , \"7\"",
                "W/\"1\", \"7\"",
                "W/\"7\", \"7\"",
                ", \"7\","
            })
    void takesOneTagOfSeveral(String ifMatch) {
        EditRejection.check(ifMatch, 7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"1\"",
                "7",
                "",
                "W/\"7\"",
                "w/\"7\"",
                "W/\"7\", \"1\"",
                "\"1\", W/\"7\"",
                "\"7\", *",
                "\"7\" \"1\"",
                "\"7\", \"1\"x",
                "\"7\", 1",
                "\"1,7\"",
                "\"a,\"7\",b\"",
                "\"07\""
            })
    void refusesAWeakTagAnotherOneAndWhatIsNoList(String ifMatch) {
        assertThatThrownBy(() -> EditRejection.check(ifMatch, 7))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.rejection()).isEqualTo(new EditRejection.PreconditionFailed(7)));
    }

    @Test
    void needsATagOfWhatIsThereOnly() {
        EditRejection.check(null, 0);
        assertThatThrownBy(() -> EditRejection.check(null, 7))
                .isInstanceOfSatisfying(
                        RefusedException.class,
                        refused -> assertThat(refused.rejection()).isEqualTo(new EditRejection.PreconditionRequired()));
        assertThatThrownBy(() -> EditRejection.check("*", 0)).isInstanceOf(RefusedException.class);
    }
}
