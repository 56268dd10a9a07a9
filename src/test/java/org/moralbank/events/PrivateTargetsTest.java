package org.moralbank.events;

import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.moralbank.TestBank;
import org.moralbank.access.Role;
import org.moralbank.platform.TestDatabase;

/** Which webhooks are registered where nothing is set. All other tests have receivers on this machine, and a setting for it. */
@QuarkusTest
@TestProfile(PrivateTargetsTest.AsUsual.class)
class PrivateTargetsTest {
    @Inject
    TestBank bank;

    /** Without the setting that tests have. */
    public static final class AsUsual implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(Usual.class));
        }

        /** They set it. */
        @Override
        public boolean disableGlobalTestResources() {
            return true;
        }
    }

    /** The database that tests share. */
    public static final class Usual implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            var told = new HashMap<>(TestDatabase.shared().quarkusProperties());
            told.remove("moralbank.events.allow-private-targets");
            return told;
        }

        @Override
        public void stop() {
            // It goes with the server of the run.
        }
    }

    private ValidatableResponse register(String url) {
        var book = bank.aBook();
        return book.request(book.keyOf(Role.APP))
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body("{\"url\":\"%s\",\"books\":[\"%s\"]}".formatted(url, book.code()))
                .post("/v1/webhooks")
                .then();
    }

    @Test
    void registersNoneThatEverybodyOnTheWayCouldRead() {
        register("http://receiver.example/events").statusCode(400).body("errors.field", contains("url"));
        register("https://receiver.example/events").statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]"})
    void registersNoneAtAPrivateAddress(String host) {
        register("https://" + host + "/events").statusCode(422).body("code", equalTo("webhook-target-refused"));
    }
}
