package org.moralbank.platform;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one table of problem codes: status, title, sentence, meaning and what to do, in each language. It is read from
 * {@code problems_en.properties} and {@code problems_zh.properties}, and is what the pages under {@code /problems/}, the
 * OpenAPI document and the README's table are made of or checked against.
 *
 * <p>A line is {@code code.part = text}, with the parts {@code status} and {@code retryable} (English file only), {@code
 * title}, {@code detail} (with {@code {fact}} placeholders) and {@code action}; {@code otherwise}, of some, is the detail
 * where a fact of the first one is not told: to who is not told whom it is about, or of another kind of limit. {@code
 * field.rule = text} is the sentence for a field that breaks a rule. {@code word.fact.value = text} (Chinese file only) is a
 * fact that is an English word where a sentence names it: its letters in lower case, a hyphen for whatever is between them;
 * {@code #} in the text is the next number of the fact. The numbers of a refusal that has a {@code unit} are amounts of it,
 * and so are those that have theirs in the name: a person reads points with their two decimals, and {@code amount.unit =
 * text}.
 */
public final class ProblemTable {
    /** The unit of which the API has hundredths. */
    private static final String POINTS = "PTS";

    /** Of a refusal that tells amounts of both units. */
    private static final Map<String, String> UNITS_OF_FACTS = Map.of("heldMinutes", "MIN", "heldPoints", POINTS);

    private static final Pattern NO_LETTERS = Pattern.compile("[^a-z]+");
    private static final Pattern FACT = Pattern.compile("\\{([^}]+)}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final Pattern PLACE_OF_NUMBER = Pattern.compile("#");
    private static final Properties ENGLISH = properties("problems_en.properties");
    private static final Properties CHINESE = properties("problems_zh.properties");
    private static final Map<String, Entry> ENTRIES = read();

    private ProblemTable() {}

    /** One code. */
    public record Entry(String code, int status, boolean retryable, Text english, Text chinese) {
        public Text text(Language language) {
            return language == Language.ZH ? chinese : english;
        }

        public String title(Language language) {
            return text(language).title();
        }

        /** The sentence with the facts in their places; where some are not told, the one without them. */
        public String detail(Language language, Map<String, Object> facts) {
            Text text = text(language);
            boolean isToldAll = FACT.matcher(text.detail()).results().allMatch(of -> facts.containsKey(of.group(1)));
            String sentence = text.otherwise() == null || isToldAll ? text.detail() : text.otherwise();
            return fill(language, sentence, facts);
        }
    }

    /**
     * What a person reads of a code, in one language.
     *
     * @param otherwise the detail where some of its facts are not told; null where they always are
     */
    public record Text(
            String title, String detail, @Nullable String otherwise, String action) {}

    /** The entry of a code; a code that is not in the table is a programmer's error. */
    public static Entry entry(String code) {
        Entry entry = ENTRIES.get(code);
        if (entry == null) {
            throw new IllegalArgumentException("no such problem code: " + code);
        }
        return entry;
    }

    public static @Nullable Entry find(String code) {
        return ENTRIES.get(code);
    }

    /** All, by code. */
    public static Collection<Entry> all() {
        return ENTRIES.values();
    }

    /** The sentence for a field that breaks a rule. */
    public static String fieldMessage(Language language, String rule, Map<String, Object> facts) {
        return fill(language, required(properties(language), "field." + rule), facts);
    }

    private static String fill(Language language, String sentence, Map<String, Object> facts) {
        StringBuilder out = new StringBuilder(sentence.length() + 32);
        int from = 0;
        for (int open = sentence.indexOf('{'); open >= 0; open = sentence.indexOf('{', from)) {
            int close = sentence.indexOf('}', open);
            String name = sentence.substring(open + 1, close);
            Object fact = facts.get(name);
            Object unit = UNITS_OF_FACTS.containsKey(name) ? UNITS_OF_FACTS.get(name) : facts.get("unit");
            out.append(sentence, from, open).append(fact == null ? "–" : shown(language, name, fact, unit));
            from = close + 1;
        }
        return out.append(sentence, from, sentence.length()).toString();
    }

    private static String shown(Language language, String name, Object fact, @Nullable Object unit) {
        if (fact instanceof Number number && unit != null) {
            long amount = number.longValue();
            String told = unit.equals(POINTS) ? BigDecimal.valueOf(amount, 2).toPlainString() : Long.toString(amount);
            return told + ' ' + required(properties(language), "amount." + unit);
        }
        return fact instanceof Collection<?> several
                ? several.stream().map(Object::toString).collect(Collectors.joining(", "))
                : word(language, name, fact.toString());
    }

    private static String word(Language language, String name, String value) {
        String key = NO_LETTERS.matcher(value.toLowerCase(Locale.ROOT)).replaceAll("-");
        String text = properties(language).getProperty("word." + name + '.' + key);
        if (text == null) {
            return value;
        }
        Iterator<String> numbers =
                NUMBER.matcher(value).results().map(MatchResult::group).iterator();
        return PLACE_OF_NUMBER.matcher(text).replaceAll(place -> numbers.next());
    }

    private static Properties properties(Language language) {
        return language == Language.ZH ? CHINESE : ENGLISH;
    }

    private static Map<String, Entry> read() {
        Map<String, Entry> entries = new TreeMap<>();
        for (String name : ENGLISH.stringPropertyNames()) {
            if (name.endsWith(".status")) {
                String code = name.substring(0, name.length() - ".status".length());
                entries.put(
                        code,
                        new Entry(
                                code,
                                Integer.parseInt(ENGLISH.getProperty(name).trim()),
                                Boolean.parseBoolean(ENGLISH.getProperty(code + ".retryable", "false")),
                                text(ENGLISH, code),
                                text(CHINESE, code)));
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    private static Text text(Properties properties, String code) {
        return new Text(
                required(properties, code + ".title"),
                required(properties, code + ".detail"),
                properties.getProperty(code + ".otherwise"),
                required(properties, code + ".action"));
    }

    private static String required(Properties properties, String name) {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("the table of problems lacks " + name);
        }
        return value;
    }

    private static Properties properties(String resource) {
        Properties properties = new Properties();
        try (Reader reader = new InputStreamReader(
                Objects.requireNonNull(ProblemTable.class.getResourceAsStream("/" + resource), resource),
                StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
