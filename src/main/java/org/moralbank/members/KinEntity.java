package org.moralbank.members;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code member_kin}, for Hibernate. */
@Entity(name = "Kin")
@Table(name = "member_kin")
@IdClass(KinEntity.Key.class)
@NullUnmarked
class KinEntity {
    /** The primary key. */
    record Key(short book, String member, String kin) implements Serializable {}

    @Id
    @Column(name = "book_id")
    short book;

    @Id
    @Column(name = "member_id")
    String member;

    @Id
    @Column(name = "kin_id")
    String kin;

    String relation;

    String proof;

    /** Set by the domain, as the member's. */
    @Column(name = "version")
    long version;

    @Column(name = "registered_at")
    Instant registeredAt;

    static KinEntity of(Kin kin) {
        KinEntity entity = new KinEntity();
        entity.book = (short) kin.book();
        entity.member = kin.member();
        entity.kin = kin.kin();
        entity.relation = kin.relation();
        entity.proof = kin.proof();
        entity.version = kin.version();
        entity.registeredAt = kin.registeredAt();
        return entity;
    }
}
