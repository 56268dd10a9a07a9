package org.moralbank;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.moralbank.access.Allowed;
import org.moralbank.access.Callers;

/** The map of packages and who may do what in them, held against the compiled classes and, for SQL, their source. */
class ArchitectureTest {
    /** From the top of the map down; those of one line never import one another. */
    private static final List<Set<String>> MAP = List.of(
            Set.of("console"),
            Set.of("events"),
            Set.of("exports", "imports"),
            Set.of("audit"),
            Set.of("reports"),
            Set.of("translog"),
            Set.of("clearing"),
            Set.of("statistics"),
            Set.of("settlements"),
            Set.of("redemptions", "transfers", "services"),
            Set.of("merchants", "paycodes"),
            Set.of("earning"),
            Set.of("members"),
            Set.of("linejobs"),
            Set.of("ledger"),
            Set.of("access"),
            Set.of("commits"),
            Set.of("verifier"),
            Set.of("platform", "proofs"));

    /** Stands beside the map: plays data through everybody's use cases, and nobody uses it. */
    private static final String DEMO = "demo";

    private static final Set<String> HTTP = Set.of(
            "jakarta.ws.rs",
            "org.jboss.resteasy.reactive",
            "io.quarkus.vertx.http",
            "io.vertx.ext.web",
            "io.vertx.core.http",
            "io.vertx.mutiny.ext.web",
            "io.vertx.mutiny.core.http",
            "java.net.http");

    /**
     * What reads requests and answers them for all resources; what several have in common, of the query or of files; and who
     * sends requests: webhooks, and the training of the JVM.
     */
    private static final Set<String> SPEAK_HTTP = Set.of(
            "BodyReader",
            "Call",
            "CallFilter",
            "EntriesAsJson",
            "JsonFirst",
            "LongRead",
            "LongReads",
            "OperationFilter",
            "PathMethods",
            "ProblemResponses",
            "ProtocolProblems",
            "ReportsAsJson",
            "Responses",
            "Trace",
            "History",
            "PeriodFiles",
            "PeriodQuery",
            "PostedQuery",
            "ReportQuery",
            "Sender",
            "MoralBank");

    /**
     * The locks and the clock of the commit, its beginning and end and the joining of what it writes, a book's number by its code, the transaction of
     * a report, the checks before there is a service, and the invariants, which are queries.
     */
    private static final Set<String> SPEAK_SQL_TOO = Set.of(
            "Lane",
            "LaneConnection",
            "BookLocks",
            "Flight",
            "Attempt",
            "Joiner",
            "Books",
            "Snapshots",
            "DatabaseChecks",
            "DatabaseReady",
            "DatabaseRoles",
            "Check");

    /**
     * A text that begins as a statement does: in capitals, as ours are written, or otherwise with enough of it to be no
     * sentence.
     */
    private static final Pattern SQL = Pattern.compile("""
            "\\s*(?:
              (?:SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE|LOCK|SET|RESET|SHOW|DISCARD|CREATE|ALTER|DROP|TRUNCATE|GRANT
                |REVOKE|COPY|EXPLAIN|ANALYZE|VACUUM|CALL|DO|DECLARE|FETCH|LISTEN|NOTIFY|SAVEPOINT|START\\ TRANSACTION|BEGIN|COMMIT
                |ROLLBACK|END)(?=[\\s;"])
            | (?i:select\\s[^"]*?\\sfrom\\b|insert\\s+into\\b|update\\s+\\w+\\s+set\\b|delete\\s+from\\b|merge\\s+into\\b
                |with\\s+(?:recursive\\s+)?\\w+[^"]*?\\sas\\s+(?:materialized\\s+)?[(]|lock\\s+table\\b|truncate\\s+table\\b
                |set\\s+local\\b|create\\s+(?:table|index|role|database)\\b|discard\\s+(?:all|plans)\\b))
            """, Pattern.COMMENTS);

    /** The name of the header, which an example may have, too, or a constant of it. */
    private static final Pattern AUTHORIZATION =
            Pattern.compile("(?i)(?<!name = )\"authorization\"|HttpHeaders\\.AUTHORIZATION");

    private static final Set<String> INPUT_AND_OUTPUT = Set.of(
            "io.vertx",
            "io.smallrye.mutiny",
            "io.quarkus",
            "jakarta",
            "java.sql",
            "java.net",
            "java.nio.file",
            "org.hibernate");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.moralbank");

