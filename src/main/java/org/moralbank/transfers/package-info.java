/**
 * Time and points given: transfers from elder to helper, gifts to kin, donations to the pool, grants from a fund or pool,
 * and the opening balances of a book.
 *
 * <p><b>Rules.</b> Time is never exchanged for points. Points pass between members only where the book allows it. Service
 * may be paid with granted time; a gift or donation takes only what is the giver's own. A gift goes to registered kin of
 * 60 or more, a day after the kinship was registered.
 *
 * <p><b>Endpoints.</b> {@code POST} and {@code GET} of {@code transfers}, {@code gifts}, {@code donations},
 * {@code grants} under a book, each also {@code /bulk}; {@code POST openings}.
 */
@NullMarked
package org.moralbank.transfers;

import org.jspecify.annotations.NullMarked;
