package org.moralbank.exports;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Language;
import org.moralbank.reports.Scope;

/**
 * What of a book is exported, and how: resolved, so that the same selection gives the same files at any time.
 *
 * @param firstSeq entries from this one …
 * @param lastSeq … to this one, which the book has reached; {@code firstSeq - 1} when there is none
 * @param from and of them those that happened on this day or later, or all
 * @param to or up to this day
 * @param asOf the moment that {@code lastSeq} was found by, if it was
 * @param contents in order, none twice; so are the formats
 */
record Selection(
        long firstSeq,
        long lastSeq,
        @Nullable LocalDate from,
        @Nullable LocalDate to,
        @Nullable Instant asOf,
        Set<PackFile.Content> contents,
        Set<PackFile.Format> formats,
        Language language,
        boolean byteOrderMark) {
    Selection {
        contents = inOrder(contents);
        formats = inOrder(formats);
    }

    private static <E extends Enum<E>> Set<E> inOrder(Set<E> set) {
        return Collections.unmodifiableSet(EnumSet.copyOf(set));
    }

    /** Whether no entry between the first and the last is left out. */
    @JsonIgnore
    boolean isGapless() {
        return from == null && to == null;
    }

    /** Whether a checkpoint can be held against these entries: they are in, and follow one another. */
    @JsonIgnore
    boolean isOfLog() {
        return lastSeq >= firstSeq && isGapless() && files().contains(PackFile.ENTRIES);
    }

    LocalDate firstDay() {
        return from == null ? LocalDate.of(1, 1, 1) : from;
    }

    LocalDate lastDay() {
        return to == null ? LocalDate.of(9999, 12, 31) : to;
    }

    /** The same, where all up to an entry is known to have happened before the first day. */
    Selection behind(long seq) {
        return new Selection(
                Math.max(firstSeq, Math.min(seq, lastSeq) + 1),
                lastSeq,
                from,
                to,
                asOf,
                contents,
                formats,
                language,
                byteOrderMark);
    }

    /**
     * What a trial balance counts.
     *
     * @param before up to this entry all is known to have happened before the first day, or else before the last one
     */
    Scope scope(long before) {
        if (isGapless()) {
            return Scope.ofEntries(firstSeq, lastSeq);
        }
        return new Scope(
                lastSeq,
                firstSeq == 1 ? null : firstSeq,
                from,
                to,
                Math.min(before, firstSeq == 1 ? lastSeq : firstSeq - 1));
    }

    List<PackFile> files() {
        return PackFile.of(contents, formats);
    }
}
