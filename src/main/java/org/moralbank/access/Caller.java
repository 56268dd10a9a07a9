package org.moralbank.access;

import java.util.UUID;
import org.moralbank.commits.Asker;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;

/** A client that showed a key. */
public record Caller(Client client, UUID keyId) implements Asker {
    @Override
    public int clientId() {
        return client.id();
    }

    @Override
    public void needs(Needs needs) {
        needs.row(KeyTable.KEYS, keyId);
    }

    @Override
    public void checkStillMay(WorkingSet set) {
        KeyTable.Key key = set.find(KeyTable.KEYS, keyId);
        if (key == null || key.revokedAt() != null) {
            throw new AccessRejection.Unauthenticated().refused();
        }
    }
}