    @Test
    void importsPointDownTheMap() {
        Set<String> faults = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String from = packageOf(each);
                String to = packageOf(dependency.getTargetClass());
                if (!mayImport(from, to)) {
                    faults.add(dependency.getDescription());
                }
            }
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void theMapSaysWhoMayImportWhom() {
        assertThat(mayImport("transfers", "ledger")).isTrue();
        assertThat(mayImport("services", "earning")).isTrue();
        assertThat(mayImport("clearing", "redemptions")).isTrue();
        assertThat(mayImport("demo", "services")).isTrue();
        assertThat(mayImport("ledger", "transfers")).isFalse();
        assertThat(mayImport("earning", "services")).isFalse();
        assertThat(mayImport("transfers", "redemptions")).isFalse();
        assertThat(mayImport("platform", "commits")).isFalse();
        assertThat(mayImport("services", "demo")).isFalse();
        assertThat(mayImport("transfers", "")).isFalse();
    }

    @Test
    void eachPackageIsOnTheMap() {
        Set<String> packages = new TreeSet<>();
        CLASSES.forEach(each -> packages.add(packageOf(each)));

        assertThat(packages).allMatch(name -> name.isEmpty() || name.equals(DEMO) || lineOf(name) >= 0);
    }

    /** What the kernel is compared with would otherwise be wrong where the kernel is. */
    @Test
    void theNaiveBooksShareNothingWithTheKernel() {
        Set<String> used = new TreeSet<>();
        for (JavaClass each : new ClassFileImporter().importPath("target/test-classes/org/moralbank/ledger")) {
            if (each.getName().matches("org\\.moralbank\\.ledger\\.NaiveBooks(\\$.*)?")) {
                each.getDirectDependenciesFromSelf()
                        .forEach(dependency -> used.add(dependency
                                .getTargetClass()
                                .getBaseComponentType()
                                .getName()
                                .replaceFirst("\\$.*", "")));
            }
        }

        assertThat(used).contains("org.moralbank.ledger.RandomWork");
        assertThat(used)
                .allMatch(name -> name.matches(
                        "[a-z]+|java\\..*|org\\.jspecify\\..*|org\\.moralbank\\.ledger\\.(NaiveBooks|RandomWork)"));
    }

