package org.moralbank.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code manifest.json}: what an export says it is.
 *
 * @param checkpoint the file with the checkpoint; null when it has none
 * @param files by name
 * @param sums by unit; zero in every book
 * @param turnover what was credited, by unit
 * @param days by which the entries were chosen, so that their numbers may have gaps; null when they follow one another
 */
public record Manifest(
        String book,
        @Nullable String checkpoint,
        long entries,
        long firstSeq,
        long lastSeq,
        long postings,
        Map<String, Listed> files,
        Map<String, Long> sums,
        Map<String, Long> turnover,
        @Nullable Days days) {
    static final String NAME = "manifest.json";
    private static final String FORMAT = "moralbank-export/1";

    private static final int LARGEST = 1 << 20;
    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    /** A file as the manifest says it is; rows is −1 where it says none. */
    record Listed(String name, long bytes, long rows, String sha256) {}

    /**
     * Business days from one to another, both ends included.
     *
     * @param from null when all days up to the last are meant
     * @param to null when all days from the first on are meant
     */
    record Days(@Nullable String from, @Nullable String to) {
        /** Of the parameters of an export; null when it is of no days. */
        static @Nullable Days of(JsonObject parameters) throws Fault {
            String from = parameters.optionalText("from");
            String to = parameters.optionalText("to");
            for (String day : new @Nullable String[] {from, to}) {
                if (day != null && !SealedEntry.isDay(day)) {
                    throw new Fault("it is of no day: " + day);
                }
            }
            return from == null && to == null ? null : new Days(from, to);
        }

        boolean contain(String day) {
            // As they are written, days are in order.
            return (from == null || from.compareTo(day) <= 0) && (to == null || day.compareTo(to) <= 0);
        }

        @Override
        public String toString() {
            return from == null ? "up to " + to : to == null ? "from " + from : "from " + from + " to " + to;
        }
    }

    /** The manifest of a pack. */
    public static Manifest of(Pack pack) throws IOException, Fault {
        if (!pack.names().contains(NAME)) {
            throw new Fault("it has no " + NAME);
        }
        byte[] bytes;
        try (InputStream in = pack.open(NAME)) {
            bytes = in.readNBytes(LARGEST + 1);
        }
        if (bytes.length > LARGEST) {
            throw new Fault("it is larger than a mebibyte").in(NAME);
        }
        try {
            // A line feed at the end of a text file is nobody's content.
            int end = bytes.length > 0 && bytes[bytes.length - 1] == '\n' ? bytes.length - 1 : bytes.length;
            return of(JsonReader.object(bytes, 0, end));
        } catch (Fault fault) {
            throw fault.in(NAME);
        }
    }

    private static Manifest of(JsonObject json) throws Fault {
        if (!json.text("format").equals(FORMAT)) {
            throw new Fault("its format is " + json.text("format") + "; this verifier knows " + FORMAT);
        }
        Map<String, Listed> files = new LinkedHashMap<>();
        for (JsonObject file : json.objects("files")) {
            Listed listed = new Listed(
                    file.text("name"),
                    file.integer("bytes"),
                    file.names().contains("rows") ? file.integer("rows") : -1,
                    file.text("sha256"));
            if (listed.bytes < 0 || !SHA_256.matcher(listed.sha256).matches()) {
                throw new Fault("what it says of " + listed.name + " cannot be");
            }
            if (files.put(listed.name, listed) != null) {
                throw new Fault("it names " + listed.name + " twice");
            }
        }
        JsonObject parameters = json.object("parameters");
        for (String name : new String[] {"firstSeq", "lastSeq"}) {
            String asked = parameters.optionalText(name);
            if (asked != null && !asked.equals(json.text(name))) {
                throw new Fault("its " + name + " is " + json.text(name) + ", and " + asked + " was asked for");
            }
        }
        return new Manifest(
                json.text("book"),
                json.optionalText("checkpoint"),
                json.integer("entries"),
                firstSeq(json),
                json.integer("lastSeq"),
                json.integer("postings"),
                files,
                amounts(json.object("sums")),
                amounts(json.object("turnover")),
                Days.of(parameters));
    }

    private static long firstSeq(JsonObject json) throws Fault {
        long firstSeq = json.integer("firstSeq");
        if (firstSeq < 1) {
            throw new Fault("its first entry is " + firstSeq);
        }
        return firstSeq;
    }

    private static Map<String, Long> amounts(JsonObject byUnit) throws Fault {
        Map<String, Long> amounts = new LinkedHashMap<>();
        for (String unit : byUnit.names()) {
            amounts.put(unit, byUnit.integer(unit));
        }
        return amounts;
    }

    /** How many bytes its files come to. */
    long bytes() throws Fault {
        try {
            return files.values().stream().mapToLong(Listed::bytes).reduce(0, Math::addExact);
        } catch (ArithmeticException tooMany) {
            throw new Fault("its files are larger than all disks").in(NAME);
        }
    }
}
