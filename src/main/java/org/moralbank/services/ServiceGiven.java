package org.moralbank.services;

import java.time.LocalTime;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.Note;

/**
 * A service that was given, as it is told.
 *
 * @param volunteer id of the member who gave it; null when a team did
 * @param team id of the team that gave it; null when a member did
 * @param recipient id of the member who was served, or null
 * @param activity what kind of service it was
 * @param content what was done, or null
 * @param startedAt when on its day it began, by the community's clock, or null
 * @param minutes that were actually given
 * @param organiser the organising unit
 * @param leader id of the person in charge
 * @param rating 1 to 5, or null
 * @param note when it was, and who says so
 */
public record ServiceGiven(
        @Nullable String volunteer,
        @Nullable String team,
        @Nullable String recipient,
        String activity,
        @Nullable String content,
        @Nullable LocalTime startedAt,
        int minutes,
        String place,
        String organiser,
        String leader,
        @Nullable Integer rating,
        Payer payer,
        Note note) {
    /** The same, as it is {@linkplain Note#decided decided} when it was. */
    ServiceGiven decided(WorkingSet set, int book) {
        Note decided = note.decided(set, book);
        return decided == note
                ? this
                : new ServiceGiven(
                        volunteer, team, recipient, activity, content, startedAt, minutes, place, organiser, leader,
                        rating, payer, decided);
    }
}
