/**
 * Who takes part: members and teams, their kin, and the organisation they belong to.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.members.Member member} is a person with accounts, known by his id; he may
 * be helper and recipient. A team holds together. Kin may receive gifted time.
 *
 * <p><b>States.</b> ACTIVE ⇄ FROZEN, and CLOSED for good. Freezing refuses what the member would give; what he receives
 * passes. Every change of these is a work of the book, so that a posting in flight sees it or comes before it.
 *
 * <p><b>What never happens.</b> A name, a phone number or an identity document is not stored: a member is an id, and the
 * register of persons is the community's.
 */
@NullMarked
package org.moralbank.members;

import org.jspecify.annotations.NullMarked;
