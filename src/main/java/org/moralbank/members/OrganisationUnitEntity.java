package org.moralbank.members;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code member_organisation_unit}, for Hibernate. */
@Entity(name = "OrganisationUnit")
@Table(name = "member_organisation_unit")
@NullUnmarked
class OrganisationUnitEntity {
    @Id
    String code;

    String parent;

    @Enumerated(EnumType.STRING)
    @Column(name = "kind", columnDefinition = "text")
    OrganisationUnit.Kind kind;

    String name;

    String book;

    @Column(name = "created_at")
    Instant createdAt;

    static OrganisationUnitEntity of(OrganisationUnit unit) {
        OrganisationUnitEntity entity = new OrganisationUnitEntity();
        entity.code = unit.code();
        entity.parent = unit.parent();
        entity.kind = unit.kind();
        entity.name = unit.name();
        entity.book = unit.book();
        entity.createdAt = unit.createdAt();
        return entity;
    }
}
