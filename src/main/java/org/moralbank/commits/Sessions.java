package org.moralbank.commits;

import io.vertx.sqlclient.SqlConnection;
import org.hibernate.reactive.mutiny.Mutiny;

/** Opens a Hibernate session in the transaction of a connection. */
interface Sessions {
    Mutiny.Session on(SqlConnection connection);
}
