package org.moralbank.commits;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.moralbank.commits.Joiner.Statement;

/** Which statements go out as one, and that the others stay in their order. */
class JoinerTest {
    private final Joiner joiner = new Joiner(8);

    private static Statement statement(String sql, Object... arguments) {
        return new Statement(sql, Tuple.tuple(List.of(arguments)));
    }

    private static List<Object> arguments(Statement statement) {
        return IntStream.range(0, statement.arguments().size())
                .mapToObj(statement.arguments()::getValue)
                .toList();
    }

    private List<String> joined(String... sql) {
        return joiner.join(List.of(sql).stream().map(JoinerTest::statement).toList()).stream()
                .map(Statement::sql)
                .toList();
    }

    @Test
    void statementsOfDifferentTablesAreOneAndTheirParametersAreCountedOn() {
        List<Statement> one = joiner.join(List.of(
                statement("UPDATE b SET x = $2, y = $2 WHERE id = $1", 10L, "b"),
                statement("INSERT INTO a VALUES ($1)", "a"),
                statement("UPDATE c SET x = $1, y = $2", "c", "d")));

        assertThat(one).hasSize(1);
        assertThat(one.getFirst().sql()).isEqualToIgnoringWhitespace("""
                WITH part_1 AS (INSERT INTO a VALUES ($1)), part_2 AS (UPDATE b SET x = $3, y = $3 WHERE id = $2)
                UPDATE c SET x = $4, y = $5""");
        assertThat(arguments(one.getFirst())).containsExactly("a", 10L, "b", "c", "d");
    }

    @Test
    void theOrderInWhichTheyCameMakesNoOtherStatement() {
        assertThat(joined("INSERT INTO a", "INSERT INTO b", "UPDATE c"))
                .isEqualTo(joined("UPDATE c", "INSERT INTO b", "INSERT INTO a"))
                .hasSize(1);
    }

    @Test
    void whatWritesATableThatWasWrittenComesAfterIt() {
        assertThat(joined("INSERT INTO a", "UPDATE a SET x", "INSERT INTO b"))
                .containsExactly("WITH part_1 AS (\nINSERT INTO a)\nINSERT INTO b", "UPDATE a SET x");
    }

    @Test
    void whatReadsATableThatWasWrittenComesAfterIt() {
        assertThat(joined("INSERT INTO a", "UPDATE b SET x FROM a"))
                .containsExactly("INSERT INTO a", "UPDATE b SET x FROM a");
    }

    @Test
    void whatWritesATableThatWasReadComesAfterIt() {
        assertThat(joined("UPDATE b SET x FROM a", "INSERT INTO a"))
                .containsExactly("UPDATE b SET x FROM a", "INSERT INTO a");
    }

    @Test
    void nothingPassesAStatementThatDoesMoreThanInsertOrUpdate() {
        assertThat(joined("INSERT INTO a", "SELECT 1", "INSERT INTO b"))
                .containsExactly("INSERT INTO a", "SELECT 1", "INSERT INTO b");
        assertThat(joined("INSERT INTO a", "DELETE FROM c", "INSERT INTO b"))
                .containsExactly("INSERT INTO a", "DELETE FROM c", "INSERT INTO b");
    }

    @Test
    void nothingPassesWhatItIsBoundToThoughThereIsRoomBefore() {
        // The last could stand beside the first but must see what the second wrote.
        assertThat(joined("INSERT INTO a", "UPDATE a SET x", "UPDATE b SET y FROM a"))
                .containsExactly("INSERT INTO a", "UPDATE a SET x", "UPDATE b SET y FROM a");
    }

    @Test
    void combinationsPastTheMostGoOutAsTheyCame() {
        Joiner of1 = new Joiner(1);
        List<Statement> first = List.of(statement("INSERT INTO b"), statement("INSERT INTO a"));
        List<Statement> second = List.of(statement("INSERT INTO c"), statement("INSERT INTO a"));

        assertThat(of1.join(first)).hasSize(1);
        assertThat(of1.join(second)).isEqualTo(second);
        assertThat(of1.join(first)).hasSize(1);
    }

    @Test
    void nothingIsNothing() {
        assertThat(joiner.join(List.of())).isEmpty();
    }
}
