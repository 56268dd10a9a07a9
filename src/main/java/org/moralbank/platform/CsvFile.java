package org.moralbank.platform;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** RFC 4180: commas, CRLF, quotes where a cell has one of these or a quote. */
final class CsvFile implements TableFile {
    private static final char BYTE_ORDER_MARK = '\ufeff';

    private final StringBuilder out = new StringBuilder();

    CsvFile(boolean bom) {
        if (bom) {
            out.append(BYTE_ORDER_MARK);
        }
    }

    @Override
    public void row(@Nullable Object... cells) {
        for (int i = 0; i < cells.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            Object cell = cells[i];
            if (cell instanceof Number number) {
                out.append(number);
            } else {
                text(TableFile.text(cell));
            }
        }
        out.append("\r\n");
    }

    private void text(String text) {
        boolean quoted = false;
        for (int i = 0; i < text.length() && !quoted; i++) {
            char c = text.charAt(i);
            quoted = c == ',' || c == '"' || c == '\r' || c == '\n';
        }
        if (quoted) {
            out.append('"').append(text.replace("\"", "\"\"")).append('"');
        } else {
            out.append(text);
        }
    }

    @Override
    public byte[] take() {
        byte[] taken = out.toString().getBytes(StandardCharsets.UTF_8);
        out.setLength(0);
        return taken;
    }

    @Override
    public byte[] end() {
        return take();
    }
}
