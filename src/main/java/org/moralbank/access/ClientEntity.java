package org.moralbank.access;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code access_client}, for Hibernate. */
@Entity(name = "Client")
@Table(name = "access_client")
@NullUnmarked
class ClientEntity {
    @Id
    @Column(name = "client_id")
    int id;

    @Column(name = "client")
    String name;

    @Column(name = "roles", columnDefinition = "text[]")
    String[] roles;

    @Column(name = "books", columnDefinition = "text[]")
    String[] books;

    String merchant;
    String terminal;

    @Column(name = "created_at")
    Instant createdAt;

    static ClientEntity of(Client client, Instant createdAt) {
        ClientEntity entity = new ClientEntity();
        entity.id = client.id();
        entity.name = client.name();
        entity.roles = client.roles().stream().map(Role::name).sorted().toArray(String[]::new);
        entity.books = client.books().stream().sorted().toArray(String[]::new);
        entity.merchant = client.merchant();
        entity.terminal = client.terminal();
        entity.createdAt = createdAt;
        return entity;
    }
}
