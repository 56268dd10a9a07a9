package org.moralbank.reports;

import io.smallrye.mutiny.Multi;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.TableFile;

/** Writes pages of rows as a file; each page is read when the one before was taken, so that size costs no memory. */
final class ReportFile {
    private ReportFile() {}

    /**
     * A file of the rows of all pages below its headings.
     *
     * @param cells what a row is as cells
     */
    static <R> Multi<Buffer> of(
            TableFile file, @Nullable Object[] headings, Multi<List<R>> pages, Function<R, @Nullable Object[]> cells) {
        file.row(headings);
        Multi<Buffer> rows = pages.map(page -> {
            page.forEach(row -> file.row(cells.apply(row)));
            return Buffer.buffer(file.take());
        });
        return Multi.createBy()
                .concatenating()
                .streams(rows, Multi.createFrom().item(() -> Buffer.buffer(file.end())))
                .select()
                .where(part -> part.length() > 0);
    }
}
