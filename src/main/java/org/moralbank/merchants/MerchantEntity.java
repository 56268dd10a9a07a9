package org.moralbank.merchants;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code redemption_merchant}, for Hibernate. */
@Entity(name = "Merchant")
@Table(name = "redemption_merchant")
@IdClass(MerchantEntity.Key.class)
@NullUnmarked
class MerchantEntity {
    /** The primary key. */
    record Key(short book, String id) implements Serializable {}

    @Id
    @Column(name = "book_id")
    short book;

    @Id
    @Column(name = "merchant_id")
    String id;

    String name;

    @Enumerated(EnumType.STRING)
    @Column(columnDefinition = "text")
    Merchant.Kind kind;

    @Enumerated(EnumType.STRING)
    @Column(columnDefinition = "text")
    Merchant.Status status;

    @Column(columnDefinition = "text[]")
    String[] categories;

    @Column(name = "discount_basis_points")
    int discountBasisPoints;

    @Column(name = "payable_floor")
    long payableFloor;

    /** Set by the domain, not by Hibernate's own counting: the lock of the book already orders the changes. */
    long version;

    @Column(name = "registered_at")
    Instant registeredAt;

    static MerchantEntity of(Merchant merchant) {
        MerchantEntity entity = new MerchantEntity();
        entity.book = (short) merchant.book();
        entity.id = merchant.id();
        entity.name = merchant.name();
        entity.kind = merchant.kind();
        entity.status = merchant.status();
        entity.categories = merchant.categories().toArray(String[]::new);
        entity.discountBasisPoints = merchant.discountBasisPoints();
        entity.payableFloor = merchant.payableFloor();
        entity.version = merchant.version();
        entity.registeredAt = merchant.registeredAt();
        return entity;
    }
}
