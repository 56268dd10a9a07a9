/**
 * Volunteering: services given, and what they earned.
 *
 * <p><b>Words.</b> A {@linkplain org.moralbank.services.ServiceRecord service record} says who gave what service to whom,
 * when, where and for how long (民政部令第67号, articles 7 and 10). A record is not a balance: what it earned are entries.
 *
 * <p><b>Rules.</b>
 *
 * <ol>
 *   <li>A service is given by one member or one team, and never to oneself.
 *   <li>The book's settings say what it earns: its minutes (EARN_TIME, EARN_TIME_TEAM), points by the hour
 *       (EARN_POINTS_SERVICE, rounded down to a hundredth), both, or nothing. They are issued from the
 *       budget, where one was set ({@link org.moralbank.ledger.Budgets}), of the year in which the record is posted, in the
 *       book's calendar, whenever the service was given.
 *   <li>A {@linkplain org.moralbank.services.Payer recipient may pay} a member's minutes with his own (TRANSFER_TIME); no
 *       time is issued then.
 *   <li>What the earner owes is taken from what he earned, in the same group.
 *   <li>A reference is used for one service, whatever the idempotency key.
 * </ol>
 *
 * <p><b>States.</b> CONFIRMED, and REVERSED when an entry of it was: read off the entries, and kept nowhere else.
 *
 * <p><b>Tables.</b> {@code service_record}, which names its entries, each of which belongs to one record.
 *
 * <p><b>Endpoints.</b> {@code POST GET /v1/books/{book}/service-records}, {@code POST …/bulk},
 * {@code GET …/{id}}.
 *
 * <p><b>What never happens.</b> Place, content and reason stand in no entry and in no kept answer. A merchant or a till never
 * sees a record.
 */
@NullMarked
package org.moralbank.services;

import org.jspecify.annotations.NullMarked;
