package org.moralbank.ledger;

import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of a book are meant; what is null restricts nothing.
 *
 * @param types any of these; all when it is empty
 * @param account an account's id: entries that post to it
 * @param group entries that were made together
 * @param parties who take part, each of them
 * @param occurredFrom the first day on which it may have happened
 * @param occurredTo the last
 */
public record EntryFilter(
        List<EntryType> types,
        @Nullable Unit unit,
        @Nullable String reference,
        @Nullable AccountPath account,
        @Nullable UUID group,
        List<Party> parties,
        @Nullable LocalDate occurredFrom,
        @Nullable LocalDate occurredTo) {
    /** Every entry. */
    public static final EntryFilter ALL = new EntryFilter(List.of(), null, null, null, null, List.of(), null, null);

    /** Entries of some types, as a feature lists its own. */
    public static EntryFilter ofTypes(EntryType... types) {
        return new EntryFilter(List.of(types), null, null, null, null, List.of(), null, null);
    }

    public EntryFilter withUnit(@Nullable Unit wanted) {
        return new EntryFilter(types, wanted, reference, account, group, parties, occurredFrom, occurredTo);
    }

    public EntryFilter withReference(@Nullable String wanted) {
        return new EntryFilter(types, unit, wanted, account, group, parties, occurredFrom, occurredTo);
    }

    /** Restricts the day on which it happened; both ends are included. */
    public EntryFilter withOccurred(@Nullable LocalDate from, @Nullable LocalDate to) {
        return new EntryFilter(types, unit, reference, account, group, parties, from, to);
    }

    /** Restricts who takes part, besides those who are to already; null is anybody. */
    public EntryFilter withParty(@Nullable Party wanted) {
        if (wanted == null) {
            return this;
        }
        List<Party> all = Stream.concat(parties.stream(), Stream.of(wanted)).toList();
        return new EntryFilter(types, unit, reference, account, group, all, occurredFrom, occurredTo);
    }

    /** Whether an account that has any of its postings among these entries has all of them there. */
    boolean keepsAccountsWhole() {
        return equals(ALL.withUnit(unit));
    }
}
