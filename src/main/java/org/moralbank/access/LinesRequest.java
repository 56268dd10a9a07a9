package org.moralbank.access;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.FieldFault;
import org.moralbank.platform.Json;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;

/**
 * The body of a request for more than a bulk takes: bodies of the single operation, each with a reference, one as a line of a
 * job. Bodies implement it by having the component.
 *
 * <p>Each item is read as a tree and becomes JSON again before the next is read: of fifty thousand no more is in memory than
 * came in.
 */
public interface LinesRequest {
    /** The most items: of some three hundred bytes each, as a long one has, they fill the largest body. */
    int MOST_ITEMS = 50_000;

    /** Names, values and brackets of one item; one of a bulk has as many, on the average. */
    int MOST_TOKENS_OF_AN_ITEM = BodyReader.MOST_TOKENS / 500;

    /** 1 to {@value #MOST_ITEMS}, each as JSON. */
    @JsonDeserialize(using = Items.class)
    @Nullable
    List<byte[]> items();

    /** The items; refuses a body that has none. */
    default List<byte[]> someItems() {
        List<byte[]> given = items();
        if (given == null) {
            throw ProtocolRejection.Invalid.field("items", "required").refused();
        }
        if (given.isEmpty()) {
            throw wrongNumber();
        }
        return given;
    }

    private static RefusedException wrongNumber() {
        return new ProtocolRejection.Invalid(List.of(new FieldFault("items", "items", Map.of("most", MOST_ITEMS))))
                .refused();
    }

    /** Reads the items one by one. */
    final class Items extends JsonDeserializer<List<byte[]>> {
        /** A lone surrogate, which the check of the item tells of, can be written only so. */
        private static final ObjectWriter ESCAPED = Json.mapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

        @Override
        @SuppressWarnings("unchecked")
        public List<byte[]> deserialize(JsonParser json, DeserializationContext context) throws IOException {
            if (!json.isExpectedStartArrayToken()) {
                return (List<byte[]>) context.handleUnexpectedToken(List.class, json);
            }
            List<byte[]> items = new ArrayList<>();
            Bounded bounded = new Bounded(json);
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (items.size() == MOST_ITEMS) {
                    throw wrongNumber();
                }
                bounded.tokens = 1;
                items.add(bytes(context.readTree(bounded)));
            }
            return items;
        }

        private static byte[] bytes(JsonNode item) throws JsonProcessingException {
            try {
                return Json.mapper().writeValueAsBytes(item);
            } catch (JsonProcessingException hasNoUtf8) {
                return ESCAPED.writeValueAsBytes(item);
            }
        }
    }

    /** Lets no item have more tokens than it may. */
    final class Bounded extends JsonParserDelegate {
        private int tokens;

        private Bounded(JsonParser json) {
            super(json);
        }

        @Override
        public JsonToken nextToken() throws IOException {
            tokens++;
            if (tokens > MOST_TOKENS_OF_AN_ITEM) {
                throw new StreamConstraintsException("an item has too many tokens", currentLocation());
            }
            return super.nextToken();
        }
    }
}
