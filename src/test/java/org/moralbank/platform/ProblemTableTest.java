package org.moralbank.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.moralbank.ledger.EntryType;

class ProblemTableTest {
    private static final Path CODE = Path.of("src/main/java");
    private static final Path TABLES = Path.of("src/main/resources");

    /** The body of a rejection's code(), and what a rejection of a bare code is made with. */
    private static final Pattern CODE_METHOD =
            Pattern.compile("String code\\(\\) \\{(.*?)\\n {4,8}\\}", Pattern.DOTALL);

    private static final Pattern PLAIN = Pattern.compile("\\bPlain\\(\\s*\"([a-z-]+)\"");
    private static final Pattern LISTED =
            Pattern.compile("x-problem-codes\",\\s*value\\s*=\\s*((?:\\s*\\+?\\s*\"[^\"]*\")+)");
    private static final Pattern TEXT = Pattern.compile("\"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\"");
    private static final Pattern RULE =
            Pattern.compile("(?:fault|FieldFault|Invalid\\.field)\\(\\s*[^,;]+,\\s*\"([a-z-]+)\"");
    /** What a path names that has nothing under it, in a rejection or handed to what makes one. */
    private static final Pattern KIND =
            Pattern.compile("\\b(?:NotFound|notFound|orNotFound|reads\\.one)\\((?:[^()\";]*,)?\\s*\"([^\"]+)\"");

    /** The verifier's own sentence, which is in English; in Chinese only the place is told. */
    private static final String ENGLISH_REASON = "export-does-not-hold.detail";

    private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

