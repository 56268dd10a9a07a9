package org.moralbank.members;

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

/** A row of {@code member}, for Hibernate. */
@Entity(name = "Member")
@Table(name = "member")
@IdClass(MemberEntity.Key.class)
@NullUnmarked
class MemberEntity {
    /** The primary key. */
    record Key(short book, String id) implements Serializable {}

    @Id
    @Column(name = "book_id")
    short book;

    @Id
    @Column(name = "member_id")
    String id;

    @Enumerated(EnumType.STRING)
    @Column(name = "status", columnDefinition = "text")
    Member.Status status;

    String role;

    @Column(name = "age_band")
    String ageBand;

    String label;

    @Column(name = "priority_recipient")
    boolean priorityRecipient;

    @Column(name = "shows_points_left")
    boolean showsPointsLeft;

    /** Set by the domain, not by Hibernate's own counting: the lock of the book already orders the changes. */
    @Column(name = "version")
    long version;

    @Column(name = "registered_at")
    Instant registeredAt;

    static MemberEntity of(Member member) {
        MemberEntity entity = new MemberEntity();
        entity.book = (short) member.book();
        entity.id = member.id();
        entity.status = member.status();
        entity.role = member.role();
        entity.ageBand = member.ageBand();
        entity.label = member.label();
        entity.priorityRecipient = member.priorityRecipient();
        entity.showsPointsLeft = member.showsPointsLeft();
        entity.version = member.version();
        entity.registeredAt = member.registeredAt();
        return entity;
    }
}
