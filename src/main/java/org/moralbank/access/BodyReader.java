package org.moralbank.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.ByteArrayOutputStream;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyReader;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Json;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;

/** Reads our records from JSON, strictly, and notes the canonical form of the body for the request's fingerprint. */
@Provider
@Consumes(MediaType.APPLICATION_JSON)
public class BodyReader implements ServerMessageBodyReader<Record> {
    static final int LARGEST = 1 << 20;

    /** 500 items with 20 texts of 500 Chinese characters each are 15 MB. */
    static final int LARGEST_BULK = 16 << 20;

    /**
     * Names, values and brackets of any body. A day's end with its 5000 transactions has the most of what is allowed, 40 000;
     * without a bound three bytes would be a node of a tree that takes twenty times as many.
     */
    static final int MOST_TOKENS = 100_000;

    private static final int PIECE = 1 << 16;

    private static final byte[] NOTHING = {'{', '}'};

    private static final ObjectReader READER = reader(MOST_TOKENS);

    /** Its items are bounded one by one. */
    private static final ObjectReader LINES_READER =
            reader((long) LinesRequest.MOST_ITEMS * LinesRequest.MOST_TOKENS_OF_AN_ITEM);

    private final Bodies bodies;

    private static ObjectReader reader(long mostTokens) {
        return Json.mapper()
                .reader()
                .with(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxTokenCount(mostTokens)
                                .build())
                        .build());
    }

    BodyReader(Bodies bodies) {
        this.bodies = bodies;
    }

    @Override
    public boolean isReadable(
            Class<?> type, Type genericType, ResteasyReactiveResourceInfo operation, MediaType mediaType) {
        return Record.class.isAssignableFrom(type);
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return Record.class.isAssignableFrom(type);
    }

    @Override
    public Record readFrom(Class<Record> type, Type genericType, MediaType mediaType, ServerRequestContext context)
            throws IOException {
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context;
        RoutingContext http = request.serverRequest().unwrap(RoutingContext.class);
        if (http.request().getHeader("Content-Type") == null) {
            return leftOut(type, context.getInputStream(), Call.of(http));
        }
        // The framework takes what ends in +json for JSON, which may mean something else, such as a patch.
        if (!mediaType.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
            throw new ProtocolRejection.UnsupportedMediaType(MediaType.APPLICATION_JSON).refused();
        }
        String charset = mediaType.getParameters().get(MediaType.CHARSET_PARAMETER);
        if (charset != null && !charset.equalsIgnoreCase("UTF-8")) {
            throw new ProtocolRejection.UnsupportedMediaType(MediaType.APPLICATION_JSON).refused();
        }
        Bodies.Room room = bodies.room();
        // When it is answered, and when the client goes away before.
        request.registerCompletionCallback(ended -> room.giveBack());
        return read(type, context.getInputStream(), Call.of(http), room);
    }

    @Override
    public Record readFrom(
            Class<Record> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream in) {
        throw new IllegalStateException("the server's own method is the one that is called");
    }

    /** A body that was lost on its way leaves its media type behind; where there is none, nothing was meant to be sent. */
    private static Record leftOut(Class<Record> type, InputStream in, Call call) throws IOException {
        if (!LeftOut.class.isAssignableFrom(type) || in.read() >= 0) {
            throw new ProtocolRejection.UnsupportedMediaType(MediaType.APPLICATION_JSON).refused();
        }
        return parse(type, NOTHING, call::canonicalBody);
    }

    /** What says nothing: the body of an operation that has none. */
    private record Nothing() {}

    /** Refuses what is sent to an operation that has no body, but for an object without fields: some clients send one always. */
    static void refuseUnlessEmpty(byte[] body) {
        if (body.length > 0) {
            parse(Nothing.class, body, canonical -> {});
        }
    }

    private static Record read(Class<Record> type, InputStream in, Call call, Bodies.Room room) throws IOException {
        boolean many = BulkRequest.class.isAssignableFrom(type) || LinesRequest.class.isAssignableFrom(type);
        int limit = many ? LARGEST_BULK : LARGEST;
        byte[] body = body(in, call.contentLength(), limit, room);
        if (body.length > limit) {
            throw new ProtocolRejection.TooLarge(limit).refused();
        }
        if (body.length == 0) {
            throw new ProtocolRejection.Unreadable("line 1, column 1").refused();
        }
        return parse(type, body, call::canonicalBody);
    }

    private static Record parse(Class<? extends Record> type, byte[] body, Consumer<byte[]> canonical) {
        if (isWide(body)) {
            throw new ProtocolRejection.Unreadable("not UTF-8").refused();
        }
        try {
            ObjectReader reader = LinesRequest.class.isAssignableFrom(type) ? LINES_READER : READER;
            Record read = reader.forType(type).readValue(body);
            if (read == null) {
                throw ProtocolRejection.Invalid.field("body", "object").refused();
            }
            canonical.accept(CanonicalJson.of(body));
            return read;
        } catch (JsonProcessingException unreadable) {
            throw refusal(unreadable);
        } catch (CharConversionException notUtf8) {
            throw new ProtocolRejection.Unreadable("not UTF-8").refused();
        } catch (IOException e) {
            throw new UncheckedIOException("of bytes in memory", e);
        }
    }

    /**
     * The whole body, or more than the limit. Of a length that is told, its room is taken before it is read, and there is no
     * buffer larger than it; one over the limit is refused unread, and takes none.
     *
     * <p>What is read is read to its end, which HTTP/2 tells behind the last byte. Were it answered before, the framework would
     * wake a request that ends in the same moment, and log that as a fault of ours.
     */
    static byte[] body(InputStream in, long length, int limit, Bodies.Room room) throws IOException {
        if (length > limit) {
            throw new ProtocolRejection.TooLarge(limit).refused();
        }
        if (length >= 0) {
            room.take(length);
            byte[] body = new byte[(int) length];
            int read = in.readNBytes(body, 0, body.length);
            in.transferTo(OutputStream.nullOutputStream());
            return read == body.length ? body : Arrays.copyOf(body, read);
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        for (int read = in.read(piece); read >= 0 && body.size() <= limit; read = in.read(piece)) {
            room.take(read);
            body.write(piece, 0, read);
        }
        return body.toByteArray();
    }

    /** Whether it begins as UTF-16 or UTF-32 does, with its mark or a zero byte: Jackson would guess and read them. */
    private static boolean isWide(byte[] body) {
        return body.length > 1 && ((body[0] & 0xfe) == 0xfe || body[0] == 0 || body[1] == 0);
    }

    /** What is told of JSON that is none, or that is not what the record asks for. */
    static RefusedException refusal(JsonProcessingException thrown) {
        if (thrown.getCause() instanceof RefusedException refused) {
            return refused;
        }
        // An enclosing mapping exception can carry a fault of the syntax, or that there is too much of it.
        if (!(thrown instanceof JsonMappingException mismatch)
                || thrown.getCause() instanceof JsonParseException
                || thrown.getCause() instanceof StreamConstraintsException) {
            return new ProtocolRejection.Unreadable(where(thrown)).refused();
        }
        String path = mismatch.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        if (path.isEmpty()) {
            return ProtocolRejection.Invalid.field("body", "object").refused();
        }
        return new ProtocolRejection.Invalid(List.of(fault(path, mismatch))).refused();
    }

    private static FieldFault fault(String path, JsonMappingException mismatch) {
        if (mismatch instanceof UnrecognizedPropertyException) {
            return new FieldFault(path, "unknown");
        }
        if (mismatch instanceof MismatchedInputException other
                && other.getTargetType() != null
                && other.getTargetType().isEnum()) {
            List<String> names = Arrays.stream(other.getTargetType().getEnumConstants())
                    .map(constant -> Json.mapper().convertValue(constant, String.class))
                    .toList();
            return FieldFault.names(path, names);
        }
        return new FieldFault(path, ruleOf(typeAskedFor(mismatch)));
    }

    private static @Nullable Class<?> typeAskedFor(JsonMappingException mismatch) {
        if (mismatch instanceof MismatchedInputException other) {
            return other.getTargetType();
        }
        return mismatch.getCause() instanceof InputCoercionException tooLarge ? tooLarge.getTargetType() : null;
    }

    private static String ruleOf(@Nullable Class<?> type) {
        if (type == null) {
            return "type";
        }
        if (type == Long.class || type == Integer.class || type == long.class || type == int.class) {
            return "whole-number";
        }
        if (type == String.class) {
            return "string";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "flag";
        }
        if (type == LocalDate.class) {
            return "day";
        }
        if (type == Instant.class) {
            return "moment";
        }
        if (type == UUID.class) {
            return "uuid";
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "list";
        }
        return Map.class.isAssignableFrom(type) || type.isRecord() ? "object" : "type";
    }

    private static String where(JsonProcessingException thrown) {
        return thrown.getLocation() == null
                ? "an unknown place"
                : "line " + thrown.getLocation().getLineNr() + ", column "
                        + thrown.getLocation().getColumnNr();
    }
}
