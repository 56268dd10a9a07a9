package org.moralbank.platform;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks the form of a request field by field, and refuses it with all faults at once.
 *
 * <pre>{@code
 * Fields fields = new Fields();
 * String from = fields.id("from", body.from());
 * long amount = fields.amount("amount", body.amount());
 * fields.refuseFaults();
 * }</pre>
 *
 * What a check returns is to be used only after {@link #refuseFaults}.
 */
public final class Fields {
    /** The largest amount, so that no number of JSON is blurred and no sum overflows. */
    public static final long LARGEST_AMOUNT = 1_000_000_000_000L;

    /** What the API's description says of a reference for something new. */
    public static final String NEW_REFERENCE = " (1 to 100 visible ASCII characters, the first none of = + - @)";

    /** Of an id, for the API's description. */
    static final String ID_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    private static final Pattern ID = Pattern.compile(ID_PATTERN);
    private static final DateTimeFormatter FOUR_DIGIT_YEAR =
            DateTimeFormatter.ofPattern("uuuu-MM-dd").withResolverStyle(ResolverStyle.STRICT);
    private static final Pattern TIME = Pattern.compile("([01][0-9]|2[0-3]):[0-5][0-9]");

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    private static final Pattern REFERENCE = Pattern.compile("[\\x21-\\x7e]{1,100}");
    private static final Pattern NO_FORMULA = Pattern.compile("[^=+\\-@].*");

    private final String prefix;

    /** Each once, however many elements of a list have it: they are all told to the caller. */
    private final Set<FieldFault> faults;

    public Fields() {
        this("", new LinkedHashSet<>());
    }

    private Fields(String prefix, Set<FieldFault> faults) {
        this.prefix = prefix;
        this.faults = faults;
    }

    /** Checks of an object inside the request; its faults are told with the whole. */
    public Fields in(String object) {
        return new Fields(prefix + object + ".", faults);
    }

    /** An id: letters, digits, dot, underscore and hyphen, 1 to 64, a letter or digit first. */
    public String id(String field, @Nullable String value) {
        return matched(field, value, ID, "id");
    }

    /** An id that may be missing. */
    public @Nullable String optionalId(String field, @Nullable String value) {
        return value == null ? null : id(field, value);
    }

    /** A reference that what is asked for may have, which may be missing: 1 to 100 visible ASCII characters. */
    public @Nullable String optionalReference(String field, @Nullable String value) {
        return value == null ? null : reference(field, value);
    }

    public String reference(String field, @Nullable String value) {
        return matched(field, value, REFERENCE, "reference");
    }

    /**
     * A reference for something new. It does not begin with what a spreadsheet takes for a formula: files are as their rows
     * are, and nothing is put before a text in them. Books that were imported may have others.
     */
    public String newReference(String field, @Nullable String value) {
        if (value != null
                && REFERENCE.matcher(value).matches()
                && !NO_FORMULA.matcher(value).matches()) {
            fault(field, "new-reference");
        }
        return reference(field, value);
    }

    /** A reference for something new, which may be missing. */
    public @Nullable String optionalNewReference(String field, @Nullable String value) {
        return value == null ? null : newReference(field, value);
    }

    private String matched(String field, @Nullable String value, Pattern pattern, String rule) {
        if (required(field, value) != null
                && !pattern.matcher(Objects.requireNonNull(value)).matches()) {
            fault(field, rule);
        }
        return Objects.requireNonNullElse(value, "");
    }

    /** An amount: 1 to {@link #LARGEST_AMOUNT}. */
    public long amount(String field, @Nullable Long value) {
        return number(field, value, 1, LARGEST_AMOUNT);
    }

    /** A whole number within bounds, both included; the least where it is not, so that what is made of it is possible. */
    public long number(String field, @Nullable Long value, long least, long most) {
        if (required(field, value) == null) {
            return least;
        }
        long number = Objects.requireNonNull(value);
        if (number < least || number > most) {
            faults.add(new FieldFault(prefix + field, "range", Map.of("least", least, "most", most)));
            return least;
        }
        return number;
    }

    /** Free text of 1 to {@code longest} characters, none of them a control character. */
    public String text(String field, @Nullable String value, int longest) {
        if (required(field, value) != null) {
            String text = Objects.requireNonNull(value);
            if (text.isBlank() || text.codePointCount(0, text.length()) > longest || hasControl(text)) {
                faults.add(new FieldFault(prefix + field, "text", Map.of("longest", longest)));
            }
        }
        return Objects.requireNonNullElse(value, "");
    }

    public @Nullable String optionalText(String field, @Nullable String value, int longest) {
        return value == null ? null : text(field, value, longest);
    }

    private static boolean hasControl(String text) {
        // A lone surrogate has no UTF-8 and would be stored as something else.
        return text.codePoints().anyMatch(c -> Character.isISOControl(c) && c != '\n' || c >= 0xd800 && c <= 0xdfff);
    }

    /** A member's value that must be there. */
    public <T> T value(String field, @Nullable T value, T otherwise) {
        required(field, value);
        return Objects.requireNonNullElse(value, otherwise);
    }

    /** A small map of strings, or null. */
    public @Nullable Map<String, String> metadata(String field, @Nullable Map<String, String> value) {
        if (value != null) {
            if (value.size() > 20) {
                fault(field, "metadata");
            }
            value.forEach((name, text) -> {
                if (!ID.matcher(name).matches() || text == null || text.length() > 500 || hasControl(text)) {
                    fault(field, "metadata");
                }
            });
        }
        return value;
    }

    /** A day within bounds, both included. */
    public LocalDate dayWithin(String field, LocalDate value, LocalDate least, LocalDate most) {
        if (value.isBefore(least) || value.isAfter(most)) {
            faults.add(new FieldFault(
                    prefix + field, "period", Map.of("least", least.toString(), "most", most.toString())));
        }
        return value;
    }

    /** A day that is not after {@code today}, or {@code today} when it is missing. */
    public LocalDate dayUpTo(String field, @Nullable LocalDate value, LocalDate today) {
        if (value == null) {
            return today;
        }
        if (value.isAfter(today)) {
            fault(field, "future");
        } else if (value.getYear() < 1990) {
            fault(field, "past");
        }
        return value;
    }

    /** A day as a query writes it, which may be missing. */
    public @Nullable LocalDate optionalDay(String field, @Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            LocalDate day = LocalDate.parse(value, FOUR_DIGIT_YEAR);
            // The pattern also reads a sign and more digits, which no date of the database has.
            if (day.getYear() < 0 || day.getYear() > 9999) {
                fault(field, "day");
            }
            return day;
        } catch (DateTimeException malformed) {
            fault(field, "day");
            return null;
        }
    }

    /** The days {@code from} and {@code to} as a query writes them; the first is not after the last. */
    public DayRange optionalDays(@Nullable String from, @Nullable String to) {
        DayRange days = new DayRange(optionalDay("from", from), optionalDay("to", to));
        inOrder("from", days.from(), days.to());
        return days;
    }

    /** Notes that a period begins after its end; either may be missing. */
    public <T extends Comparable<? super T>> void inOrder(String field, @Nullable T first, @Nullable T last) {
        if (first != null && last != null && first.compareTo(last) > 0) {
            fault(field, "after-end");
        }
    }

    /** A time of the day to the minute, {@code 09:30}, which may be missing. */
    public @Nullable LocalTime optionalTime(String field, @Nullable String value) {
        if (value != null && TIME.matcher(value).matches()) {
            return LocalTime.parse(value);
        }
        if (value != null) {
            fault(field, "time");
        }
        return null;
    }

    /** A moment as a query writes it (RFC 3339), which may be missing. */
    public @Nullable Instant optionalMoment(String field, @Nullable String value) {
        if (value == null) {
            return null;
        }
        try {
            OffsetDateTime moment = OffsetDateTime.parse(value);
            if (moment.getYear() < 0 || moment.getYear() > 9999) {
                fault(field, "moment");
            }
            return moment.toInstant();
        } catch (DateTimeException malformed) {
            fault(field, "moment");
            return null;
        }
    }

    /** One of the names of a type as a query writes it, which may be missing. */
    public <E extends Enum<E>> @Nullable E optionalName(String field, @Nullable String value, Class<E> type) {
        if (value != null) {
            for (E constant : type.getEnumConstants()) {
                if (constant.name().equals(value)) {
                    return constant;
                }
            }
            faults.add(FieldFault.names(
                    prefix + field,
                    Arrays.stream(type.getEnumConstants()).map(Enum::name).toList()));
        }
        return null;
    }

    /** {@code true} or {@code false} as a query writes it; false when it is missing. */
    public boolean optionalFlag(String field, @Nullable String value) {
        if (value != null && !value.equals("true") && !value.equals("false")) {
            fault(field, "flag");
        }
        return "true".equals(value);
    }

    /** A UUID as a query writes it, which may be missing. */
    public @Nullable UUID optionalUuid(String field, @Nullable String value) {
        if (value != null && UUID_FORM.matcher(value).matches()) {
            return UUID.fromString(value);
        }
        if (value != null) {
            fault(field, "uuid");
        }
        return null;
    }

    /** Notes that a field breaks a rule. */
    public void fault(String field, String rule) {
        fault(field, rule, Map.of());
    }

    /** The same, with what the rule's sentence names. */
    public void fault(String field, String rule, Map<String, Object> facts) {
        faults.add(new FieldFault(prefix + field, rule, facts));
    }

    private @Nullable Object required(String field, @Nullable Object value) {
        if (value == null) {
            fault(field, "required");
        }
        return value;
    }

    /** Refuses the request when there was any fault. */
    public void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new ProtocolRejection.Invalid(List.copyOf(faults)).refused();
        }
    }
}
