package org.moralbank.redemptions;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.merchants.Catalogue;
import org.moralbank.merchants.Line;
import org.moralbank.platform.Json;

/**
 * What was bought of the merchant's catalogue.
 *
 * @param day on which it was counted as bought, in the community's calendar: it is given back where it was counted
 */
record Basket(List<Line> lines, LocalDate day) {
    /** As it is kept; null without lines. */
    static @Nullable Basket of(@Nullable String json, @Nullable LocalDate day) {
        if (json == null || day == null) {
            return null;
        }
        try {
            return new Basket(List.of(Json.mapper().readValue(json, Line[].class)), day);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("not lines: " + json, e);
        }
    }

    String json() {
        return new String(Json.bytes(lines), StandardCharsets.UTF_8);
    }

    /** Names what {@link #giveBack} looks at. */
    void need(Needs needs, Payer payer, Seller seller) {
        Catalogue.need(needs, payer.book(), seller.merchant(), payer.member(), lines);
    }

    /** Takes it back that the member bought this: once, when the redemption came to nothing. */
    void giveBack(WorkingSet set, Payer payer, Seller seller) {
        Catalogue.giveBack(set, payer.book(), seller.merchant(), payer.member(), lines, day);
    }
}
