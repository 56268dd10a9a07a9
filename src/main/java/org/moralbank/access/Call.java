package org.moralbank.access;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Ask;
import org.moralbank.commits.IdempotencyKey;
import org.moralbank.platform.Language;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.Sha256;

/** A request and who makes it. */
public final class Call {
    private static final String KEY = Call.class.getName();
    private static final byte[] NO_BODY = {};

    private final Caller caller;
    private final HttpServerRequest request;
    private final Language language;
    private byte @Nullable [] fingerprint;

    private Call(Caller caller, HttpServerRequest request) {
        this.caller = caller;
        this.request = request;
        this.language = Language.preferred(request.getHeader("Accept-Language"));
    }

    static Call begin(RoutingContext http, Caller caller) {
        Call call = new Call(caller, http.request());
        http.put(KEY, call);
        return call;
    }

    /** The call of a request that the filter let in. */
    public static Call of(RoutingContext http) {
        return Objects.requireNonNull(http.get(KEY), "no caller was identified");
    }

    static @Nullable Call find(RoutingContext http) {
        return http.get(KEY);
    }

    public Caller caller() {
        return caller;
    }

    public Client client() {
        return caller.client();
    }

    public Language language() {
        return language;
    }

    public String path() {
        return Objects.requireNonNullElse(request.path(), "");
    }

    /** The length of the body by its header; −1 when there is no header, or it is no number. */
    long contentLength() {
        String header = request.getHeader("Content-Length");
        try {
            return header == null ? -1 : Long.parseLong(header);
        } catch (NumberFormatException malformed) {
            return -1;
        }
    }

    /** Notes what the request's fingerprint is, and not the body, which may be large. */
    void canonicalBody(byte[] canonical) {
        this.fingerprint = fingerprint(canonical);
    }

    /** The request as a POST: its key is required. */
    public Ask ask(int scopeBook) {
        String header = request.getHeader("Idempotency-Key");
        IdempotencyKey key = header == null ? null : IdempotencyKey.parse(header);
        if (key == null) {
            throw ProtocolRejection.Invalid.field("Idempotency-Key", header == null ? "required" : "idempotency-key")
                    .refused();
        }
        byte[] noted = fingerprint == null ? fingerprint(NO_BODY) : fingerprint;
        return new Ask(caller, scopeBook, key, noted, language, path(), null);
    }

    /** The request as a POST whose body is no JSON: {@code content} is what stands for it, its SHA-256. */
    public Ask ask(int scopeBook, byte[] content) {
        canonicalBody(content);
        return ask(scopeBook);
    }

    /** The request as a PUT, which needs no key. */
    public Ask edit(int scopeBook) {
        return new Ask(caller, scopeBook, null, NO_BODY, language, path(), null);
    }

    /** SHA-256 of method, path, sorted query and canonical body: what a key stands for. */
    private byte[] fingerprint(byte[] canonicalBody) {
        String line = request.method().name() + ' ' + path() + '\n' + sortedQuery() + '\n';
        return Sha256.of(line.getBytes(StandardCharsets.UTF_8), canonicalBody);
    }

    private String sortedQuery() {
        String query = request.query();
        if (query == null || query.isEmpty()) {
            return "";
        }
        MultiMap parameters = request.params();
        StringBuilder out = new StringBuilder();
        for (String name : parameters.names().stream().sorted().toList()) {
            for (String value : parameters.getAll(name).stream().sorted().toList()) {
                out.append(name.length()).append(':').append(name).append('=');
                out.append(value.length()).append(':').append(value).append('&');
            }
        }
        return out.toString();
    }
}
