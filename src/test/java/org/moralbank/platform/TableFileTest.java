package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.dhatim.fastexcel.reader.CellType;
import org.dhatim.fastexcel.reader.ReadableWorkbook;
import org.dhatim.fastexcel.reader.Row;
import org.junit.jupiter.api.Test;

/** Files are read back by a library that is not ours. */
class TableFileTest {
    private static final String ODD = "=1+1, \"a\" <b> & 'c'\r\nd";

    @Test
    void quotesOnlyWhatHasToBe() {
        TableFile file = TableFile.Format.CSV.begin("x", false);
        file.row("seq", "a,b", "c\"d", "e\nf", null, "中文");
        file.row(12L, -60L, LocalDate.of(2025, 1, 6), Instant.parse("2025-01-06T08:00:00Z"), true, "");

        assertThat(new String(file.end(), StandardCharsets.UTF_8))
                .isEqualTo("seq,\"a,b\",\"c\"\"d\",\"e\nf\",,中文\r\n"
                        + "12,-60,2025-01-06,2025-01-06T08:00:00.000000Z,true,\r\n");
    }

    @Test
    void beginsWithTheMarkWhenItIsAskedFor() {
        TableFile file = TableFile.Format.CSV.begin("x", true);
        file.row("a");

        assertThat(file.end()).startsWith(0xef, 0xbb, 0xbf, 'a');
    }

    @Test
    void writesASpreadsheetThatOthersRead() throws IOException {
        TableFile file = TableFile.Format.XLSX.begin("trial-balance", false);
        file.row("科目", "amount");
        file.row(ODD, -9_007_199_254_740_992L);
        byte[] first = file.take();
        file.row(null, 9_007_199_254_740_993L, Long.MIN_VALUE, "", "\u0001\ud83d\ude00");

        List<Row> rows = rows(first, file.end());

        assertThat(rows).hasSize(3);
        assertThat(rows.get(0).getCellText(0)).isEqualTo("科目");
        // A formula it is not, whatever it begins with.
        assertThat(rows.get(1).getCell(0).getType()).isEqualTo(CellType.STRING);
        assertThat(rows.get(1).getCellText(0)).isEqualTo(ODD);
        assertThat(rows.get(1).getCellAsNumber(1).orElseThrow().longValueExact())
                .isEqualTo(-9_007_199_254_740_992L);
        assertThat(rows.get(2).getCell(1).getType()).isEqualTo(CellType.STRING);
        assertThat(rows.get(2).getCellText(1)).isEqualTo("9007199254740993");
        assertThat(rows.get(2).getCellText(2)).isEqualTo("-9223372036854775808");
        assertThat(rows.get(2).getCellText(4)).isEqualTo("\ufffd\ud83d\ude00");
    }

    @Test
    void goesOnOnAnotherSheetWithTheSameHeadings() throws IOException {
        XlsxFile file = new XlsxFile("journal", 3);
        file.row("n");
        for (long n = 1; n <= 5; n++) {
            file.row(n);
        }

        try (ReadableWorkbook workbook = new ReadableWorkbook(new ByteArrayInputStream(file.end()))) {
            List<String> sheets = new ArrayList<>();
            for (var sheet : workbook.getSheets().toList()) {
                StringBuilder cells = new StringBuilder(sheet.getName());
                for (Row row : sheet.read()) {
                    cells.append(' ').append(row.getCell(0).getRawValue());
                }
                sheets.add(cells.toString());
            }
            assertThat(sheets).containsExactly("journal n 1 2", "journal 2 n 3 4", "journal 3 n 5");
        }
    }

    @Test
    void isTheSameBytesForTheSameRows() {
        assertThat(spreadsheet()).isEqualTo(spreadsheet());
    }

    private static byte[] spreadsheet() {
        TableFile file = TableFile.Format.XLSX.begin("x", false);
        file.row("a", 1L);
        return file.end();
    }

    private static List<Row> rows(byte[]... parts) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        try (ReadableWorkbook workbook = new ReadableWorkbook(new ByteArrayInputStream(whole.toByteArray()))) {
            return workbook.getFirstSheet().read();
        }
    }
}
