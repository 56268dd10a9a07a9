package org.moralbank.members;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code member_team}, for Hibernate. */
@Entity(name = "Team")
@Table(name = "member_team")
@IdClass(TeamEntity.Key.class)
@NullUnmarked
class TeamEntity {
    /** The primary key. */
    record Key(short book, String id) implements Serializable {}

    @Id
    @Column(name = "book_id")
    short book;

    @Id
    @Column(name = "team_id")
    String id;

    String name;

    /** Set by the domain, as the member's. */
    @Column(name = "version")
    long version;

    @Column(name = "registered_at")
    Instant registeredAt;

    static TeamEntity of(Team team) {
        TeamEntity entity = new TeamEntity();
        entity.book = (short) team.book();
        entity.id = team.id();
        entity.name = team.name();
        entity.version = team.version();
        entity.registeredAt = team.registeredAt();
        return entity;
    }
}
