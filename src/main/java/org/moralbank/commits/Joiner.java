package org.moralbank.commits;

import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes one statement of several. The server answers each statement by a packet of its own and wakes its client for it;
 * where a commit is as many statements as it has tables, that is a tenth of its time.
 *
 * <p>The parts of a statement all see the tables as they were before it and are executed in no certain order. So those are
 * joined that do nothing but insert or update, and of which none names a table that another one writes. Not thread-safe.
 */
final class Joiner {
    /** What a commit sends to the server. */
    record Statement(String sql, Tuple arguments) {}

    private static final Pattern WRITES = Pattern.compile("\\A(?:INSERT INTO|UPDATE) (\\w+)");
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+)");
    private static final Pattern NAME = Pattern.compile("\\w+");

    private final int mostCombinations;
    private final Map<String, Part> parts = new HashMap<>();
    private final Map<List<String>, String> combinations = new HashMap<>();

    /**
     * @param mostCombinations how many joined statements there may be, each of which the server plans once and keeps. What
     *     would be one more goes out as it came.
     */
    Joiner(int mostCombinations) {
        this.mostCombinations = mostCombinations;
    }

    /**
     * What a statement is by its text.
     *
     * @param writes the table that it writes; null when it does something else
     */
    private record Part(@Nullable String writes, Set<String> names) {
        static Part of(String sql) {
            Matcher writes = WRITES.matcher(sql);
            return new Part(
                    writes.find() ? writes.group(1) : null,
                    NAME.matcher(sql).results().map(MatchResult::group).collect(Collectors.toUnmodifiableSet()));
        }

        /** Whether it may matter which of the two is executed first. */
        boolean isBoundTo(Part other) {
            return writes == null
                    || other.writes == null
                    || names.contains(other.writes)
                    || other.names.contains(writes);
        }
    }

    /** Statements that may be executed in any order, or as one. */
    private record Group(List<Statement> statements, List<Part> parts) {
        Group() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        boolean isBoundTo(Part part) {
            return parts.stream().anyMatch(part::isBoundTo);
        }
    }

    /** The statements, as few as they can be; where it may matter which is executed first, they are in their order. */
    List<Statement> join(List<Statement> statements) {
        List<Group> groups = new ArrayList<>();
        for (Statement statement : statements) {
            Part part = parts.computeIfAbsent(statement.sql, Part::of);
            int place = groups.size();
            while (place > 0 && !groups.get(place - 1).isBoundTo(part)) {
                place--;
            }
            if (place == groups.size()) {
                groups.add(new Group());
            }
            groups.get(place).statements.add(statement);
            groups.get(place).parts.add(part);
        }
        return groups.stream()
                .flatMap(group -> joined(group.statements).stream())
                .toList();
    }

    private List<Statement> joined(List<Statement> group) {
        // In one order, so that it is one combination however the works came.
        List<Statement> ordered =
                group.stream().sorted(Comparator.comparing(Statement::sql)).toList();
        List<String> texts = ordered.stream().map(Statement::sql).toList();
        String sql = combinations.get(texts);
        if (sql == null) {
            if (texts.size() == 1 || combinations.size() == mostCombinations) {
                return group;
            }
            sql = joinedText(texts);
            combinations.put(texts, sql);
        }
        Tuple arguments = Tuple.tuple();
        for (Statement part : ordered) {
            for (int i = 0; i < part.arguments.size(); i++) {
                arguments.addValue(part.arguments.getValue(i));
            }
        }
        return List.of(new Statement(sql, arguments));
    }

    /** All but the last as common table expressions; parameters are counted on from one to the next. */
    private static String joinedText(List<String> texts) {
        StringBuilder sql = new StringBuilder("WITH ");
        int parameters = 0;
        for (int i = 0; i < texts.size(); i++) {
            int before = parameters;
            parameters += (int) PARAMETER
                    .matcher(texts.get(i))
                    .results()
                    .map(MatchResult::group)
                    .distinct()
                    .count();
            String text = PARAMETER
                    .matcher(texts.get(i))
                    .replaceAll(parameter -> "\\$" + (before + Integer.parseInt(parameter.group(1))));
            boolean last = i == texts.size() - 1;
            sql.append(last ? "\n" + text : (i == 0 ? "" : ", ") + "part_" + (i + 1) + " AS (\n" + text + ")");
        }
        return sql.toString();
    }
}
