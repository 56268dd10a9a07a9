package org.moralbank.merchants;

import java.time.DayOfWeek;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;
import org.moralbank.ledger.Unit;

/** A catalogue as the API shows it. */
@Schema(name = "Catalogue", description = "What a merchant sells for points.")
record CatalogueView(
        @Schema(description = "Counts the edits; also the ETag", examples = "1")
        long version,

        Instant changedAt,
        List<ItemView> items) {
    static CatalogueView of(CatalogueTable.Whole whole) {
        return new CatalogueView(
                whole.version(),
                whole.changedAt(),
                whole.items().stream().map(ItemView::of).toList());
    }

    /** An item as the API shows it. */
    @Schema(name = "CatalogueItem", description = "Something that is sold for points.")
    record ItemView(
            @Schema(examples = "RICE-5KG") String id,

            @Schema(examples = "大米 5 公斤") String name,

            @Schema(examples = "FOOD") String category,

            Price price,

            @Schema(description = "How many of it a member may buy; absent when as many as he likes") @Nullable
            PerMember perMember,

            @Schema(description = "On which it is sold; absent when on all") @Nullable
            List<DayOfWeek> weekdays,

            @Schema(description = "Whether it is sold at present")
            boolean active) {
        static ItemView of(Item item) {
            Item.PerMember most = item.perMember();
            return new ItemView(
                    item.id(),
                    item.name(),
                    item.category(),
                    new Price(item.price(), Unit.PTS),
                    most == null ? null : new PerMember(most.count(), most.period()),
                    item.weekdays().size() == 7 ? null : item.weekdays(),
                    item.active());
        }
    }

    /** A price as the API shows it. */
    @Schema(name = "Price", description = "Of one, in hundredths of a point.")
    record Price(@Schema(examples = "2500") long amount, Unit unit) {}

    /** A limit as the API shows it. */
    @Schema(name = "PerMemberLimit", description = "At most so many in a period of the book's calendar.")
    record PerMember(@Schema(examples = "1") int count, Item.Period period) {}
}
