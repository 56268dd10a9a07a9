package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code trial-balance.csv} against the entries: what each account closes with, each code in a unit, and all of a unit, which
 * is zero. Headings are English or Chinese, behind a byte order mark or not.
 */
final class TrialBalance {
    static final String NAME = "trial-balance.csv";

    private static final Map<String, String> ENGLISH =
            Map.of("行类", "row", "科目", "code", "账户", "account", "计量单位", "unit", "期末余额", "closing");

    private final BookSoFar book;
    private final Map<String, Integer> columns = new HashMap<>();
    private final Set<String> seen = new HashSet<>();

    /** What the accounts come to that were seen, by code and unit, and by unit. */
    private final Map<String, Long> sums = new HashMap<>();

    private TrialBalance(BookSoFar book) {
        this.book = book;
    }

    /** Reads the file to its end; refuses the first row that the entries do not make. */
    static long check(InputStream in, BookSoFar book) throws IOException, Fault {
        TrialBalance balance = new TrialBalance(book);
        Lines lines = new Lines(in);
        try {
            while (lines.next()) {
                String line = new String(lines.bytes(), UTF_8);
                balance.take(List.of(line.stripTrailing().split(",", -1)), lines.number());
            }
            for (String account : book.accounts().keySet()) {
                if (!balance.seen.contains(account)) {
                    throw new Fault("it lacks " + account);
                }
            }
        } catch (ArithmeticException tooLarge) {
            throw new Fault("its amounts are beyond all measure").in(NAME, lines.number());
        } catch (Fault fault) {
            throw fault.in(NAME, lines.number());
        }
        // Whether a heading is a row is not for us to say.
        return -1;
    }

    private void take(List<String> cells, long number) throws Fault {
        if (number == 1) {
            for (int i = 0; i < cells.size(); i++) {
                String heading = cells.get(i).replace("\ufeff", "");
                columns.put(ENGLISH.getOrDefault(heading, heading), i);
            }
            return;
        }
        long closing = JsonObject.integer("closing", cell(cells, "closing"));
        String code = cell(cells, "code");
        String unit = cell(cells, "unit");
        switch (cell(cells, "row")) {
            case "ACCOUNT" -> take(cell(cells, "account"), code, unit, closing);
            case "CODE" -> demand("code " + code + " in " + unit, closing, sums.getOrDefault(code + unit, 0L));
            case "TOTAL" -> demand("all in " + unit, closing, 0);
            default -> throw new Fault("it is of no known kind: " + cell(cells, "row"));
        }
    }

    private void take(String name, String code, String unit, long closing) throws Fault {
        BookSoFar.Account account = book.accounts().get(name);
        if (account == null || !seen.add(name)) {
            throw new Fault(account == null ? "no entry posts to " + name : name + " stands twice");
        }
        if (!name.startsWith(code + ":") || !account.named.unit().equals(unit)) {
            throw new Fault(name + " is not of code " + code + " in " + unit);
        }
        demand(name, closing, account.balance);
        sums.merge(code + unit, closing, Math::addExact);
    }

    private static void demand(String what, long said, long found) throws Fault {
        if (said != found) {
            throw new Fault(what + " closes with " + said + ", by the entries with " + found);
        }
    }

    private String cell(List<String> cells, String column) throws Fault {
        Integer at = columns.get(column);
        if (at == null) {
            throw new Fault("it has no column " + column);
        }
        if (at >= cells.size()) {
            throw new Fault("it has " + cells.size() + " cells");
        }
        return cells.get(at);
    }
}