    /** NullAway looks at no others. */
    @Test
    void eachPackageIsNullMarked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            if (!each.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(each.getPackageName());
            }
        }

        assertThat(unmarked).isEmpty();
    }

    /** An auditor runs it with nothing but Java, and reads it without knowing ours. */
    @Test
    void theVerifierNeedsNothingButJava() {
        Set<String> faults = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            if (Set.of("verifier", "proofs").contains(packageOf(each))) {
                each.getDirectDependenciesFromSelf().stream()
                        .filter(
                                dependency -> !dependency
                                        .getTargetClass()
                                        .getName()
                                        .matches(
                                                "(\\[*L?)?(java\\.|org\\.jspecify\\.|org\\.moralbank\\.(verifier|proofs)\\.).*|[^.]+"))
                        .map(Dependency::getDescription)
                        .forEach(faults::add);
            }
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void sqlStandsInStoresAndTables() throws IOException {
        Set<String> elsewhere = new TreeSet<>();
        try (var files = Files.walk(java.nio.file.Path.of("src/main/java"))) {
            for (java.nio.file.Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String name = file.getFileName().toString().replace(".java", "");
                if (!name.endsWith("Store")
                        && !name.endsWith("Table")
                        && SQL.matcher(Files.readString(file)).find()) {
                    elsewhere.add(name);
                }
            }
        }

        assertThat(elsewhere).containsExactlyInAnyOrderElementsOf(SPEAK_SQL_TOO);
    }

    @Test
    void sqlIsFoundHoweverItIsWritten() {
        assertThat(List.of(
                        "\"SELECT 1\"",
                        "\"\"\"\n    SELECT book_id\n",
                        "\"select book_id from ledger_book\"",
                        "\"INSERT INTO t VALUES (1)\"",
                        "\"insert into t values (1)\"",
                        "\"UPDATE t SET a = 1\"",
                        "\"update t set a = 1\"",
                        "\"DELETE FROM t\"",
                        "\"delete from t\"",
                        "\"\"\"\n    WITH RECURSIVE a AS (",
                        "\"with a as (select 1)\"",
                        "\"LOCK TABLE t\"",
                        "\"SET LOCAL jit = off\"",
                        "\"CREATE TABLE t (a int)\"",
                        "\"DISCARD ALL\"",
                        "\"ROLLBACK\""))
                .allMatch(text -> SQL.matcher(text).find());
        assertThat(List.of(
                        "\"select a book\"",
                        "\"with \" + n + \" lines\"",
                        "\"set by hand\"",
                        "\"update of a member\"",
                        "\"CREATED\"",
                        "\"GRANT_TIME\"",
                        "\"settlement\""))
                .noneMatch(text -> SQL.matcher(text).find());
    }

    /** Who calls is known from one place: tokens of another kind are to be let in there. */
    @Test
    void oneReadsTheHeaderThatSaysWhoCalls() throws IOException {
        Set<String> readers = new TreeSet<>();
        try (var files = Files.walk(java.nio.file.Path.of("src/main/java"))) {
            for (java.nio.file.Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                if (AUTHORIZATION.matcher(Files.readString(file)).find()) {
                    readers.add(file.getFileName().toString());
                }
            }
        }
        Set<String> identifiers = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            each.getMethodCallsFromSelf().stream()
                    .filter(call -> call.getTargetOwner().isEquivalentTo(Callers.class)
                            && call.getTarget().getName().equals("identify"))
                    .forEach(call -> identifiers.add(outermost(each) + ".java"));
        }

        assertThat(readers).containsExactly("CallFilter.java");
        assertThat(identifiers).isEqualTo(readers);
    }

    @Test
    void httpStandsInResources() {
        Set<String> elsewhere = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            String name = outermost(each);
            if (!name.endsWith("Resource")
                    && each.getDirectDependenciesFromSelf().stream()
                            .map(dependency -> dependency.getTargetClass().getName())
                            .anyMatch(target -> HTTP.stream().anyMatch(http -> target.startsWith(http + ".")))) {
                elsewhere.add(name);
            }
        }

        assertThat(elsewhere).containsExactlyInAnyOrderElementsOf(SPEAK_HTTP);
    }

    @Test
    void noNameSaysNothing() {
        noClasses()
                .should()
                // Of outermost classes: a refusal inside may well be about a service.
                .haveNameMatching("[^$]*(Service|Manager|Impl|Dto|DTO|(Mapper|Util|Helper)s?)")
                .check(CLASSES);
    }

    @Test
    void theKernelDecidesWithoutInputOrOutput() {
        List<String> faults = new ArrayList<>();
        for (JavaClass each : kernel()) {
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getFullName();
                if (INPUT_AND_OUTPUT.stream().anyMatch(name -> target.startsWith(name + "."))) {
                    faults.add(dependency.getDescription());
                }
            }
            each.getMethodCallsFromSelf().stream()
                    .filter(call -> call.getTarget().getName().equals("now")
                            && call.getTargetOwner().getPackageName().startsWith("java.time"))
                    .forEach(call -> faults.add(call.getDescription()));
        }

        assertThat(faults).isEmpty();
    }

    @Test
    void eachOperationNamesItsRoles() {
        methods()
                .that()
                .areDeclaredInClassesThat(DescribedPredicate.describe(
                        "are under /v1",
                        each -> each.isAnnotatedWith(Path.class)
                                && each.getAnnotationOfType(Path.class).value().startsWith("/v1")))
                .and(DescribedPredicate.describe("answer requests", ArchitectureTest::isOperation))
                .should()
                .beAnnotatedWith(Allowed.class)
                .check(CLASSES);
    }

    private static boolean isOperation(JavaMethod method) {
        return method.getAnnotations().stream()
                .anyMatch(annotation -> annotation.getRawType().isAnnotatedWith("jakarta.ws.rs.HttpMethod")
                        || Set.of("GET", "PUT", "POST", "DELETE", "PATCH")
                                .contains(annotation.getRawType().getSimpleName()));
    }

    /** The ledger's functions and all in its package that they use, up to the tables, which they only name. */
    private static Set<JavaClass> kernel() {
        Set<JavaClass> kernel = new LinkedHashSet<>();
        Deque<JavaClass> open = new ArrayDeque<>();
        open.add(CLASSES.get("org.moralbank.ledger.Ledger"));
        while (!open.isEmpty()) {
            JavaClass each = open.remove();
            if (kernel.add(each)) {
                each.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .filter(target -> packageOf(target).equals("ledger"))
                        .filter(target -> !outermost(target).endsWith("Table"))
                        .forEach(open::add);
            }
        }
        assertThat(kernel).hasSizeGreaterThan(10);
        return kernel;
    }

    private static boolean mayImport(String from, String to) {
        if (to.equals(from) || from.isEmpty() || to.equals("elsewhere")) {
            return true;
        }
        if (from.equals(DEMO)) {
            return !to.isEmpty();
        }
        return lineOf(to) > lineOf(from);
    }

    private static int lineOf(String name) {
        for (int line = 0; line < MAP.size(); line++) {
            if (MAP.get(line).contains(name)) {
                return line;
            }
        }
        return -1;
    }

    /** Its name below ours; empty for our top package. */
    private static String packageOf(JavaClass each) {
        String name = each.getBaseComponentType().getPackageName();
        if (!name.startsWith("org.moralbank")) {
            return "elsewhere";
        }
        return name.length() == "org.moralbank".length() ? "" : name.substring("org.moralbank.".length());
    }

    private static String outermost(JavaClass each) {
        JavaClass outer = each;
        while (outer.getEnclosingClass().isPresent()) {
            outer = outer.getEnclosingClass().get();
        }
        return outer.getSimpleName();
    }
}
