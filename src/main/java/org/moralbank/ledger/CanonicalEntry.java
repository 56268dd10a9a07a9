package org.moralbank.ledger;

import static org.moralbank.platform.CanonicalJson.quoted;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;
import org.moralbank.platform.Sha256;

/**
 * The bytes of an entry that are hashed, logged and exported: RFC 8785 JSON, every integer as a string, no name and no
 * free text. Members that have no value are left out.
 *
 * <pre>{@code
 * {"actor":"…","approver":"…","book":"BHL","client":"app","group":"…","metadataHash":"…","occurredOn":"2025-01-06",
 *  "onBehalfOf":"…","postedAt":"2025-01-06T08:00:00.000000Z",
 *  "postings":[{"account":"2100:M-1:MIN","amount":"-60","balance":"240","version":"3"},…],
 *  "reasonHash":"…","reference":"…","reverses":"7","seq":"12","type":"TRANSFER_TIME","unit":"MIN"}
 * }</pre>
 */
final class CanonicalEntry {
    private static final byte[] LEAF = {0};
    private static final JsonFactory JSON = new JsonFactory();

    private CanonicalEntry() {}

    static byte[] of(String book, long seq, Draft draft, Unit unit, Instant postedAt, List<Posting> postings) {
        EntryText text = draft.text;
        return of(
                book,
                seq,
                draft,
                unit,
                postedAt,
                postings,
                text == null ? null : hash(text, text.metadata()),
                text == null ? null : hash(text, text.reason()));
    }

    /** The same with the hashes of what persons wrote, where that itself is not here. */
    static byte[] of(
            String book,
            long seq,
            Draft draft,
            Unit unit,
            Instant postedAt,
            List<Posting> postings,
            @Nullable String metadataHash,
            @Nullable String reasonHash) {
        StringBuilder out = new StringBuilder(512).append('{');
        // Sorted by name, as RFC 8785 section 3.2.3 asks.
        member(out, "actor", draft.by.actor());
        member(out, "approver", draft.by.approver());
        member(out, "book", book);
        member(out, "client", draft.by.client());
        member(out, "group", draft.group == null ? null : draft.group.toString());
        member(out, "metadataHash", metadataHash);
        member(out, "occurredOn", draft.occurredOn.toString());
        member(out, "onBehalfOf", draft.by.onBehalfOf());
        member(out, "postedAt", Times.micros(postedAt));
        out.append(",\"postings\":[");
        for (int i = 0; i < postings.size(); i++) {
            Posting posting = postings.get(i);
            out.append(i == 0 ? "{\"account\":" : ",{\"account\":");
            quoted(posting.account(), out);
            out.append(",\"amount\":\"").append(posting.amount());
            out.append("\",\"balance\":\"").append(posting.balanceAfter());
            out.append("\",\"version\":\"").append(posting.version()).append("\"}");
        }
        out.append(']');
        member(out, "reasonHash", reasonHash);
        member(out, "reference", draft.reference);
        member(out, "reverses", draft.reverses == null ? null : draft.reverses.toString());
        member(out, "seq", Long.toString(seq));
        member(out, "type", draft.type.name());
        member(out, "unit", unit.name());
        return out.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String hash(EntryText text, @Nullable String part) {
        return part == null ? null : EntryText.hash(text.salt(), part);
    }

    private static void member(StringBuilder out, String name, @Nullable String value) {
        if (value != null) {
            if (out.length() > 1) {
                out.append(',');
            }
            out.append('"').append(name).append("\":");
            quoted(value, out);
        }
    }

    /** The members as they are sealed. */
    record Sealed(
            @Nullable String actor,
            @Nullable String approver,
            String book,
            String client,
            @Nullable UUID group,
            @Nullable String metadataHash,
            LocalDate occurredOn,
            @Nullable String onBehalfOf,
            Instant postedAt,
            List<SealedPosting> postings,
            @Nullable String reasonHash,
            @Nullable String reference,
            @Nullable String reverses,
            String seq,
            EntryType type,
            Unit unit) {}

    record SealedPosting(String account, String amount, String balance, String version) {}

    /**
     * The entry that was sealed so, without what persons wrote: what is shown and exported is what is proven. Read member by
     * member rather than bound to a record, which took three times as long.
     */
    static EntryView read(byte[] canonical) {
        try (JsonParser json = JSON.createParser(canonical)) {
            json.nextToken();
            return new Read().of(json);
        } catch (IOException e) {
            throw new IllegalStateException("not a sealed entry of ours", e);
        }
    }

    /** The members as they are read. */
    private static final class Read {
        private @Nullable String actor;
        private @Nullable String approver;
        private @Nullable String client;
        private @Nullable UUID group;
        private @Nullable LocalDate occurredOn;
        private @Nullable String onBehalfOf;
        private @Nullable Instant postedAt;
        private @Nullable String reference;
        private @Nullable Long reverses;
        private @Nullable Long seq;
        private @Nullable EntryType type;
        private @Nullable Unit unit;
        private final List<EntryView.PostingView> postings = new ArrayList<>(2);

        EntryView of(JsonParser json) throws IOException {
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                if (name.equals("postings")) {
                    json.nextToken();
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        postings.add(posting(json));
                    }
                } else {
                    take(name, Objects.requireNonNull(json.nextTextValue(), name));
                }
            }
            return new EntryView(
                    Objects.requireNonNull(seq),
                    Objects.requireNonNull(type),
                    Objects.requireNonNull(unit),
                    Objects.requireNonNull(occurredOn),
                    Objects.requireNonNull(postedAt),
                    Objects.requireNonNull(client),
                    actor,
                    onBehalfOf,
                    approver,
                    reference,
                    null,
                    null,
                    group,
                    reverses,
                    null,
                    postings,
                    null);
        }

        private void take(String name, String value) {
            switch (name) {
                case "actor" -> actor = value;
                case "approver" -> approver = value;
                case "client" -> client = value;
                case "group" -> group = UUID.fromString(value);
                case "occurredOn" -> occurredOn = LocalDate.parse(value);
                case "onBehalfOf" -> onBehalfOf = value;
                case "postedAt" -> postedAt = Times.parse(value);
                case "reference" -> reference = value;
                case "reverses" -> reverses = Long.valueOf(value);
                case "seq" -> seq = Long.valueOf(value);
                case "type" -> type = EntryType.valueOf(value);
                case "unit" -> unit = Unit.valueOf(value);
                case "book", "metadataHash", "reasonHash" -> {
                    // Sealed, and not shown.
                }
                default -> throw new IllegalStateException("not a member of a sealed entry: " + name);
            }
        }

        private static EntryView.PostingView posting(JsonParser json) throws IOException {
            String account = "";
            long amount = 0;
            long balance = 0;
            long version = 0;
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                String value = Objects.requireNonNull(json.nextTextValue(), name);
                switch (name) {
                    case "account" -> account = value;
                    case "amount" -> amount = Long.parseLong(value);
                    case "balance" -> balance = Long.parseLong(value);
                    case "version" -> version = Long.parseLong(value);
                    default -> throw new IllegalStateException("not a member of a sealed posting: " + name);
                }
            }
            return new EntryView.PostingView(account, amount, balance, version);
        }
    }

    /** The members that bytes of any origin say; refuses bytes that are no such entry. */
    static Sealed parse(byte[] canonical) throws IOException {
        return Json.mapper().readValue(canonical, Sealed.class);
    }

    /** The hash of the leaf of the transparency log: RFC 9162 section 2.1.1. */
    static byte[] leafHash(byte[] canonical) {
        return Sha256.of(LEAF, canonical);
    }
}
