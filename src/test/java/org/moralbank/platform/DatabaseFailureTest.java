package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFailureTest {
    @ParameterizedTest
    @ValueSource(strings = {"55P03", "57014", "40P01", "40001", "25P03", "25006", "57P01", "57P03", "53100", "08006"})
    void whatAServerRefusesWhileItIsBusyOrGoingAwayPasses(String state) {
        assertThat(DatabaseFailure.passes(new PgException("", "ERROR", state, "")))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"23505", "42P01", "22012"})
    void whatItRefusesForItselfDoesNot(String state) {
        assertThat(DatabaseFailure.passes(new PgException("", "ERROR", state, "")))
                .isFalse();
    }

    @Test
    void aConnectionThatIsLostOrNotMadePasses() {
        assertThat(DatabaseFailure.passes(ClosedConnectionException.INSTANCE)).isTrue();
        assertThat(DatabaseFailure.passes(new ConnectException("refused"))).isTrue();
        assertThat(DatabaseFailure.passes(new UnknownHostException("database"))).isTrue();
        assertThat(DatabaseFailure.passes(new IOException("Connection reset by peer")))
                .isTrue();
    }

    @Test
    void aFileIsNoDatabase() {
        assertThat(DatabaseFailure.passes(new NoSuchFileException("upload"))).isFalse();
        assertThat(DatabaseFailure.passes(new IOException("No space left on device")))
                .isFalse();
        assertThat(DatabaseFailure.passes(new IllegalStateException("Timeout"))).isFalse();
    }
}
