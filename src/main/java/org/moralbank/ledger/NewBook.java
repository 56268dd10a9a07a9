package org.moralbank.ledger;

import java.time.ZoneId;

/**
 * A book that is to be opened.
 *
 * @param serviceEarnsTime whether a confirmed service earns its minutes
 * @param pointsPerHour what it earns besides, in hundredths of a point per hour
 */
public record NewBook(
        String code,
        String name,
        Book.Kind kind,
        ZoneId calendar,
        boolean serviceEarnsTime,
        long pointsPerHour,
        boolean memberPointsTransfer) {}
