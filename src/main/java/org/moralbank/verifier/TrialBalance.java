package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * {@code trial-balance.csv} against the entries: what each account opens and closes with and what is debited and credited to it
 * between, each code in a unit, and all of a unit, where opening and closing are zero. Headings are English or Chinese, behind
 * a byte order mark or not.
 *
 * <p>Of a part of a book there are accounts that no entry here posts to: nothing may be debited or credited to them, and they
 * have what {@code accounts.jsonl} says, if that is there. Of business days the debits and credits are those of the entries, and
 * what had happened before is taken at its word.
 *
 * <p>It has these columns, each once, and no other; what each code and each unit comes to stands once, behind the accounts.
 */
final class TrialBalance {
    static final String NAME = "trial-balance.csv";

    private static final Map<String, String> ENGLISH = Map.of(
            "行类", "row",
            "科目", "code",
            "账户", "account",
            "计量单位", "unit",
            "期初余额", "opening",
            "借方", "debit",
            "贷方", "credit",
            "期末余额", "closing");

    private final BookSoFar book;

    /** Whether what accounts.jsonl says of accounts that no entry here posts to is known, and of the same moment. */
    private final boolean knowsTheOthers;

    private final Map<String, Integer> columns = new HashMap<>();
    private final Set<String> seen = new HashSet<>();

    /** What the accounts come to that were seen, by code and unit, and by unit. */
    private final Map<String, Sums> sums = new HashMap<>();

    /** Of these, what stood already. */
    private final Set<String> summed = new HashSet<>();

    private TrialBalance(BookSoFar book, boolean knowsTheOthers) {
        this.book = book;
        this.knowsTheOthers = knowsTheOthers;
    }

    /** The amounts of a row; without a period only the closing is told. */
    private record Sums(boolean hasPeriod, long opening, long debit, long credit, long closing) {
        static final Sums NONE = new Sums(true, 0, 0, 0, 0);

        Sums plus(Sums other) {
            return new Sums(
                    hasPeriod && other.hasPeriod,
                    Math.addExact(opening, other.opening),
                    Math.addExact(debit, other.debit),
                    Math.addExact(credit, other.credit),
                    Math.addExact(closing, other.closing));
        }
    }

    /**
     * Reads the file to its end; refuses the first row that the entries do not make.
     *
     * @param hasAccounts whether accounts.jsonl was read before
     */
    static long check(InputStream in, BookSoFar book, boolean hasAccounts) throws IOException, Fault {
        TrialBalance balance = new TrialBalance(book, hasAccounts && book.isGapless());
        Lines lines = new Lines(in);
        try {
            while (lines.next()) {
                String line = new String(lines.bytes(), UTF_8);
                balance.take(List.of(line.stripTrailing().split(",", -1)), lines.number());
            }
            balance.refuseMissing();
        } catch (ArithmeticException tooLarge) {
            throw new Fault("its amounts are beyond all measure").in(NAME, lines.number());
        } catch (Fault fault) {
            throw fault.in(NAME, lines.number());
        }
        // Whether a heading is a row is not for us to say.
        return -1;
    }

    private void refuseMissing() throws Fault {
        for (String account : book.accounts().keySet()) {
            if (!seen.contains(account)) {
                throw new Fault("it lacks " + account);
            }
        }
        if (knowsTheOthers) {
            for (String account : book.untouched().keySet()) {
                if (!seen.contains(account)) {
                    throw new Fault("it lacks " + account);
                }
            }
        }
        for (String key : new TreeSet<>(sums.keySet())) {
            if (!summed.contains(key)) {
                throw new Fault("it lacks the sum of " + key);
            }
        }
    }

    private void takeHeadings(List<String> cells) throws Fault {
        for (int i = 0; i < cells.size(); i++) {
            String heading = cells.get(i).replace("\ufeff", "");
            String column = ENGLISH.getOrDefault(heading, heading);
            if (!ENGLISH.containsValue(column)) {
                throw new Fault("it has a column of no meaning: " + heading);
            }
            if (columns.put(column, i) != null) {
                throw new Fault("the column " + column + " stands twice");
            }
        }
    }

