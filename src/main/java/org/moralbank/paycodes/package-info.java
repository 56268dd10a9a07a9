/**
 * Pay codes and vouchers: how a member says at a till that it is he who pays.
 */
@NullMarked
package org.moralbank.paycodes;

import org.jspecify.annotations.NullMarked;
