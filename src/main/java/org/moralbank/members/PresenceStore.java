package org.moralbank.members;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/** Whether a book knows a member, for reads of what he has. */
@ApplicationScoped
class PresenceStore {
    private static final String IS_MEMBER = "SELECT EXISTS (SELECT FROM member WHERE book_id = $1 AND member_id = $2)";

    private final Pool pool;

    PresenceStore(Pool pool) {
        this.pool = pool;
    }

    Uni<Boolean> isMember(int book, String member) {
        return pool.preparedQuery(IS_MEMBER)
                .execute(Tuple.of((short) book, member))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }
}
