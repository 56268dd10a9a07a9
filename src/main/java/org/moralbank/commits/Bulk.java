package org.moralbank.commits;

import static org.moralbank.commits.AnswerTable.ANSWERS;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;
import org.moralbank.platform.Problem;
import org.moralbank.platform.ProtocolRejection;
import org.moralbank.platform.RefusedException;
import org.moralbank.platform.Rejection;

/**
 * Many works as one: each item is decided by itself, in order, and has its own result; a refused one leaves no trace.
 *
 * <p>An item's reference is a key of its own: the same reference with the same content, in another bulk too, is answered
 * with what it did first. A refused item is not remembered, so that it can be sent again.
 */
public final class Bulk implements Work {
    /** The most items of one bulk. */
    public static final int MOST_ITEMS = 500;

    /**
     * One item.
     *
     * @param reference the client's own name of it; null only when that is what is wrong with its form
     * @param fingerprint SHA-256 of its canonical content; null when its form is wrong
     * @param work what it does; null when its form is wrong
     * @param fault what is wrong with its form; null when nothing is
     */
    public record Item(
            @Nullable String reference,
            byte @Nullable [] fingerprint,
            @Nullable Work work,
            @Nullable Rejection fault) {}

    private final Ask ask;
    private final String operation;
    private final int first;
    private final List<Item> items;
    private final boolean atomic;

    /** What is remembered of each item is found by; null where its form is wrong. */
    private final List<AnswerTable.@Nullable Key> keys;

    /**
     * @param operation what the items are, so that a reference is unique among its like
     * @param atomic whether one refusal refuses all
     */
    public Bulk(Ask ask, String operation, List<Item> items, boolean atomic) {
        this(ask, operation, 0, items, atomic);
    }

    /**
     * Some of more items.
     *
     * @param first the place of the first of these among all, from 0
     */
    public Bulk(Ask ask, String operation, int first, List<Item> items) {
        this(ask, operation, first, items, false);
    }

    private Bulk(Ask ask, String operation, int first, List<Item> items, boolean atomic) {
        this.ask = ask;
        this.operation = operation;
        this.first = first;
        this.items = items;
        this.atomic = atomic;
        this.keys = items.stream().<AnswerTable.@Nullable Key>map(this::key).toList();
    }

    @Override
    public int weight() {
        return items.size();
    }

    @Override
    public void needs(Needs needs) {
        for (int i = 0; i < items.size(); i++) {
            Work work = items.get(i).work();
            if (work != null) {
                needs.row(ANSWERS, Objects.requireNonNull(keys.get(i)));
                work.needs(needs);
            }
        }
    }

    private AnswerTable.@Nullable Key key(Item item) {
        return item.reference() == null
                ? null
                : new AnswerTable.Key(ask.scopeBook(), ask.asker().clientId(), key(operation, item.reference()));
    }

    /** A space stands in no key of a client, so that these are apart from them. */
    static String key(String operation, String reference) {
        return operation + ' ' + reference;
    }

    @Override
    public Answer decide(WorkingSet set) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(items.size() * 512);
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        try (JsonGenerator json = Json.mapper().getFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeArrayFieldStart("items");
            for (Result result : decideEach(set)) {
                counts.merge(result.kind(), 1, Integer::sum);
                result.write(json, out);
            }
            json.writeEndArray();
            for (Kind kind : Kind.values()) {
                json.writeNumberField(kind.told(), counts.getOrDefault(kind, 0));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(200, null, out.toByteArray(), null, null, false);
    }

    /** Decides each item by itself, in order; what becomes of each. */
    public List<Result> decideEach(WorkingSet set) {
        List<Result> results = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            results.add(decide(first + i, items.get(i), keys.get(i), set));
        }
        return results;
    }

    /** What became of an item. */
    public enum Kind {
        CREATED,
        REPLAYED,
        REFUSED;

        /** As the API says it. */
        public String told() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What became of one item.
     *
     * @param index its place among all, from 0
     * @param reference null only when that is what is wrong with its form
     * @param body JSON of what there is now, or of problem details when it was refused
     */
    public record Result(int index, @Nullable String reference, Kind kind, byte[] body) {
        /** Writes it as an item of the answer. The body is JSON already, and goes past the generator to where that writes. */
        void write(JsonGenerator json, OutputStream out) throws IOException {
            json.writeStartObject();
            json.writeNumberField("index", index);
            if (reference != null) {
                json.writeStringField("reference", reference);
            }
            json.writeStringField("result", kind.told());
            json.writeFieldName(kind == Kind.REFUSED ? "problem" : "resource");
            json.writeRawValue("");
            json.flush();
            out.write(body);
            json.writeEndObject();
        }
    }

    private Result decide(int index, Item item, AnswerTable.@Nullable Key key, WorkingSet set) {
        int mark = set.mark();
        try {
            if (item.work() == null || key == null || item.reference() == null || item.fingerprint() == null) {
                throw Objects.requireNonNull(item.fault()).refused();
            }
            AnswerTable.Kept kept = set.find(ANSWERS, key);
            if (kept != null) {
                if (!Arrays.equals(kept.fingerprint(), item.fingerprint())) {
                    throw new DuplicateReference(item.reference()).refused();
                }
                item.work().checkReplay(set);
                return new Result(index, item.reference(), Kind.REPLAYED, kept.body());
            }
            Answer answer = item.work().decide(set);
            if (answer.replayed()) {
                return new Result(index, item.reference(), Kind.REPLAYED, answer.body());
            }
            set.put(
                    ANSWERS,
                    key,
                    new AnswerTable.Kept(item.fingerprint(), answer.status(), answer.location(), answer.body()));
            return new Result(index, item.reference(), Kind.CREATED, answer.body());
        } catch (RefusedException refused) {
            set.undoTo(mark);
            Map<String, Object> problem = Problem.of(placed(index, item, refused.rejection()))
                    .members(ask.language(), ask.instance() + "#" + index);
            if (atomic) {
                throw new BulkRefused(index, item.reference(), problem).refused();
            }
            return new Result(index, item.reference(), Kind.REFUSED, Json.bytes(problem));
        }
    }

    /** A fault of the form that only the decision finds is told with its place, as one that was found before has it. */
    private static Rejection placed(int index, Item item, Rejection rejection) {
        return item.work() != null && rejection instanceof ProtocolRejection.Invalid invalid
                ? invalid.within(place(index))
                : rejection;
    }

    /** Where an item is in the whole request, which faults of its form are told with: {@code items[3]}. */
    public static String place(int index) {
        return "items[" + index + "]";
    }

    /** The reference was used before for something else. */
    public record DuplicateReference(String reference) implements Rejection {
        @Override
        public String code() {
            return "duplicate-reference";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("reference", reference);
        }
    }

    /** One item of an atomic bulk was refused, so all are. */
    record BulkRefused(int index, @Nullable String reference, Map<String, Object> problem) implements Rejection {
        @Override
        public String code() {
            return "bulk-refused";
        }

        @Override
        public Map<String, Object> facts() {
            return reference == null
                    ? Map.of("index", index, "problem", problem)
                    : Map.of("index", index, "reference", reference, "problem", problem);
        }
    }
}
