package org.moralbank.exports;

import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.BookHandle;
import org.moralbank.platform.Language;

/** An export as the API shows it. */
@Schema(name = "Export", description = "A pack of files of a book, or the job that makes it.")
record ExportView(
        UUID id,
        Export.Status status,

        @Schema(description = "The first entry", examples = "1")
        long firstSeq,

        @Schema(
                description = "The last entry; with the same parameters the files are the same for ever",
                examples = "782")
        long lastSeq,

        @Schema(description = "Only what happened on this day or later") @Nullable
        LocalDate from,

        @Schema(description = "Only what happened up to this day") @Nullable
        LocalDate to,

        @Schema(description = "The posting time that was asked for") @Nullable
        Instant asOf,

        Set<PackFile.Content> contents,
        Set<PackFile.Format> formats,
        Language language,
        boolean byteOrderMark,

        @Schema(description = "The API client that asked for it")
        String client,

        Instant createdAt,

        @Schema(description = "When it was done, or given up") @Nullable
        Instant endedAt,

        @Schema(description = "When its files go") @Nullable Instant expiresAt,

        @Schema(
                description = "What went wrong at the last attempt, if it did; export-too-large is not tried again",
                examples = "export-too-large")
        @Nullable
        String lastError,

        @Schema(description = "Those that are whole, by name")
        List<FileView> files,

        @Schema(
                description = "Where the pack is, when it is done",
                examples = "/v1/books/BHL/exports/01a208b4-984e-7a35-b1d6-2d2eb4154604/pack")
        @Nullable
        String pack) {
    /** A file of an export. */
    @Schema(name = "ExportFile", description = "A file of an export.")
    record FileView(
            @Schema(examples = "entries.jsonl") String name,

            @Schema(description = "Lines of data: entries, accounts, postings …", examples = "782")
            long records,

            @Schema(examples = "393216") long bytes,

            @Schema(
                    description = "SHA-256, in hex",
                    examples = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            String sha256) {}

    static ExportView of(BookHandle book, Export export, List<Export.MadeFile> files) {
        Selection selection = export.selection();
        return new ExportView(
                export.id(),
                export.status(),
                selection.firstSeq(),
                selection.lastSeq(),
                selection.from(),
                selection.to(),
                selection.asOf(),
                selection.contents(),
                selection.formats(),
                selection.language(),
                selection.byteOrderMark(),
                export.client(),
                export.createdAt(),
                export.endedAt(),
                export.expiresAt(),
                export.lastError(),
                files.stream()
                        .map(file -> new FileView(
                                file.name(),
                                file.records(),
                                file.bytes(),
                                HexFormat.of().formatHex(file.sha256())))
                        .toList(),
                export.status() == Export.Status.DONE ? book.path() + "/exports/" + export.id() + "/pack" : null);
    }
}
