package org.moralbank.ledger;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An account's id in the API and in exports: {@code code[:owner]:unit[:lot]}, such as {@code 2400:MIN},
 * {@code 2100:M-1:MIN} or {@code 2100:M-1:MIN:PUBLIC.20251231.R}.
 *
 * @param owner empty where the chart has none
 * @param lot the lot's name; empty for what is the holder's own
 */
public record AccountPath(Chart chart, String owner, Unit unit, String lot) {
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private static final Pattern PATH = Pattern.compile("(?<code>[0-9]{4})(?::(?<owner>" + ID + "(?::" + ID
            + ")*?))?:(?<unit>MIN|PTS)(?::(?<lot>[A-Za-z0-9._-]{0,64}\\.(?<expires>[0-9]{8})?\\.R?))?");

    private static final DateTimeFormatter BASIC =
            DateTimeFormatter.ofPattern("uuuuMMdd").withResolverStyle(ResolverStyle.STRICT);

    /** The path that is written so; null for what no account is called. */
    public static @Nullable AccountPath parse(String text) {
        Matcher matcher = PATH.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        Chart chart = Chart.find(matcher.group("code"));
        Unit unit = Unit.valueOf(matcher.group("unit"));
        String owner = matcher.group("owner") == null ? "" : matcher.group("owner");
        String lot = matcher.group("lot") == null ? "" : matcher.group("lot");
        if (chart == null || chart.owned() == owner.isEmpty() || !chart.units().contains(unit)) {
            return null;
        }
        return isDay(matcher.group("expires")) ? new AccountPath(chart, owner, unit, lot) : null;
    }

    /** The path of a stored account. */
    public static AccountPath of(String code, String owner, String unit, String lot) {
        return new AccountPath(Chart.of(code), owner, Unit.valueOf(unit), lot);
    }

    private static boolean isDay(@Nullable String text) {
        if (text == null) {
            return true;
        }
        try {
            LocalDate.parse(text, BASIC);
            return true;
        } catch (DateTimeException notADay) {
            return false;
        }
    }

    /** As it is written in the API. */
    @Override
    public String toString() {
        return chart.code() + (owner.isEmpty() ? "" : ":" + owner) + ":" + unit + (lot.isEmpty() ? "" : ":" + lot);
    }
}