    private void take(List<String> cells, long number) throws Fault {
        if (number == 1) {
            takeHeadings(cells);
            return;
        }
        if (cells.size() != columns.size()) {
            throw new Fault("it has " + cells.size() + " cells, and there are " + columns.size() + " columns");
        }
        String code = cell(cells, "code");
        String unit = cell(cells, "unit");
        Sums said = sums(cells);
        switch (cell(cells, "row")) {
            case "ACCOUNT" -> take(cell(cells, "account"), code, unit, said);
            case "CODE" -> {
                sum("code " + code + " in " + unit, code + " " + unit);
                demand("code " + code + " in " + unit, said, sums.getOrDefault(code + " " + unit, Sums.NONE));
            }
            case "TOTAL" -> {
                sum("all in " + unit, unit);
                Sums found = sums.getOrDefault(unit, Sums.NONE);
                demand("all in " + unit, said, new Sums(found.hasPeriod, 0, found.debit, found.credit, 0));
            }
            default -> throw new Fault("it is of no known kind: " + cell(cells, "row"));
        }
    }

    private void sum(String what, String key) throws Fault {
        if (!summed.add(key)) {
            throw new Fault(what + " stands twice");
        }
    }

    private Sums sums(List<String> cells) throws Fault {
        long closing = JsonObject.integer("closing", cell(cells, "closing"));
        boolean hasPeriod = !cell(cells, "opening").isEmpty();
        if (!hasPeriod) {
            if (!cell(cells, "debit").isEmpty() || !cell(cells, "credit").isEmpty()) {
                throw new Fault("it has a turnover, and opens with nothing");
            }
            return new Sums(false, 0, 0, 0, closing);
        }
        Sums sums = new Sums(
                true,
                JsonObject.integer("opening", cell(cells, "opening")),
                JsonObject.integer("debit", cell(cells, "debit")),
                JsonObject.integer("credit", cell(cells, "credit")),
                closing);
        long made = Math.addExact(Math.subtractExact(sums.opening, sums.debit), sums.credit);
        if (made != closing) {
            throw new Fault("it opens with " + sums.opening + ", and " + sums.debit + " debited and " + sums.credit
                    + " credited make " + made + ", not " + closing);
        }
        return sums;
    }

    private void take(String name, String code, String unit, Sums said) throws Fault {
        if (!seen.add(name)) {
            throw new Fault(name + " stands twice");
        }
        if (!name.startsWith(code + ":") || !ChartLine.named(name).unit().equals(unit)) {
            throw new Fault(name + " is not of code " + code + " in " + unit);
        }
        BookSoFar.Account account = book.accounts().get(name);
        if (account == null) {
            refuseUnlessUntouched(name, said);
        } else if (book.isGapless()) {
            demand(name, said, new Sums(true, account.opening, account.debit, account.credit, account.balance));
        } else {
            demandOfDays(name, said, account.debit, account.credit);
        }
        for (String key : List.of(code + " " + unit, unit)) {
            if (summed.contains(key)) {
                throw new Fault(name + " stands behind the sum of " + key);
            }
            sums.merge(key, said, Sums::plus);
        }
    }

    private void refuseUnlessUntouched(String name, Sums said) throws Fault {
        if (book.isWhole() || knowsTheOthers && !book.untouched().containsKey(name)) {
            throw new Fault("no entry posts to " + name);
        }
        if (knowsTheOthers) {
            long posted = Objects.requireNonNull(book.untouched().get(name));
            demand(name, said, new Sums(true, posted, 0, 0, posted));
        } else {
            demandOfDays(name, said, 0, 0);
        }
    }

    /** What was before is not here, unless nothing was. */
    private void demandOfDays(String name, Sums said, long debit, long credit) throws Fault {
        long opening = book.isFromTheBeginning() ? 0 : said.hasPeriod ? said.opening : said.closing + debit - credit;
        demand(name, said, new Sums(true, opening, debit, credit, opening - debit + credit));
    }

    private static void demand(String what, Sums said, Sums found) throws Fault {
        if (said.hasPeriod && found.hasPeriod) {
            demand(what + " opens", said.opening, found.opening);
            demand(what + " is debited", said.debit, found.debit);
            demand(what + " is credited", said.credit, found.credit);
        }
        demand(what + " closes", said.closing, found.closing);
    }

    private static void demand(String what, long said, long found) throws Fault {
        if (said != found) {
            throw new Fault(what + " with " + said + ", by the entries with " + found);
        }
    }

    private String cell(List<String> cells, String column) throws Fault {
        Integer at = columns.get(column);
        if (at == null) {
            throw new Fault("it has no column " + column);
        }
        return cells.get(at);
    }
}
