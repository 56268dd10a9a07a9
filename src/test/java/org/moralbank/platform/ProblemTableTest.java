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
import java.util.stream.Stream;
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
    private static final Pattern LATIN = Pattern.compile("[A-Za-z]+");

    /** What a Chinese sentence may have of Latin letters: what clients send and read as it is, in whatever language. */
    private static final Set<String> SAME_IN_CHINESE = Set.copyOf(List.of(
            ("ASCII API ETag HTTPS https IANA JSON OpenAPI RFC UTF URL UUID " // names of standards
                            + "application/json Asia/Shanghai moralbank.secrets.key org.moralbank.redemption " // examples
                            + "%3B 2025-01-31T08:00:00Z 2100:M-1:MIN 3110:PUBLIC.2026:MIN 3100:2026:MIN "
                            + "Authorization Bearer Content-Type Idempotency-Key If-Match Retry-After " // headers
                            + "account asOf code errors format giver lastSeq member problem symbology team toSeq traceId " // fields
                            + "volunteer "
                            + "ACTIVE AUTHORIZE CLOSED DONE FAILED FROZEN MIN POOL PTS SALE SUSPENDED TERMINAL true false") // values
                    .split("[^A-Za-z]+")));

    /** The facts that stand in a sentence as they are: ids and references, the names and types that a request may have. */
    private static final Set<String> AS_THEY_ARE = Set.of(
            ("account allowance book category client clientRoles export file fund hold id item kin maker mediaTypes member merchant names "
                            + "organisationUnit owner redemption reference roles selfAudit settlement store team terminal "
                            + "terminalTransaction voucher")
                    .split(" "));

    /** The facts that are numbers, amounts, days or moments. */
    private static final Set<String> NUMBERS = Set.of(
            ("amount at available bytes captured carriedOver closing count current day entry first firstSeq giftsFrom held "
                            + "heldMinutes heldPoints index issued lastSeq least leastAge limit limitBytes line longest most "
                            + "mostBytes now owed payable perSale position postings refunded retryAfterSeconds reversedBy "
                            + "revokedAt seconds seq settledThrough sum through today validFrom validUntil wanted wouldBe")
                    .split(" "));

    /** The facts that are words of ours, by the code that tells them. */
    private static final Map<String, String> OUR_WORDS = Map.ofEntries(
            Map.entry("entryType", "use-other-operation"),
            Map.entry("holdStatus", "hold-not-active"),
            Map.entry("operation", "use-other-operation"),
            Map.entry("period", "limit-exceeded"),
            Map.entry("redemptionStatus", "redemption-not-captured"),
            Map.entry("settlementStatus", "settlement-not-closed"),
            Map.entry("status", "export-not-done"),
            Map.entry("voucherStatus", "voucher-not-active"),
            Map.entry("weekday", "not-on-this-day"),
            Map.entry("what", "not-found"),
            Map.entry("where", "unreadable-body"));

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
    void saysInChineseOfWhichTypeAnEntryIs() {
        isAllChinese(
                "use-other-operation",
                "entryType",
                Arrays.stream(EntryType.values())
                        .filter(type -> !type.isReversible())
                        .map(Enum::name)
                        .toList());
    }

    @Test
    void saysInChineseWhereSomethingStands() throws ClassNotFoundException {
        Set<String> redemption = names("redemptions.Redemption$Status");
        Set<String> hold = new TreeSet<>(redemption);
        hold.addAll(names("ledger.Hold$Status"));

        isAllChinese("hold-not-active", "holdStatus", hold);
        isAllChinese("redemption-not-captured", "redemptionStatus", redemption);
        isAllChinese("voucher-not-active", "voucherStatus", names("paycodes.Voucher$Status"));
        isAllChinese("settlement-not-closed", "settlementStatus", names("settlements.Settlement$Status"));
        isAllChinese("export-not-done", "status", names("exports.Export$Status"));
    }

    /** The names of an enum that only its own package sees. */
    private static Set<String> names(String type) throws ClassNotFoundException {
        return Arrays.stream(Class.forName("org.moralbank." + type).getEnumConstants())
                .map(Object::toString)
                .collect(Collectors.toSet());
    }

    @Test
    void saysNothingInEnglishInChinese() {
        Properties chinese = table("zh");

        assertThat(chinese.stringPropertyNames())
                .allSatisfy(name -> assertThat(LATIN.matcher(
                                        PLACE.matcher(chinese.getProperty(name)).replaceAll(""))
                                .results()
                                .map(MatchResult::group))
                        .isSubsetOf(SAME_IN_CHINESE));
    }

    /** A fact that is new is sorted here: a word of ours needs its Chinese, and a test above with all that it can be. */
    @Test
    void knowsOfEachFactWhetherItIsAWord() {
        Properties chinese = table("zh");
        Set<String> facts = chinese.stringPropertyNames().stream()
                .flatMap(name -> PLACE.matcher(chinese.getProperty(name)).results())
                .map(place -> place.group(1))
                .collect(Collectors.toSet());

        assertThat(facts)
                .containsExactlyInAnyOrderElementsOf(Stream.of(AS_THEY_ARE, NUMBERS, OUR_WORDS.keySet())
                        .flatMap(Set::stream)
                        .toList());
        assertThat(chinese.stringPropertyNames().stream()
                        .filter(name -> name.startsWith("word."))
                        .map(name -> name.split("\\.")[1]))
                .isSubsetOf(OUR_WORDS.keySet());
        OUR_WORDS.forEach((fact, code) -> assertThat(
                        chinese.getProperty(code + ".detail") + chinese.getProperty(code + ".otherwise"))
                .contains("{" + fact + "}"));
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
                        .detail(
                                Language.EN,
                                Map.of("account", "2300:S:PTS", "wouldBe", -1280L, "limit", -1000L, "unit", "PTS")))
                .isEqualTo("Account 2300:S:PTS would come to -12.80 points; its limit is -10.00 points.");
        assertThat(ProblemTable.entry("member-has-holds")
                        .detail(Language.EN, Map.of("member", "M-1", "heldMinutes", 30L, "heldPoints", 250L)))
                .isEqualTo("Of member M-1, 30 minutes and 2.50 points are held.");
        assertThat(ProblemTable.entry("too-many-pay-devices").detail(Language.EN, Map.of("limit", 5)))
                .startsWith("The member has 5 devices");
    }

    @Test
    void namesTheItemOfWhichAMemberMayHaveNoMore() {
        var code = ProblemTable.entry("limit-exceeded");
        Map<String, Object> facts = Map.of("item", "RICE", "period", "DAY", "limit", 2, "bought", 1, "wouldBe", 3);

        assertThat(code.detail(Language.EN, facts))
                .isEqualTo("Of item RICE the member would have 3; 2 is what a member may have (DAY).");
        assertThat(code.detail(Language.ZH, facts)).isEqualTo("商品 RICE：该成员将达到 3，限额为每日 2。");
    }

    @Test
    void saysInChineseInWhichPeriodThereIsALimit() throws ClassNotFoundException {
        isAllChinese("limit-exceeded", "period", names("merchants.Item$Period"));
    }

    /** What a person reads of amounts is never the hundredths in which programs have them. */
    @Test
    void namesTheUnitOfEachAmountThatARefusalTells() throws IOException {
        Pattern facts = Pattern.compile("facts\\(\\) \\{(.*?)\\n {4,8}\\}", Pattern.DOTALL);
        Set<String> without = sources().stream()
                .flatMap(source -> facts.matcher(source).results().map(method -> method.group(1)))
                .filter(body -> body.contains("\"wanted\"") && !body.contains("\"unit\""))
                .collect(Collectors.toSet());

        assertThat(without).isEmpty();
    }

    @Test
    void makesASentenceForWhoIsNotToldWhomItIsAbout() {
        var code = ProblemTable.entry("member-frozen");

        assertThat(code.detail(Language.EN, Map.of("member", "M-1"))).startsWith("Member M-1 is frozen");
        assertThat(code.detail(Language.EN, Map.of())).isEqualTo("The member is frozen and gives nothing.");
        assertThat(code.detail(Language.ZH, Map.of())).isEqualTo("该成员已冻结，不能支出。");
        for (String of : List.of("unknown-member", "member-closed", "account-closed")) {
            for (Language language : Language.values()) {
                assertThat(ProblemTable.entry(of).detail(language, Map.of())).doesNotContain("–");
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
