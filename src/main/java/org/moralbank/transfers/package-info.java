/**
 * Time and points given: transfers from elder to helper, gifts to kin, donations to the pool, grants from a fund or pool,
 * and the opening balances of a book.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.transfers.Transfers transfer} goes from member to member. A
 * {@linkplain org.moralbank.transfers.Gifts gift} goes to kin. A {@linkplain org.moralbank.transfers.Donations donation}
 * goes to the pool, of a member or a team. A {@linkplain org.moralbank.transfers.Grants grant} comes from a fund or the
 * pool. An {@linkplain org.moralbank.transfers.Openings opening} brings what a member had before the book began.
 *
 * <p><b>Rules.</b> Time is never exchanged for points. Points pass between members only where the book allows it. Service
 * may be paid with granted time; a gift or donation takes only what is the giver's own. A gift goes to registered kin of
 * 60 or more, a day after the kinship was registered. Granted time is a lot of its fund's name that expires, with the year
 * when nothing else is said, and is for service only unless the grant says otherwise. A fund gives time only, out of
 * an account of its id and the year in which the grant is posted, {@code 3110:PUBLIC.2025}, and no more than the year's budget
 * where one was set ({@link org.moralbank.ledger.Budgets}).
 *
 * <p><b>Tables.</b> None: what is given is an entry, and each collection is the entries of its types under their numbers.
 *
 * <p><b>Endpoints.</b> {@code POST} and {@code GET} of {@code transfers}, {@code gifts}, {@code donations},
 * {@code grants} and {@code openings} under a book, {@code GET} of each by id, and {@code POST} of each {@code /bulk}.
 * Lists filter by who takes part: {@code member}; of donations {@code giver} and {@code team}; of grants {@code fund} too.
 *
 * <p><b>What never happens.</b> Nothing given is taken back here: an entry is reversed by the ledger. A fund's points, a
 * team's points as a donation and points as a gift do not exist.
 */
@NullMarked
package org.moralbank.transfers;

import org.jspecify.annotations.NullMarked;
