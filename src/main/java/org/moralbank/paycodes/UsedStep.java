package org.moralbank.paycodes;

import java.util.UUID;

/** A step of a device, of which a code was taken, with a connection or without one: it is not taken again. */
record UsedStep(int book, UUID device, long step) {}
