package org.moralbank.exports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.CanonicalJson;

/** What a pack says of itself: RFC 8785, every integer as a string, so that the same export has the same manifest. */
final class Manifest {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private Manifest() {}

    static byte[] of(BookHandle book, Selection selection, SelectionStore.Totals totals, List<Export.MadeFile> files) {
        ObjectNode manifest = JSON.objectNode();
        manifest.put("book", book.code());
        if (files.stream().anyMatch(file -> file.name().equals(PackFile.CHECKPOINT))) {
            manifest.put("checkpoint", PackFile.CHECKPOINT);
        }
        manifest.put("entries", Long.toString(totals.entries()));
        ArrayNode listed = manifest.putArray("files");
        files.stream()
                .sorted(Comparator.comparing(Export.MadeFile::name))
                .forEach(file -> listed.addObject()
                        .put("bytes", Long.toString(file.bytes()))
                        .put("name", file.name())
                        .put("rows", Long.toString(file.records()))
                        .put("sha256", HexFormat.of().formatHex(file.sha256())));
        manifest.put("firstSeq", Long.toString(selection.firstSeq()));
        manifest.put("format", "moralbank-export/1");
        manifest.put("lastSeq", Long.toString(selection.lastSeq()));
        manifest.set("parameters", parameters(selection));
        manifest.put("postings", Long.toString(totals.postings()));
        ObjectNode sums = manifest.putObject("sums");
        ObjectNode turnover = manifest.putObject("turnover");
        for (Unit unit : Unit.values()) {
            SelectionStore.Sum sum = totals.sums().getOrDefault(unit, SelectionStore.Sum.NONE);
            sums.put(unit.name(), Long.toString(sum.sum()));
            turnover.put(unit.name(), Long.toString(sum.turnover()));
        }
        try {
            return CanonicalJson.of(manifest);
        } catch (IOException e) {
            throw new IllegalStateException("our own JSON is canonical", e);
        }
    }

    private static JsonNode parameters(Selection selection) {
        ObjectNode parameters = JSON.objectNode();
        text(parameters, "asOf", selection.asOf());
        parameters.put("byteOrderMark", selection.byteOrderMark());
        ArrayNode contents = parameters.putArray("contents");
        selection.contents().forEach(content -> contents.add(content.name()));
        parameters.put("firstSeq", Long.toString(selection.firstSeq()));
        ArrayNode formats = parameters.putArray("formats");
        selection.formats().forEach(format -> formats.add(format.name()));
        text(parameters, "from", selection.from());
        parameters.put("language", selection.language().name());
        parameters.put("lastSeq", Long.toString(selection.lastSeq()));
        text(parameters, "to", selection.to());
        return parameters;
    }

    private static void text(ObjectNode parameters, String name, @Nullable Object value) {
        if (value != null) {
            parameters.put(name, Objects.toString(value));
        }
    }
}
