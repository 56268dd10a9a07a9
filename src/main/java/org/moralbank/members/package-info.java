/**
 * Who takes part: members and teams, their kin, and the organisation they belong to.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.members.Member member} is a person with accounts, known by his id; he may
 * be helper and recipient. A team holds together. Kin may receive gifted time.
 *
 * <p><b>States.</b> ACTIVE ⇄ FROZEN, and CLOSED for good. Freezing refuses what the member would give; what he receives
 * passes. Every change of these is a work of the book, so that a posting in flight sees it or comes before it.
 *
 * <p><b>Rules.</b> A freeze changes the member and every account of his in one work: once it is answered, nothing of his is
 * given. Closing recovers what is owed, gives restricted lots back to the fund or pool they came from, own time to kin or
 * the pool, points to the pool, and closes the accounts; what comes back to them later is passed on at once in the same way,
 * own time to the pool. Who owes more than he has is not closed; what he or a team owes and cannot pay is
 * {@linkplain org.moralbank.members.WriteOffs written off} with an approver, also after he has left. Who closed or froze, and
 * why, is kept. A kinship has one direction, and lets gifts pass from a day after its first registration, to kin of 60 or older. Edits need the ETag of
 * what they edit, unless they say what is there.
 *
 * <p><b>Tables.</b> {@code member}, {@code member_status_change}, {@code member_kin}, {@code member_team},
 * {@code member_organisation_unit}. <b>Endpoints.</b> {@code {b}/members}, {@code {b}/teams},
 * {@code /v1/organisation-units}.
 *
 * <p><b>What never happens.</b> A name, a phone number or an identity document is not stored: a member is an id, and the
 * register of persons is the community's.
 */
@NullMarked
package org.moralbank.members;

import org.jspecify.annotations.NullMarked;