    @Test
    void hasEachCodeThatIsUsed() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String source : sources()) {
            CODE_METHOD.matcher(source).results().forEach(method -> texts(method.group(1), used));
            PLAIN.matcher(source).results().forEach(plain -> used.add(plain.group(1)));
            LISTED.matcher(source)
                    .results()
                    .forEach(listed -> used.addAll(List.of(
                            listed.group(1).replaceAll("[\"+]", " ").strip().split("\\s+"))));
        }

        used.remove("");
        assertThat(used).hasSizeGreaterThan(20);
        assertThat(codes()).containsAll(used);
    }

    @Test
    void hasNoCodeThatNothingUses() throws IOException {
        Set<String> texts = new TreeSet<>();
        for (String source : sources()) {
            texts(source, texts);
        }

        assertThat(texts).containsAll(codes());
    }

    @Test
    void hasEachRuleOfFields() throws IOException {
        Set<String> rules = new TreeSet<>();
        for (String source : sources()) {
            RULE.matcher(source).results().forEach(rule -> rules.add("field." + rule.group(1)));
        }

        assertThat(rules).hasSizeGreaterThan(8);
        assertThat(table("en").stringPropertyNames()).containsAll(rules);
    }

    @Test
    void saysTheSameInBothLanguages() {
        Properties english = table("en");
        Properties chinese = table("zh");

        Set<String> sentences = english.stringPropertyNames().stream()
                .filter(name -> !name.endsWith(".status") && !name.endsWith(".retryable"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(chinese.stringPropertyNames().stream().filter(name -> !name.startsWith("word.")))
                .containsExactlyInAnyOrderElementsOf(sentences);
        assertThat(sentences).allSatisfy(name -> {
            if (!name.equals(ENGLISH_REASON)) {
                assertThat(places(chinese.getProperty(name))).isEqualTo(places(english.getProperty(name)));
            }
            assertThat(english.getProperty(name)).isNotBlank();
            assertThat(chinese.getProperty(name)).isNotBlank();
        });
    }

    @Test
    void saysInChineseWhatIsNotFound() throws IOException {
        Set<String> kinds = new TreeSet<>();
        for (String source : sources()) {
            KIND.matcher(source).results().forEach(kind -> kinds.add(kind.group(1)));
        }

        assertThat(kinds).contains("resource", "member", "service record", "transfer", "webhook", "tile");
        isAllChinese("not-found", "what", kinds);
    }

    @Test
    void saysInChineseWhatTakesAnEntryBack() {
        Set<String> operations = Arrays.stream(EntryType.values())
                .map(EntryType::takenBackBy)
                .filter(operation -> !operation.isEmpty())
                .collect(Collectors.toSet());

        isAllChinese("use-other-operation", "operation", operations);
    }

    @Test
    void saysInChineseOnWhichDayOfTheWeek() {
        isAllChinese(
                "not-on-this-day",
                "weekday",
                Arrays.stream(DayOfWeek.values()).map(Enum::name).toList());
    }

    @Test
    void saysInChineseWhereABodyCannotBeRead() {
        var code = ProblemTable.entry("unreadable-body");

        assertThat(code.detail(Language.ZH, Map.of("where", "line 3, column 17")))
                .isEqualTo("请求体不是 JSON：第 3 行第 17 列。");
        assertThat(code.detail(Language.EN, Map.of("where", "line 3, column 17")))
                .isEqualTo("The body is not JSON: line 3, column 17.");
        assertThat(code.detail(Language.ZH, Map.of("where", "not UTF-8"))).isEqualTo("请求体不是 JSON：编码不是 UTF-8。");
        assertThat(code.detail(Language.ZH, Map.of("where", "an unknown place")))
                .isEqualTo("请求体不是 JSON：位置不明。");
    }

    @Test
    void saysInChineseWhereAnExportDoesNotHold() {
        var code = ProblemTable.entry("export-does-not-hold");
        var reason = "entries.jsonl line 3 (entry 3): its postings sum to 1";

        assertThat(code.detail(Language.ZH, Map.of("reason", reason, "file", "entries.jsonl", "line", 3L, "seq", 3L)))
                .isEqualTo("导出包有一处不符：文件 entries.jsonl，第 3 行，凭证号 3（“–”表示不涉及）。未保留任何内容。");
        assertThat(code.detail(Language.EN, Map.of("reason", reason))).isEqualTo(reason + ". Nothing was kept.");
    }

    /** Whether a sentence has no English word with any value of a fact; and has no words that are nobody's. */
    private static void isAllChinese(String code, String fact, Collection<String> values) {
        assertThat(values).allSatisfy(value -> {
            ProblemTable.Entry entry = ProblemTable.entry(code);
            assertThat(entry.detail(Language.ZH, Map.of(fact, value))).doesNotContainPattern("[A-Za-z]");
            assertThat(entry.detail(Language.EN, Map.of(fact, value))).contains(value);
        });
        assertThat(table("zh").stringPropertyNames().stream().filter(name -> name.startsWith("word." + fact + ".")))
                .hasSize(values.size());
    }

    /** A customer who reads it has 50 hundredths of a point, and not 50 points. */
    @Test
    void tellsAmountsAsAPersonReadsThem() {
        var code = ProblemTable.entry("insufficient-balance");

        assertThat(code.detail(Language.EN, Map.of("available", 50L, "wanted", 25_000L, "unit", "PTS")))
                .isEqualTo("0.50 points are available; 250.00 points were asked for.");
        assertThat(code.detail(Language.ZH, Map.of("available", 50L, "wanted", 25_000L, "unit", "PTS")))
                .isEqualTo("可用 0.50 积分，请求 250.00 积分。");
        assertThat(code.detail(Language.ZH, Map.of("available", 50L, "wanted", 120L, "unit", "MIN")))
                .isEqualTo("可用 50 分钟，请求 120 分钟。");
        assertThat(ProblemTable.entry("limit-exceeded")
                        .detail(Language.EN, Map.of("wouldBe", -1280L, "limit", -1000L, "unit", "PTS")))
                .isEqualTo("What was asked for would come to -12.80 points; the limit is -10.00 points.");
        assertThat(ProblemTable.entry("too-many-pay-devices").detail(Language.EN, Map.of("limit", 5)))
                .startsWith("The member has 5 devices");
    }

    @Test
    void makesASentenceForWhoIsNotToldWhomItIsAbout() {
        var code = ProblemTable.entry("member-frozen");

        assertThat(code.detail(Language.EN, Map.of("member", "M-1"))).startsWith("Member M-1 is frozen");
        assertThat(code.detail(Language.EN, Map.of())).isEqualTo("The member is frozen and gives nothing.");
        assertThat(code.detail(Language.ZH, Map.of())).isEqualTo("该成员已冻结，不能支出。");
        for (String hidden : List.of("unknown-member", "member-closed", "account-closed")) {
            for (Language language : Language.values()) {
                assertThat(ProblemTable.entry(hidden).detail(language, Map.of()))
                        .doesNotContain("–");
            }
        }
    }

    @Test
    void tellsLanguagesApartByTheTitle() {
        assertThat(ProblemTable.all()).allSatisfy(entry -> {
            assertThat(entry.english().title()).matches("\\p{ASCII}+");
            assertThat(entry.chinese().title()).matches("(?s).*\\P{ASCII}.*");
        });
    }

    @Test
    void givesEachCodeAStatusOfTheContract() {
        assertThat(ProblemTable.all()).allSatisfy(entry -> {
            assertThat(entry.code()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
            assertThat(entry.status()).isIn(400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 500, 503);
        });
    }

    /** A properties file keeps the last of two lines with one name, and says nothing. */
    @Test
    void saysNothingTwice() throws IOException {
        for (String language : List.of("en", "zh")) {
            List<String> names = Files.readAllLines(TABLES.resolve("problems_" + language + ".properties")).stream()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.substring(0, line.indexOf('=')).strip())
                    .toList();

            assertThat(names).doesNotHaveDuplicates();
        }
    }

    private static Set<String> codes() {
        return ProblemTable.all().stream().map(ProblemTable.Entry::code).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void texts(String source, Set<String> into) {
        TEXT.matcher(source).results().map(found -> found.group(1)).forEach(into::add);
    }

    private static Set<String> places(String sentence) {
        return PLACE.matcher(sentence).results().map(MatchResult::group).collect(Collectors.toSet());
    }

    @Test
    void theReadmesTellTheSameTable() {
        for (Language language : Language.values()) {
            String readme = read(Path.of(language == Language.EN ? "README.md" : "README.zh-CN.md"));
            List<String> told = Pattern.compile("^\\| `[a-z-]+` \\| \\d{3} \\|.*$", Pattern.MULTILINE)
                    .matcher(readme)
                    .results()
                    .map(MatchResult::group)
                    .toList();

            assertThat(told)
                    .as(language.tag())
                    .containsExactlyInAnyOrderElementsOf(ProblemTable.all().stream()
                            .map(entry -> "| `%s` | %d | %s | %s |"
                                    .formatted(
                                            entry.code(),
                                            entry.status(),
                                            entry.title(language),
                                            entry.text(language).action()))
                            .toList());
        }
    }

    private static List<String> sources() throws IOException {
        try (var files = Files.walk(CODE)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .map(ProblemTableTest::read)
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Properties table(String language) {
        Properties table = new Properties();
        try (Reader reader = Files.newBufferedReader(
                TABLES.resolve("problems_" + language + ".properties"), StandardCharsets.UTF_8)) {
            table.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return table;
    }
}
