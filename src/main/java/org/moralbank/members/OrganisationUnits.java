package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Ask;
import org.moralbank.commits.Commits;
import org.moralbank.commits.Needs;
import org.moralbank.commits.Work;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Ledger;
import org.moralbank.members.OrganisationUnitTable.Key;
import org.moralbank.platform.Moments;

/** Adds nodes to the organisation. */
@ApplicationScoped
public class OrganisationUnits {
    static final OrganisationUnitTable UNITS = new OrganisationUnitTable();

    private final Commits commits;

    OrganisationUnits(Commits commits) {
        this.commits = commits;
    }

    /** What a unit is to be; {@code kind} as in the API. */
    public record NewUnit(
            String code,
            @Nullable String parent,
            String kind,
            String name,
            @Nullable String book) {}

    /**
     * Adds a unit, as a work of book 0. Refuses a code that is taken, a parent or a book that is not there, and a book that
     * another unit keeps.
     */
    public Uni<Answer> add(Ask ask, NewUnit said) {
        return commits.submit(ask, 0, new Work() {
            @Override
            public void needs(Needs needs) {
                needs.row(UNITS, new Key.Code(said.code()));
                if (said.parent() != null) {
                    needs.row(UNITS, new Key.Code(said.parent()));
                }
                if (said.book() != null) {
                    needs.row(UNITS, new Key.Keeper(said.book()));
                    Ledger.needBook(needs, said.book());
                }
            }

            @Override
            public Answer decide(WorkingSet set) {
                if (set.find(UNITS, new Key.Code(said.code())) != null) {
                    throw new OrganisationRejection.UnitExists(said.code()).refused();
                }
                if (said.parent() != null && set.find(UNITS, new Key.Code(said.parent())) == null) {
                    throw new OrganisationRejection.UnknownUnit(said.parent()).refused();
                }
                if (said.book() != null) {
                    refuseBook(set, said.book());
                }
                OrganisationUnit unit = new OrganisationUnit(
                        said.code(),
                        said.parent(),
                        OrganisationUnit.Kind.valueOf(said.kind()),
                        said.name(),
                        said.book(),
                        Moments.kept(set.now()));
                set.put(UNITS, new Key.Code(unit.code()), unit);
                if (unit.book() != null) {
                    set.put(UNITS, new Key.Keeper(unit.book()), unit);
                }
                return Answer.created("/v1/organisation-units/" + unit.code(), unit);
            }
        });
    }

    private static void refuseBook(WorkingSet set, String book) {
        if (!Ledger.isBook(set, book)) {
            throw new OrganisationRejection.UnknownBook(book).refused();
        }
        OrganisationUnit keeper = set.find(UNITS, new Key.Keeper(book));
        if (keeper != null) {
            throw new OrganisationRejection.BookKept(book, keeper.code()).refused();
        }
    }
}
