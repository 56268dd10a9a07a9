package org.moralbank.platform;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.Components;
import org.eclipse.microprofile.openapi.models.Extensible;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.examples.Example;
import org.eclipse.microprofile.openapi.models.headers.Header;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.parameters.RequestBody;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;
import org.jspecify.annotations.Nullable;

/**
 * Completes the OpenAPI document with what all operations have in common, so that a resource says only what is its own:
 * the key, the headers of idempotency, languages and conditions, and every problem with its code, sentence and example
 * from the {@link ProblemTable}. It runs when the service is built, so that {@code openapi/openapi.yaml} is what is served.
 *
 * <p>A resource names its own refusals in the extension {@code x-problem-codes}, separated by spaces, in their order of
 * precedence; the document keeps that order in {@code x-refusals}, for under each status there are only some of them.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class ApiDescription implements OASFilter {
    private static final String CODES = "x-problem-codes";
    private static final String REFUSALS = "x-refusals";
    private static final String SECURITY = "apiKey";

    /** Fields of bodies whose text is an id, wherever they stand. */
    private static final Set<String> IDS = Set.of(
            "actor",
            "approver",
            "checker",
            "from",
            "giver",
            "leader",
            "member",
            "merchant",
            "onBehalfOf",
            "recipient",
            "store",
            "team",
            "terminal",
            "to",
            "volunteer");

    private static final String ABOUT = """
            A ledger for volunteer moral banks (道德银行) and time banks (时间银行): helpers earn time and points, elders pay
            helpers with time, members spend points at merchants, auditors check the books.

            **Who.** Every operation under `/v1` takes an API key: `Authorization: Bearer mb_…`. A key belongs to a client,
            which has roles and books. Each operation names at the end of its description, and in `x-roles`, the roles of which
            a client needs one; a client of none of them is told 403. Another client's book is 404.

            **Amounts** are whole numbers of a unit's minor part, with the unit beside them: `MIN`, minutes; `PTS`,
            hundredths of a point. Where only points can be meant, of a capture, a refund or a waiver, no unit is asked for.
            They are at most 10¹². The units are never converted into one another.

            **Idempotency.** Every POST needs an `Idempotency-Key`: 1 to 255 visible ASCII characters, quoted or bare. The
            same key with the same request is answered with the first answer, byte for byte, and `Idempotent-Replayed: true`;
            the same key with another request is 422 `idempotency-key-reused`. Successes and refusals by a rule (409, 422) are
            kept for ever; 400, 401, 403, 404, 413, 415, 429 and 5xx leave the key free. When an answer was lost, send the same
            request with the same key again; of a terminal's transaction that was reversed since, that is 409
            `transaction-reversed`. A PUT needs no key: the same content twice is one change, and a change of what
            is there needs `If-Match` with its `ETag`.

            **Ids** that clients give, of members, merchants, terminals and of persons who act (`actor`, `approver`), are 1 to
            64 letters, digits, dots, underscores or hyphens, the first a letter or digit: `W-001`, and no name of a person.

            **References** are a client's own names of what it makes: 1 to 100 visible ASCII characters. In bulks, jobs of
            lines and service records a reference has one effect, whatever the key, among what was sent so. That of any other
            request is a label: it is not checked, may come again, and only the `Idempotency-Key` keeps a request from a
            second effect. One for something new does not begin with `=`, `+`, `-` or `@`, which a spreadsheet takes for a
            formula when somebody opens a file with it; a book that was imported keeps those that it has. So it is with a
            terminal's own numbers and a bank's.

            **Errors** are `application/problem+json` (RFC 9457), in English or Chinese by `Accept-Language`. Programs go by
            `code`; `type` is a page that tells what to do; `retryable` says whether the same request with the same key may
            succeed later (of a row or an item in a 2xx: the same one in a request with another key). Every answer has a
            `Trace-Id`, taken from `traceparent` when the request has one. What is no HTTP has a status and neither: a
            malformed request line or header, a path or query that is not percent-encoded (400), a request line over 4 KiB
            (414), headers over 64 KiB (431).

            When several things are wrong, one is told, the first in this order:

            1. 413 of a `Content-Length` over what any operation takes; then 404 `no-such-path`, 405, 406.
            2. 401, 403.
            3. Of the path and the headers: 400 of a semicolon, 404 of a control character, 400 of two keys; then 400 of query
               parameters that are unknown, empty or given twice.
            4. Of the body: 415, 413, 429 when too many are under way, 400 `unreadable-body`, 400 of fields that are unknown or
               of another type. `registerTeam` and `enrolPayDevice` look at the media type, 415, already behind 406.
            5. 400 of a query parameter's value, 404 of the book, 400 of the `Idempotency-Key`, 400 of the fields' values.
            6. 429 and 503 of what is not taken in; 401 when the key was revoked meanwhile; 422 `idempotency-key-reused`.
            7. 404 of what else the path names, of some operations already behind the 404 of the book or before 6; then the
               operation's own rules, in the order of its `x-refusals`: of one member, line or row after the other where a
               request names several. A PUT tells what is wrong with the resource itself, then 428 or 412, then what its body names.

            **Pages.** A list takes `limit` (1 to 500, 50 when missing) and `after`, and answers
            `{"items": […], "next": "…"}`: send `next` as `after` for the page behind; it is null on the last. Unknown query
            parameters, those that are given twice, and unknown fields are refused by name.
            """;

    @Override
    public void filterOpenAPI(OpenAPI api) {
        api.setInfo(OASFactory.createInfo().title("Moral Bank").version("1").description(ABOUT));
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        api.getComponents()
                .addSecurityScheme(
                        SECURITY,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("An API key, `mb_…`"))
                .addSchema("Problem", problemSchema())
                .addParameter("IdempotencyKey", idempotencyKey())
                .addParameter("IfMatch", ifMatch())
                .addParameter("AcceptLanguage", acceptLanguage());
        // Sorted: a build of the same API writes the same document.
        new TreeMap<>(headers()).forEach(api.getComponents()::addHeader);
        for (ProblemTable.Entry entry : ProblemTable.all()) {
            api.getComponents()
                    .addExample(entry.code(), OASFactory.createExample().value(example(entry)));
        }
        Map<String, PathItem> paths =
                api.getPaths() == null ? Map.of() : api.getPaths().getPathItems();
        Set<String> seen = new HashSet<>();
        paths.forEach((path, item) -> {
            if (path.startsWith("/v1/")) {
                item.getOperations().forEach((method, operation) -> {
                    complete(path, method, operation);
                    describeForms(operation.getRequestBody(), api.getComponents(), seen);
                });
            }
        });
    }

    private static void complete(String path, PathItem.HttpMethod method, Operation operation) {
        operation.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme(SECURITY)));
        operation.addParameter(OASFactory.createParameter().ref("#/components/parameters/AcceptLanguage"));
        if (method == PathItem.HttpMethod.POST) {
            operation.addParameter(OASFactory.createParameter().ref("#/components/parameters/IdempotencyKey"));
        }
        if (method == PathItem.HttpMethod.PUT && !hasHeader(operation, "If-Match")) {
            operation.addParameter(OASFactory.createParameter().ref("#/components/parameters/IfMatch"));
        }
        if (operation.getParameters() != null) {
            operation.getParameters().forEach(ApiDescription::describeQuery);
        }
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("2")) {
                describeHeaders(status, method, response);
            }
        });
        byStatus(codes(path, method, operation)).forEach((status, entries) -> {
            // What a resource says of a status by itself stands.
            if (!operation.getResponses().hasAPIResponse(Integer.toString(status))) {
                operation.getResponses().addAPIResponse(Integer.toString(status), refusal(status, entries));
            }
        });
        if (operation.getRequestBody() != null) {
            // The framework reads an extension of the method as the body's too.
            operation.getRequestBody().removeExtension(CODES);
            if (operation.getRequestBody().getRequired() == null) {
                operation.getRequestBody().setRequired(true);
            }
        }
    }

    /** Resources take these as text, to name them when they are malformed. */
    private static void describeQuery(Parameter parameter) {
        if (parameter.getIn() == Parameter.In.QUERY && "limit".equals(parameter.getName())) {
            parameter.setSchema(OASFactory.createSchema()
                    .addType(Schema.SchemaType.INTEGER)
                    .minimum(BigDecimal.ONE)
                    .maximum(BigDecimal.valueOf(500))
                    .defaultValue(50));
            describe(parameter, "How many, 1 to 500; 50 when missing");
        }
        if (parameter.getIn() == Parameter.In.QUERY && "after".equals(parameter.getName())) {
            describe(parameter, "The cursor that the page before gave as next");
        }
    }

    /** Says of what form the ids, references and texts are that a body has, and the objects in it. */
    private static void describeForms(@Nullable RequestBody body, Components components, Set<String> seen) {
        if (body != null && body.getContent() != null) {
            body.getContent()
                    .getMediaTypes()
                    .values()
                    .forEach(type -> describeForms(type.getSchema(), components, seen));
        }
    }

    private static void describeForms(@Nullable Schema schema, Components components, Set<String> seen) {
        if (schema == null) {
            return;
        }
        if (schema.getRef() != null) {
            String name = schema.getRef().substring(schema.getRef().lastIndexOf('/') + 1);
            if (seen.add(name)) {
                describeForms(components.getSchemas().get(name), components, seen);
            }
            return;
        }
        describeForms(schema.getItems(), components, seen);
        if (schema.getProperties() != null) {
            Schema reference = schema.getProperties().get("reference");
            if (reference != null) {
                reference.setDescription(
                        Objects.requireNonNullElse(reference.getDescription(), "The client's own reference")
                                + Fields.NEW_REFERENCE);
            }
            schema.getProperties().forEach(ApiDescription::describeForm);
            schema.getProperties().values().forEach(each -> describeForms(each, components, seen));
        }
    }

    /** What a resource says of a field by itself stands. */
    private static void describeForm(String name, Schema field) {
        boolean isText = field.getType() != null
                && field.getType().contains(Schema.SchemaType.STRING)
                && field.getRef() == null
                && field.getFormat() == null
                && field.getEnumeration() == null;
        if (IDS.contains(name) && isText && field.getPattern() == null) {
            field.pattern(Fields.ID_PATTERN);
        }
        if (name.equals("reason") && isText && field.getMaxLength() == null) {
            field.minLength(1).maxLength(500);
        }
        if (name.equals("metadata") && field.getMaxProperties() == null) {
            field.maxProperties(20)
                    .propertyNames(OASFactory.createSchema().pattern(Fields.ID_PATTERN))
                    .additionalPropertiesSchema(OASFactory.createSchema()
                            .addType(Schema.SchemaType.STRING)
                            .maxLength(500));
        }
    }

    private static void describe(Parameter parameter, String description) {
        if (parameter.getDescription() == null) {
            parameter.setDescription(description);
        }
    }

    private static boolean hasHeader(Operation operation, String name) {
        return operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter ->
                                parameter.getIn() == Parameter.In.HEADER && name.equalsIgnoreCase(parameter.getName()));
    }

    private static void describeHeaders(String status, PathItem.HttpMethod method, APIResponse response) {
        refer(response, "Trace-Id", "TraceId");
        if (method == PathItem.HttpMethod.POST) {
            refer(response, "Idempotent-Replayed", "IdempotentReplayed");
        }
        if (status.equals("201")) {
            refer(response, "Location", "Location");
        }
        if (method == PathItem.HttpMethod.PUT) {
            refer(response, "ETag", "ETag");
        }
    }

    private static void refer(APIResponse response, String name, String component) {
        if (response.getHeaders() == null || !response.getHeaders().containsKey(name)) {
            response.addHeader(name, OASFactory.createHeader().ref("#/components/headers/" + component));
        }
    }

    /** The operation's own codes, in their order of precedence, and behind them those of its method. */
    private static List<String> codes(String path, PathItem.HttpMethod method, Operation operation) {
        List<String> codes = new ArrayList<>(List.of("invalid-request", "unreadable-request"));
        boolean hasBody = operation.getRequestBody() != null;
        if (hasBody) {
            codes.addAll(List.of("unreadable-body", "body-too-large", "unsupported-media-type"));
        } else if (method == PathItem.HttpMethod.POST) {
            // Of what is sent though the operation has none.
            codes.addAll(List.of("unreadable-body", "body-too-large"));
        }
        codes.addAll(List.of("unauthenticated", "forbidden", "not-acceptable"));
        if (path.contains("{")) {
            codes.add("not-found");
        }
        if (method == PathItem.HttpMethod.PUT) {
            codes.addAll(List.of("precondition-required", "precondition-failed"));
        }
        if (method == PathItem.HttpMethod.POST) {
            codes.add("idempotency-key-reused");
        }
        List<String> own = new ArrayList<>();
        addListed(operation, own);
        // An extension of a method that has an @APIResponse is read as the response's own, of one with several as
        // theirs.
        addListed(operation.getResponses(), own);
        operation.getResponses().getAPIResponses().values().forEach(response -> addListed(response, own));
        if (!own.isEmpty()) {
            operation.addExtension(REFUSALS, own.stream().distinct().toList());
        }
        codes.addAll(own);
        codes.addAll(List.of("overloaded", "internal-error", "stopping", "database-unavailable"));
        if (method != PathItem.HttpMethod.GET) {
            if (path.contains("{book}")) {
                codes.add("book-busy");
            }
            codes.add("outcome-unknown");
        }
        return codes.stream().distinct().toList();
    }

    private static void addListed(Extensible<?> described, List<String> codes) {
        if (described.hasExtension(CODES)) {
            String listed = described.getExtension(CODES).toString();
            Arrays.stream(listed.split("\\s+")).filter(code -> !code.isEmpty()).forEach(codes::add);
            described.removeExtension(CODES);
        }
    }

    private static Map<Integer, List<ProblemTable.Entry>> byStatus(List<String> codes) {
        Map<Integer, List<ProblemTable.Entry>> entries = new TreeMap<>();
        for (String code : codes) {
            ProblemTable.Entry entry = ProblemTable.entry(code);
            entries.computeIfAbsent(entry.status(), ignored -> new ArrayList<>())
                    .add(entry);
        }
        return entries;
    }

    private static APIResponse refusal(int status, List<ProblemTable.Entry> entries) {
        StringBuilder description = new StringBuilder();
        Map<String, Example> examples = new LinkedHashMap<>();
        for (ProblemTable.Entry entry : entries) {
            description
                    .append("- `")
                    .append(entry.code())
                    .append("`: ")
                    .append(entry.title(Language.EN))
                    .append('\n');
            examples.put(entry.code(), OASFactory.createExample().ref("#/components/examples/" + entry.code()));
        }
        MediaType media = OASFactory.createMediaType()
                .schema(OASFactory.createSchema().ref("#/components/schemas/Problem"))
                .examples(examples);
        APIResponse response = OASFactory.createAPIResponse()
                .description(description.toString())
                .content(content(media));
        refer(response, "Trace-Id", "TraceId");
        if (status == 429 || status == 503) {
            refer(response, "Retry-After", "RetryAfter");
        }
        if (status == 409 || status == 422) {
            refer(response, "Idempotent-Replayed", "IdempotentReplayed");
        }
        return response;
    }

    private static Content content(MediaType media) {
        return OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media);
    }

    /** As it would be told, without the facts, which only a real refusal has. */
    private static Map<String, Object> example(ProblemTable.Entry entry) {
        Map<String, Object> example = new LinkedHashMap<>();
        example.put("type", "/problems/" + entry.code());
        example.put("title", entry.title(Language.EN));
        example.put("status", entry.status());
        example.put("detail", entry.text(Language.EN).detail());
        example.put("code", entry.code());
        example.put("retryable", entry.retryable());
        return example;
    }

    private static Schema problemSchema() {
        Schema fault = schema(Schema.SchemaType.OBJECT, "One field that is not as it must be")
                .addProperty(
                        "field",
                        schema(Schema.SchemaType.STRING, "Its path in the body, or a parameter's or header's name"))
                .addProperty("message", schema(Schema.SchemaType.STRING, "A sentence for a person"))
                .required(List.of("field", "message"));
        return schema(
                        Schema.SchemaType.OBJECT,
                        "Why a request was not done (RFC 9457). The facts of the refusal, such as the balance that is available, are "
                                + "further members.")
                .addProperty(
                        "type",
                        schema(Schema.SchemaType.STRING, "A page about the code, under /problems/")
                                .format("uri-reference"))
                .addProperty("title", schema(Schema.SchemaType.STRING, "The code in words"))
                .addProperty(
                        "status",
                        schema(Schema.SchemaType.INTEGER, "The answer's status").format("int32"))
                .addProperty(
                        "detail",
                        schema(
                                Schema.SchemaType.STRING,
                                "A sentence for a person; where a request has one fault of its form, that one"))
                .addProperty("instance", schema(Schema.SchemaType.STRING, "The path of the request"))
                .addProperty("code", schema(Schema.SchemaType.STRING, "For programs: stable, in kebab-case"))
                .addProperty(
                        "retryable",
                        schema(
                                Schema.SchemaType.BOOLEAN,
                                "Whether the same request with the same key may succeed later"))
                .addProperty(
                        "errors",
                        schema(
                                        Schema.SchemaType.ARRAY,
                                        "The faults of the request's form: all of values, the first of unknown fields and types")
                                .items(fault))
                .addProperty("traceId", schema(Schema.SchemaType.STRING, "Finds a fault of ours in the log"))
                .required(List.of("type", "title", "status", "detail", "code", "retryable"))
                .additionalPropertiesSchema(OASFactory.createSchema().booleanSchema(true));
    }

    private static Schema schema(Schema.SchemaType type, String description) {
        return OASFactory.createSchema().addType(type).description(description);
    }

    private static Parameter idempotencyKey() {
        return OASFactory.createParameter()
                .name("Idempotency-Key")
                .in(Parameter.In.HEADER)
                .required(true)
                .description(
                        "The client's own name of this one effect: 1 to 255 visible ASCII characters, quoted or bare")
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                .example("2025-06-30-M-BHL-H0001-17");
    }

    private static Parameter ifMatch() {
        return OASFactory.createParameter()
                .name("If-Match")
                .in(Parameter.In.HEADER)
                .description("The ETag of the version that is edited; not needed to create")
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                .example("\"3\"");
    }

    private static Parameter acceptLanguage() {
        return OASFactory.createParameter()
                .name("Accept-Language")
                .in(Parameter.In.HEADER)
                .description("The language of problems: en or zh-CN")
                .schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING))
                .example("zh-CN");
    }

    private static Map<String, Header> headers() {
        return Map.of(
                "TraceId", header(Schema.SchemaType.STRING, "Finds the request in the log"),
                "IdempotentReplayed",
                        header(
                                Schema.SchemaType.BOOLEAN,
                                "true when this is the answer to an earlier request with the same key"),
                "Location", header(Schema.SchemaType.STRING, "The path of what was created"),
                "ETag", header(Schema.SchemaType.STRING, "The version, to be sent in If-Match with the next change"),
                "RetryAfter",
                        header(Schema.SchemaType.INTEGER, "Seconds to wait before the same request is sent again"));
    }

    private static Header header(Schema.SchemaType type, String description) {
        return OASFactory.createHeader()
                .description(description)
                .schema(OASFactory.createSchema().addType(type));
    }
}
