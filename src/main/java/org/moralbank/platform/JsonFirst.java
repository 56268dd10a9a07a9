package org.moralbank.platform;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * What is shown both as JSON and as files is JSON for who accepts anything: a file is for who asks for one. The framework
 * would choose any.
 */
public final class JsonFirst {
    private static final String JSON = "application/json";

    private JsonFirst() {}

    /**
     * Has a request that accepts anything, or says nothing, accept JSON; refuses one that accepts neither JSON nor any of
     * the files. To be asked before the operation is looked for.
     */
    public static void prefer(ContainerRequestContext request, String... files) {
        String accept = request.getHeaderString(HttpHeaders.ACCEPT);
        if (accept == null || names(accept, "*/*", "application/*") && !names(accept, files)) {
            request.getHeaders().putSingle(HttpHeaders.ACCEPT, JSON);
        } else if (!names(
                accept,
                Stream.concat(Stream.of(JSON, "text/*"), Arrays.stream(files)).toArray(String[]::new))) {
            throw new ProtocolRejection.Plain("not-acceptable").refused();
        }
    }

    private static boolean names(String accept, String... types) {
        return Arrays.stream(types).anyMatch(accept::contains);
    }
}
