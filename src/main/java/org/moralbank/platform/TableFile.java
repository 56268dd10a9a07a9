package org.moralbank.platform;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A table that is written as a file, row by row. What was written is taken as bytes whenever the writer likes, so that the
 * size of a file costs no memory; the same rows are the same bytes.
 *
 * <pre>{@code
 * TableFile file = TableFile.Format.CSV.begin("journal", false);
 * file.row("seq", "amount");
 * file.row(12L, -60L);
 * out.write(file.take());
 * out.write(file.end());
 * }</pre>
 */
public sealed interface TableFile permits CsvFile, XlsxFile {
    /** How a table is written. */
    enum Format {
        /** RFC 4180, in UTF-8. */
        CSV("text/csv", "csv"),
        /** Office Open XML (ECMA-376), one sheet, or more where a million rows are too many for one. */
        XLSX("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");

        private final String mediaType;
        private final String extension;

        Format(String mediaType, String extension) {
            this.mediaType = mediaType;
            this.extension = extension;
        }

        public String mediaType() {
            return mediaType;
        }

        /** Of a file's name. */
        public String extension() {
            return extension;
        }

        /**
         * Begins a file.
         *
         * @param sheet what a sheet is called, where there are any: 1 to 25 characters, none of {@code []*?/\:}
         * @param bom whether text begins with the mark that has spreadsheets read it as UTF-8
         */
        public TableFile begin(String sheet, boolean bom) {
            return switch (this) {
                case CSV -> new CsvFile(bom);
                case XLSX -> new XlsxFile(sheet);
            };
        }
    }

    /** RFC 3339 in UTC, always with six decimals, so that a moment has one form. */
    DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** Writes a row. Numbers are numbers, moments are in UTC with six decimals, null is an empty cell, all else is text. */
    void row(@Nullable Object... cells);

    /** What was written since the last time; may be empty. */
    byte[] take();

    /** Ends the file and gives the last of it. */
    byte[] end();

    /** A cell as text. */
    static String text(@Nullable Object cell) {
        return switch (cell) {
            case null -> "";
            case Instant moment -> MICROS.format(moment);
            default -> cell.toString();
        };
    }
}
