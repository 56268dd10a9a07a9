/**
 * A street's half year to try the service with: an embedded database that is new starts with it.
 *
 * <p>The events of the resources' {@code street-2025} are played through the use cases that the API calls, in order of
 * date, each under a key of its own, so that a second play changes nothing. The clock follows the events' dates: rules,
 * lots and posting times are those of 2025. Events whose features are still to come are posted as
 * {@linkplain org.moralbank.demo.PlainEntries plain entries} of their type.
 *
 * <p><b>Where the data is odd</b>, and what is made of it. Its figures come out all the same.
 *
 * <ul>
 *   <li>A line has a day and no hour: it is played at nine in the morning. Who takes part has no day either, and is enrolled two
 *       days before the first line, on 30 December 2024, so that the one kinship is old enough for its gift.
 *   <li>The data is called January to July; its last line is of 5 July, and its figures are of the 31st.
 *   <li>The 5 authorizations name no merchant. Their 3 captures do; the one that is voided (AU-0003) and the one that expires
 *       (AU-0004) never do. All are played at the book's only merchant, at no terminal. How long they last is not said: until
 *       the line of their expiry, or beyond today.
 *   <li>The refund RF-0001 says only in its note, in words, what of: {@code 退货(部分)→AU-0005}.
 *   <li>The 2 offline sales have their terminal and its number only within their references ({@code OFF-LS01-T1-000017}), and
 *       no allowance: one is made for the day, of 20 points a sale, 20 sales and 12 hours.
 *   <li>The settlement of MER-LS-01 is closed on 30 June, when that day is not over: it is of what was sold by the 29th, which
 *       are the 69.50 points that the line has. Nobody is named who makes it or checks its payment, who must be two: {@code
 *       W-LS-01} and {@code W-LS-02} stand for them, and the batch's reference for the bank's, which is masked ({@code
 *       BK-****}).
 *   <li>2 points of M-LS-R0010 expire, and no line gives points that do: they are taken from his own, by a plain entry.
 *   <li>The grant from the pool, PG-0001, says neither that it is restricted nor when it expires, as the 28 of the fund do: it
 *       has what is usual, restricted and until 31 December. Those 28 have one reference, FUND-2025-01.
 *   <li>Of the halves of XC-0001 the payer's stands first, of XC-0002 the merchant's, who gets the 7 points before they are
 *       taken (lines 781 and 782). The service of XC-0001 has a number of BHL, SR-BHL-X2, and its record in NH, where the
 *       recipient is no member: it names none.
 *   <li>SHORTFALL_RECOVER (line 723) is what the earning before it (722) has done by itself: nothing is posted, and that
 *       nothing is owed is checked.
 *   <li>129 of the 480 riders of QX earn nothing, and 514 of the 589 members have a dash for an age.
 *   <li>The records of LS are numbered SR-LS-0001 to 0126, and the last one 0201.
 * </ul>
 *
 * <p>The demo's clients get keys made at random, written once into a file that only its owner reads.
 */
@NullMarked
package org.moralbank.demo;

import org.jspecify.annotations.NullMarked;
