package org.moralbank.platform;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A workbook with as many sheets as its rows need, the first row of each its headings.
 *
 * <p>It has the parts that ECMA-376 part 1 (section 12.2, annex G) asks of a workbook and no other: no styles, no shared
 * strings, which would have to be kept until the end, and no date of its making, which would make each file another. The
 * libraries that write spreadsheets put that date in; this is all that a table needs of them.
 *
 * <p>Text stands in the cells themselves and is never a formula, whatever it begins with. A spreadsheet's numbers are
 * doubles: a larger one than these hold exactly is written as text.
 */
final class XlsxFile implements TableFile {
    static final int MOST_ROWS = 1_048_576;

    private static final long LARGEST_EXACT = 1L << 53;
    private static final String XML = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    private static final String MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private static final String OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private static final String PACKAGE = "http://schemas.openxmlformats.org/package/2006/";
    private static final String TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.";

    /** The earliest that a zip can tell: a time of its own would make each file another. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private final String name;
    private final int mostRows;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8);
    private final StringBuilder out = new StringBuilder();
    private @Nullable Object @Nullable [] headings;
    private int sheets;
    private int rows;

    XlsxFile(String name) {
        this(name, MOST_ROWS);
    }

    XlsxFile(String name, int mostRows) {
        this.name = name;
        this.mostRows = mostRows;
        nextSheet();
    }

    @Override
    public void row(@Nullable Object... cells) {
        if (headings == null) {
            headings = cells.clone();
        } else if (rows == mostRows) {
            endSheet();
            nextSheet();
            write(headings);
        }
        write(cells);
    }

    private void write(@Nullable Object[] cells) {
        rows++;
        out.append("<row r=\"").append(rows).append("\">");
        for (int i = 0; i < cells.length; i++) {
            Object cell = cells[i];
            if (cell == null) {
                continue;
            }
            out.append("<c r=\"").append(column(i)).append(rows).append('"');
            if (cell instanceof Number number && isExact(number.longValue())) {
                out.append("><v>").append(number).append("</v></c>");
            } else {
                out.append(" t=\"inlineStr\"><is><t xml:space=\"preserve\">");
                escaped(TableFile.text(cell));
                out.append("</t></is></c>");
            }
        }
        out.append("</row>");
    }

    private static boolean isExact(long number) {
        return -LARGEST_EXACT <= number && number <= LARGEST_EXACT;
    }

    /** A, B, C …; no table of ours has more than 26. */
    private static char column(int index) {
        if (index >= 26) {
            throw new IllegalArgumentException("a table of more than 26 columns");
        }
        return (char) ('A' + index);
    }

    private void escaped(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                // A reader of XML would make each a line feed.
                case '\r' -> out.append("&#13;");
                // XML 1.0 section 2.2 has no other control characters.
                default -> out.append(c < ' ' && c != '\n' && c != '\t' || c > '\ufffd' ? '\ufffd' : c);
            }
        }
    }

    @Override
    public byte[] take() {
        compress();
        byte[] taken = bytes.toByteArray();
        bytes.reset();
        return taken;
    }

    private void compress() {
        try {
            zip.write(out.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.setLength(0);
    }

    @Override
    public byte[] end() {
        endSheet();
        StringBuilder types = new StringBuilder();
        StringBuilder listed = new StringBuilder();
        StringBuilder relations = new StringBuilder();
        for (int n = 1; n <= sheets; n++) {
            types.append("<Override PartName=\"/xl/worksheets/sheet").append(n).append(".xml\" ContentType=\"");
            types.append(TYPE).append("worksheet+xml\"/>");
            listed.append("<sheet name=\"").append(name).append(n == 1 ? "" : " " + n);
            listed.append("\" sheetId=\"")
                    .append(n)
                    .append("\" r:id=\"rId")
                    .append(n)
                    .append("\"/>");
            relations
                    .append("<Relationship Id=\"rId")
                    .append(n)
                    .append("\" Type=\"")
                    .append(OFFICE);
            relations.append("/worksheet\" Target=\"worksheets/sheet").append(n).append(".xml\"/>");
        }
        part(
                "xl/workbook.xml",
                "<workbook xmlns=\"" + MAIN + "\" xmlns:r=\"" + OFFICE + "\"><sheets>" + listed
                        + "</sheets></workbook>");
        part("xl/_rels/workbook.xml.rels", relationships(relations));
        part(
                "_rels/.rels",
                relationships("<Relationship Id=\"rId1\" Type=\"" + OFFICE
                        + "/officeDocument\" Target=\"xl/workbook.xml\"/>"));
        part(
                "[Content_Types].xml",
                "<Types xmlns=\"" + PACKAGE + "content-types\">"
                        + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                        + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                        + "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" + TYPE + "sheet.main+xml\"/>" + types
                        + "</Types>");
        try {
            zip.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String relationships(CharSequence relations) {
        return "<Relationships xmlns=\"" + PACKAGE + "relationships\">" + relations + "</Relationships>";
    }

    private void part(String path, String content) {
        begin(path);
        out.append(XML).append(content);
        compress();
    }

    private void nextSheet() {
        sheets++;
        rows = 0;
        begin("xl/worksheets/sheet" + sheets + ".xml");
        // The first row stays in sight.
        out.append(XML)
                .append("<worksheet xmlns=\"")
                .append(MAIN)
                .append("\"><sheetViews><sheetView workbookViewId=\"0\">");
        out.append("<pane ySplit=\"1\" topLeftCell=\"A2\" state=\"frozen\"/></sheetView></sheetViews><sheetData>");
    }

    private void endSheet() {
        out.append("</sheetData></worksheet>");
        compress();
    }

    private void begin(String path) {
        try {
            ZipEntry entry = new ZipEntry(path);
            entry.setTimeLocal(NO_TIME);
            zip.putNextEntry(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
