package org.moralbank.merchants;

import java.time.DayOfWeek;
import java.util.Map;
import org.moralbank.ledger.Unit;
import org.moralbank.platform.Rejection;

/** Why lines are not sold, in order of precedence: the first four by line, then what concerns all. */
public sealed interface CatalogueRejection extends Rejection {
    /** The merchant's catalogue has no such item. */
    record ItemUnknown(String item) implements CatalogueRejection {
        @Override
        public String code() {
            return "item-unknown";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("item", item);
        }
    }

    /** The item is not sold at present. */
    record ItemNotActive(String item) implements CatalogueRejection {
        @Override
        public String code() {
            return "item-not-active";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("item", item);
        }
    }

    /** The merchant may not sell what is of this category for points. */
    record CategoryNotAllowed(String item, String category) implements CatalogueRejection {
        @Override
        public String code() {
            return "category-not-allowed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("item", item, "category", category);
        }
    }

    /** The item is sold on other days of the week. */
    record NotOnThisDay(String item, DayOfWeek weekday) implements CatalogueRejection {
        @Override
        public String code() {
            return "not-on-this-day";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("item", item, "weekday", weekday.name());
        }
    }

    /** The amount that is asked for is not what the lines cost; in hundredths of a point. */
    record AmountDiffers(long amount, long sum) implements CatalogueRejection {
        @Override
        public String code() {
            return "amount-differs";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("amount", amount, "sum", sum, "unit", Unit.PTS.name());
        }
    }

    /** The member would have more of the item in the period than a member may. */
    record MemberLimitExceeded(String item, Item.Period period, long limit, long bought, long wouldBe)
            implements CatalogueRejection {
        @Override
        public String code() {
            return "limit-exceeded";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("item", item, "period", period.name(), "limit", limit, "bought", bought, "wouldBe", wouldBe);
        }
    }
}
