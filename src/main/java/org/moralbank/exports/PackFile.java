package org.moralbank.exports;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The files that an export may have beside its manifest: each is a content in a format. */
enum PackFile {
    ENTRIES("entries.jsonl", Content.JOURNAL, Format.JSONL),
    ACCOUNTS("accounts.jsonl", Content.ACCOUNTS, Format.JSONL),
    TRIAL_BALANCE_CSV("trial-balance.csv", Content.TRIAL_BALANCE, Format.CSV),
    ACCOUNTS_CSV("accounts.csv", Content.ACCOUNTS, Format.CSV),
    JOURNAL_CSV("journal.csv", Content.JOURNAL, Format.CSV),
    GENERAL_LEDGER_CSV("general-ledger.csv", Content.GENERAL_LEDGER, Format.CSV),
    STATEMENTS_CSV("statements.csv", Content.STATEMENTS, Format.CSV),
    HLEDGER("book.hledger", Content.JOURNAL, Format.HLEDGER),
    BEANCOUNT("book.beancount", Content.JOURNAL, Format.BEANCOUNT),
    TRIAL_BALANCE_XLSX("trial-balance.xlsx", Content.TRIAL_BALANCE, Format.XLSX),
    ACCOUNTS_XLSX("accounts.xlsx", Content.ACCOUNTS, Format.XLSX),
    JOURNAL_XLSX("journal.xlsx", Content.JOURNAL, Format.XLSX),
    GENERAL_LEDGER_XLSX("general-ledger.xlsx", Content.GENERAL_LEDGER, Format.XLSX),
    STATEMENTS_XLSX("statements.xlsx", Content.STATEMENTS, Format.XLSX);

    /** What of a book. */
    @Schema(name = "ExportContent")
    enum Content {
        JOURNAL,
        GENERAL_LEDGER,
        ACCOUNTS,
        STATEMENTS,
        TRIAL_BALANCE
    }

    /** In what form. */
    @Schema(name = "ExportFormat")
    enum Format {
        JSONL,
        CSV,
        HLEDGER,
        BEANCOUNT,
        XLSX
    }

    /** Counts, sums and hashes of all others. */
    static final String MANIFEST = "manifest.json";

    /** The signed checkpoint of the transparency log up to exactly the last entry of the pack. */
    static final String CHECKPOINT = "checkpoint.txt";

    /** Where the entries of a pack that begins later than the book stand in the log: the receipt of the first of them. */
    static final String FIRST_ENTRY = "first-entry.tlog-proof";

    /** What it is checked with, and with which checkpoints before it were signed. */
    static final String LOG_KEYS = "log-key.txt";

    private final String fileName;
    private final Content content;
    private final Format format;

    PackFile(String fileName, Content content, Format format) {
        this.fileName = fileName;
        this.content = content;
        this.format = format;
    }

    /** In the pack and in the API. */
    String fileName() {
        return fileName;
    }

    Content content() {
        return content;
    }

    /** Those that are asked for by what and how, in the order in which they are made. */
    static List<PackFile> of(Set<Content> contents, Set<Format> formats) {
        return Arrays.stream(values())
                .filter(file -> formats.contains(file.format) && contents.contains(file.content))
                .toList();
    }
}
