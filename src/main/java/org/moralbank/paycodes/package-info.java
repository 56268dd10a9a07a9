/**
 * Pay codes and vouchers: how a member says at a till that it is he who pays.
 *
 * <p><b>Words.</b> A <i>pay code</i> is 18 digits with 71 in front that are taken once. The service makes one
 * ({@linkplain org.moralbank.paycodes.PayCode}, 60 s), or a member's
 * {@linkplain org.moralbank.paycodes.PayDevice device} makes them by itself, offline. A
 * {@linkplain org.moralbank.paycodes.Voucher voucher} is 18 digits with 72 in front for paper and SMS, with an amount that
 * is held on the member's points from the day it is made. The <i>handle</i> of a device is seven digits that stand in its
 * codes. A {@linkplain org.moralbank.paycodes.ShownCode shown code} is what a redemption takes.
 *
 * <p><b>The digits.</b>
 *
 * <pre>
 * 71 1 ddddddddddddddd      made by the service: 15 random digits
 * 71 2 hhhhhhh pppppppp     made by a device: its handle, and the password of the moment
 * 72 ddddddddddddddd c      a voucher: 15 random digits and a check digit
 * </pre>
 *
 * 71 with another digit behind it is nobody's. The check digit is Damm's (2004), over the 17 digits before it: it finds
 * every wrong digit and every exchange of two neighbours. On paper a voucher is written in six groups of three.
 *
 * <p><b>Codes made offline</b>, for who writes the app. Enrolment answers with a handle and a secret of 32 bytes in Base32
 * (RFC 4648). The password is RFC 6238's TOTP with HMAC-SHA-256, T0 = 0, X = 20 s and eight digits:
 * {@code T = floor(unix time / 20)} as eight bytes, most significant first; {@code H = HMAC-SHA-256(secret, T)}; the four
 * bytes of H from the offset that its last four bits say, without their first bit, modulo 10⁸, with zeros in front. The
 * code is {@code 712}, the handle, the password. With RFC 6238's own secret for SHA-256 (the ASCII digits
 * 12345678901234567890123456789012) and handle 0481516, at 1970-01-01T00:00:20Z (T = 1) the code is 712 0481516 46119246;
 * other values of T are those of the RFC's appendix B, which lists them as hexadecimal. The service takes the password of
 * its own step, of the one before and of the one after; each step once, and with a connection none before one that was
 * taken: an app that shows a second code within 20 s waits for the next step. A library's authenticator is set up with
 * {@code algorithm=SHA256&digits=8&period=20}.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A code is taken once. That is decided under the book's lock, with the redemption that it pays for, and written in
 *       the same transaction: it holds over restarts, retries and replicas. A redemption that is refused leaves the code
 *       as it was.
 *   <li>Of a device its row has the last step that was taken, which is all that a code asks that is shown with a connection.
 *       Each step that was taken is a row, too, by which codes are judged that are uploaded late: in any order, and whatever
 *       the member paid since, a step pays once, with a connection or without.
 *   <li>A code of the service is refused from the moment {@code validUntil} on; in an upload it is unknown, too, where a till
 *       says that it saw it more than 40 s before it was made, so that no sale is told to be of before a suspension. A
 *       voucher is refused from the end of its last day in the community's calendar.
 *   <li>A wrong code is refused as unknown, used or expired, in this order, and tells nothing of members.
 *   <li>A member who is frozen or has left gets no code, voucher or device; whether codes he has are good is for the
 *       redemption to ask.
 *   <li>A voucher that was taken by an authorization which came to nothing is usable again, if its time is not over: its
 *       hold stays, and the person still has the paper. So is one whose sale or capture its till took back whole, with a hold
 *       on the same amount, unless the member has left, owes something, or has less by then. A pay code is not given back; another costs nothing.
 *   <li>Revoking or expiry of a voucher frees its points; a voucher that was used is not revoked.
 *   <li>A member has three devices at most, by the default. Enrolment replaces none: who lost one has it revoked, and its
 *       codes are unknown from that commit on.
 * </ol>
 *
 * <p><b>Secrets.</b> All follow from the installation's key, a setting or a file, by HMAC-SHA-256 with a label each: the
 * name under which a code is kept (122 bits), and a device's secret from its id. Thus the database alone opens nothing,
 * backups neither, and there is nothing to encrypt. Who changes the key makes all codes, devices and vouchers unknown:
 * devices enrol anew, vouchers are revoked by their ids and made anew. What the idempotency key of a request with a code
 * stands for is kept as a keyed hash, too; plain hashes are left of requests that were answered before that was so, and a
 * voucher that was shown then and refused is better revoked and made anew.
 *
 * <p><b>Guessing.</b> With 10,000 codes of the service alive in a book a guess is right once in 10¹¹; with 100,000
 * vouchers once in 10¹⁰; for a known handle once in 3 · 10⁷, for any of 10,000 devices once in 3 · 10¹⁰.
 * {@link org.moralbank.paycodes.WrongCodes} lets a client and terminal show ten unknown codes a minute, and upload
 * ten more of what was sold without a connection, and of a device be shown five in ten minutes, either way; beyond that no code
 * is looked at, and only what was answered before is told again: who guesses day and
 * night against one device whose handle he saw is right once in 120 years, and against all others later than that. Each
 * process counts by itself, so that with eight of them, as many as production scales to, it is once in 15 years.
 *
 * <p><b>Cost.</b> A code that is shown costs one read by a unique index before the commit, which this process's memory
 * saves for the codes it made and the devices it saw; in the commit one row more is loaded and written, and
 * of a device's code its step is added.
 *
 * <p><b>Tables.</b> {@code pay_code}, {@code pay_device}, {@code pay_device_step}, {@code pay_voucher}.
 *
 * <p><b>Endpoints.</b> {@code POST /v1/books/{book}/pay-codes}, {@code GET …/pay-codes/{id}};
 * {@code POST GET …/members/{memberId}/pay-devices}, {@code GET …/pay-devices/{id}}, {@code POST …/{id}/revoke};
 * {@code POST GET …/vouchers}, {@code GET …/vouchers/{id}}, {@code POST …/vouchers/{id}/revoke}.
 *
 * <p><b>What never happens.</b> No code stands in a URL, a log, a stored answer or the database. No code is taken twice. A
 * terminal makes no code. No voucher is worth more than is held for it.
 */
@NullMarked
package org.moralbank.paycodes;

import org.jspecify.annotations.NullMarked;
