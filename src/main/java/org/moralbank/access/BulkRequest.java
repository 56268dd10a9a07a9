package org.moralbank.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Work;
import org.moralbank.platform.CanonicalJson;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Json;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;
import org.moralbank.platform.Sha256;

/**
 * The body of a bulk request: up to 500 bodies of the single operation, each with a reference. Bodies implement it by
 * having the components:
 *
 * <pre>{@code
 * record NewTransfers(@Nullable List<JsonNode> items, @Nullable Boolean atomic) implements BulkRequest {}
 * …
 * body.bulk(ask, "transfers", NewTransfer.class, item -> Transfers.work(book, item.checked(book, call)))
 * }</pre>
 *
 * <p>The items come as trees and become records one by one, so that a fault of one item's form is that item's result and
 * not the whole request's.
 */
public interface BulkRequest {
    /** Of the operation, for those who read the API. */
    String DESCRIPTION = """
            Does up to 500 of the single operation in one commit, in order, each with a result of its own: created, replayed
            (its reference was used before in a bulk of this kind, with the same content) or refused (with a problem, and no
            trace). With atomic one refusal refuses all, and nothing is written. The request's key covers the whole answer.
            References of the single operation are known here only where it says that one stands for its effect.
            """;

    /** 1 to {@value Bulk#MOST_ITEMS}. */
    @JsonDeserialize(using = Items.class)
    @Nullable
    List<JsonNode> items();

    /** Whether one refusal refuses all; false when it is missing. */
    @Nullable
    Boolean atomic();

    /**
     * The items as one work.
     *
     * @param operation what the items are, so that a reference is unique among its like
     * @param form the body of the single operation
     * @param work checks the form as the single operation does, and says what it does
     */
    default <B extends Record> Bulk bulk(Ask ask, String operation, Class<B> form, Function<B, Work> work) {
        List<JsonNode> given = items();
        if (given == null) {
            throw ProtocolRejection.Invalid.field("items", "required").refused();
        }
        if (given.isEmpty()) {
            throw wrongNumber();
        }
        ObjectReader reader = Json.mapper().readerFor(form);
        List<Bulk.Item> items = new ArrayList<>(given.size());
        for (int i = 0; i < given.size(); i++) {
            items.add(item(i, given.get(i), reader, work));
        }
        return new Bulk(ask, operation, items, Boolean.TRUE.equals(atomic()));
    }

    private static RefusedException wrongNumber() {
        return new ProtocolRejection.Invalid(List.of(new FieldFault("items", "items", Map.of("most", Bulk.MOST_ITEMS))))
                .refused();
    }

    /** Reads the items as trees. The one too many is refused before it is one: a body has room for millions. */
    final class Items extends JsonDeserializer<List<JsonNode>> {
        @Override
        @SuppressWarnings("unchecked")
        public List<JsonNode> deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.isExpectedStartArrayToken()) {
                return (List<JsonNode>) context.handleUnexpectedToken(List.class, json);
            }
            List<JsonNode> items = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (items.size() == Bulk.MOST_ITEMS) {
                    throw wrongNumber();
                }
                items.add(context.readTree(json));
            }
            return items;
        }
    }

    /**
     * One item.
     *
     * @param index its place in the whole request, from 0: faults of its form are told with it
     * @param reader of the body of the single operation
     */
    static <B extends Record> Bulk.Item item(int index, JsonNode json, ObjectReader reader, Function<B, Work> work) {
        String reference = json.path("reference").textValue();
        List<FieldFault> faults = new ArrayList<>();
        try {
            if (!json.isObject()) {
                throw ProtocolRejection.Invalid.field("", "object").refused();
            }
            B body = read(json, reader);
            if (reference == null) {
                // Told with the other faults of the form, of which it is none: a single request may have no reference.
                faults.add(new FieldFault("reference", "required"));
            }
            Work checked = work.apply(body);
            if (reference != null) {
                return new Bulk.Item(reference, fingerprint(json), checked, null);
            }
        } catch (RefusedException refused) {
            Rejection fault = refused.rejection();
            if (fault.faults().isEmpty()) {
                return new Bulk.Item(reference, null, null, fault);
            }
            faults.addAll(fault.faults());
        }
        return new Bulk.Item(reference, null, null, new ProtocolRejection.Invalid(faults).within(Bulk.place(index)));
    }

    @SuppressWarnings("TypeParameterUnusedInFormals") // the reader's own, which it does not show
    private static <B> B read(JsonNode json, ObjectReader reader) {
        try {
            return reader.readValue(json);
        } catch (JsonProcessingException mismatch) {
            throw BodyReader.refusal(mismatch);
        } catch (IOException e) {
            throw new IllegalStateException("a tree is in memory", e);
        }
    }

    private static byte[] fingerprint(JsonNode json) {
        try {
            return Sha256.of(CanonicalJson.of(json));
        } catch (IOException e) {
            throw new IllegalStateException("the whole request had a canonical form", e);
        }
    }
}
