package org.moralbank.verifier;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the chart fixes of the accounts of a code: whether they have an owner, their units, and what their balance may be.
 * Written a second time on purpose, see the package; a test holds it against the kernel's.
 */
record ChartLine(boolean owned, Set<String> units, long floor, long ceiling) {
    private static final long UNBOUNDED = Long.MAX_VALUE;

    static final Map<String, ChartLine> BY_CODE = new HashMap<>();

    static {
        owned("1500", -UNBOUNDED, UNBOUNDED, "MIN", "PTS");
        owned("1600", -UNBOUNDED, 0, "PTS");
        owned("1610", -UNBOUNDED, 0, "MIN");
        owned("2100", 0, UNBOUNDED, "MIN");
        owned("2110", 0, UNBOUNDED, "MIN");
        owned("2200", 0, UNBOUNDED, "PTS");
        owned("2210", 0, UNBOUNDED, "PTS");
        owned("2300", -UNBOUNDED, UNBOUNDED, "PTS");
        owned("2310", 0, UNBOUNDED, "PTS");
        common("2400", 0, UNBOUNDED, "MIN");
        common("2410", 0, UNBOUNDED, "PTS");
        common("2900", -UNBOUNDED, UNBOUNDED, "MIN", "PTS");
        owned("3100", -UNBOUNDED, 0, "MIN");
        owned("3110", -UNBOUNDED, 0, "MIN");
        common("3120", 0, UNBOUNDED, "MIN");
        common("3130", 0, UNBOUNDED, "MIN");
        owned("3200", -UNBOUNDED, 0, "PTS");
        owned("3210", -UNBOUNDED, 0, "PTS");
        owned("3220", -UNBOUNDED, 0, "PTS");
        common("3240", 0, UNBOUNDED, "PTS");
        common("3245", 0, UNBOUNDED, "PTS");
        common("3250", 0, UNBOUNDED, "PTS");
        common("3255", 0, UNBOUNDED, "PTS");
        common("3260", -UNBOUNDED, 0, "PTS");
        common("3265", -UNBOUNDED, 0, "MIN");
        common("3300", -UNBOUNDED, UNBOUNDED, "MIN", "PTS");
    }

    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    /** {@code code[:owner]:unit[:lot]}; a lot ends in a day, a dot and an R, each of which can be missing. */
    private static final Pattern ACCOUNT = Pattern.compile(
            "(?<code>[0-9]{4})(?<owner>(?::" + ID
                    + ")+?)??:(?<unit>MIN|PTS)(?::[A-Za-z0-9._-]{0,64}\\.(?<year>[0-9]{4})?(?<month>[0-9]{2})?(?<day>[0-9]{2})?\\.(?<restricted>R?))?");

    /** What an account's id says of it. */
    record Named(ChartLine line, String unit, String expiresOn, boolean restricted) {}

    private static void owned(String code, long floor, long ceiling, String... units) {
        BY_CODE.put(code, new ChartLine(true, Set.of(units), floor, ceiling));
    }

    private static void common(String code, long floor, long ceiling, String... units) {
        BY_CODE.put(code, new ChartLine(false, Set.of(units), floor, ceiling));
    }

    /** What an account's id says; refuses an id that the chart has no place for. */
    static Named named(String account) throws Fault {
        Matcher id = ACCOUNT.matcher(account);
        if (!id.matches()) {
            throw new Fault("no account is called " + account);
        }
        ChartLine line = BY_CODE.get(id.group("code"));
        if (line == null || line.owned != (id.group("owner") != null) || !line.units.contains(id.group("unit"))) {
            throw new Fault("the chart has no account " + account);
        }
        String expiresOn = "";
        if (id.group("year") != null) {
            expiresOn = id.group("year") + "-" + id.group("month") + "-" + id.group("day");
            if (!SealedEntry.isDay(expiresOn)) {
                throw new Fault("the lot of account " + account + " expires on no day");
            }
        } else if (id.group("month") != null) {
            throw new Fault("the lot of account " + account + " expires on no day");
        }
        return new Named(line, id.group("unit"), expiresOn, "R".equals(id.group("restricted")));
    }
}
