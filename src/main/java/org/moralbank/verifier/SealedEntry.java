package org.moralbank.verifier;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One line of {@code entries.jsonl}: the canonical bytes of an entry, as its leaf of the log has them.
 *
 * @param postedAt RFC 3339 in UTC with six decimals, so that moments are ordered as their texts are
 * @param reverses the entry that this one takes back; 0 when it takes none back
 */
record SealedEntry(
        long seq, String book, String occurredOn, String postedAt, String unit, long reverses, List<Posting> postings) {
    private static final Set<String> MEMBERS = Set.of(
            "actor",
            "approver",
            "book",
            "client",
            "group",
            "metadataHash",
            "occurredOn",
            "onBehalfOf",
            "postedAt",
            "postings",
            "reasonHash",
            "reference",
            "reverses",
            "seq",
            "type",
            "unit");

    private static final Set<String> POSTING_MEMBERS = Set.of("account", "amount", "balance", "version");

    /** An amount on an account, the balance after it, and the how-manieth posting of the account it is. */
    record Posting(String account, long amount, long balance, long version) {}

    /** Reads a line; what it says is checked by {@link BookSoFar}. */
    static SealedEntry of(JsonObject line) throws Fault {
        // Read first, so that whatever is wrong with the rest is told with the entry's number.
        long seq = line.integer("seq");
        try {
            return of(line, seq);
        } catch (Fault fault) {
            throw fault.ofEntry(seq);
        }
    }

    private static SealedEntry of(JsonObject line, long seq) throws Fault {
        refuseOthers(line, MEMBERS);
        String postedAt = line.text("postedAt");
        refuseUnless(isMoment(postedAt), "postedAt is no moment with six decimals: " + postedAt);
        String occurredOn = line.text("occurredOn");
        refuseUnless(isDay(occurredOn), "occurredOn is no day: " + occurredOn);
        refuseUnless(!line.text("client").isEmpty(), "client is empty");
        refuseUnless(isName(line.text("type")), "type is no type: " + line.text("type"));
        refuseUnlessHash(line, "metadataHash");
        refuseUnlessHash(line, "reasonHash");
        for (String name : List.of("actor", "approver", "group", "onBehalfOf", "reference")) {
            String text = line.optionalText(name);
            refuseUnless(text == null || !text.isEmpty(), name + " is empty");
        }
        List<JsonObject> lines = line.objects("postings");
        List<Posting> postings = new ArrayList<>(lines.size());
        for (JsonObject posting : lines) {
            refuseOthers(posting, POSTING_MEMBERS);
            postings.add(new Posting(
                    posting.text("account"),
                    posting.integer("amount"),
                    posting.integer("balance"),
                    posting.integer("version")));
        }
        return new SealedEntry(
                seq,
                line.text("book"),
                occurredOn,
                postedAt,
                line.text("unit"),
                line.optionalInteger("reverses"),
                postings);
    }

    static void refuseOthers(JsonObject line, Set<String> members) throws Fault {
        for (String name : line.names()) {
            refuseUnless(members.contains(name), "it has a member of no meaning: " + name);
        }
    }

    private static void refuseUnlessHash(JsonObject line, String name) throws Fault {
        String text = line.optionalText(name);
        refuseUnless(
                text == null || text.length() == 64 && text.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0),
                name + " is no SHA-256 in hexadecimal digits");
    }

    private static void refuseUnless(boolean holds, String why) throws Fault {
        if (!holds) {
            throw new Fault(why);
        }
    }

    private static boolean isName(String type) {
        return !type.isEmpty() && type.chars().allMatch(c -> c >= 'A' && c <= 'Z' || c == '_');
    }

    /** {@code 2025-01-06T08:00:00.000000Z}. */
    private static boolean isMoment(String text) {
        return text.length() == 27
                && isDay(text.substring(0, 10))
                && text.charAt(10) == 'T'
                && isBelow(text, 11, 24)
                && text.charAt(13) == ':'
                && isBelow(text, 14, 60)
                && text.charAt(16) == ':'
                && isBelow(text, 17, 60)
                && text.charAt(19) == '.'
                && isBelow(text, 20, 100)
                && isBelow(text, 22, 100)
                && isBelow(text, 24, 100)
                && text.charAt(26) == 'Z';
    }

    private static boolean isBelow(String text, int at, int bound) {
        int ten = text.charAt(at) - '0';
        int one = text.charAt(at + 1) - '0';
        return ten >= 0 && ten <= 9 && one >= 0 && one <= 9 && ten * 10 + one < bound;
    }

    static boolean isDay(String text) {
        try {
            return text.length() == 10 && LocalDate.parse(text).toString().equals(text);
        } catch (DateTimeException none) {
            return false;
        }
    }
}
