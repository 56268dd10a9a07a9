package org.moralbank.commits;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.lang.reflect.Proxy;
import org.hibernate.cache.spi.CacheImplementor;
import org.hibernate.engine.creation.internal.SessionBuilderImpl;
import org.hibernate.engine.creation.internal.SessionCreationOptions;
import org.hibernate.engine.jdbc.spi.JdbcServices;
import org.hibernate.engine.spi.SessionImplementor;
import org.hibernate.internal.SessionFactoryImpl;
import org.hibernate.internal.SessionImpl;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinySessionFactoryImpl;
import org.hibernate.reactive.mutiny.impl.MutinySessionImpl;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.hibernate.reactive.pool.impl.ExternalSqlClientPool;
import org.hibernate.reactive.session.impl.ReactiveSessionImpl;

/**
 * The one adapter between the commit's connection and Hibernate Reactive.
 *
 * <p>Hibernate takes its connections from a pool, so it is given one that holds just the connection of the transaction.
 * The session is flushed and left to the garbage collector, never closed: closing would close the connection, and it
 * holds nothing else.
 */
final class HibernateSessions implements Sessions {
    private final MutinySessionFactoryImpl reactive;
    private final SessionFactoryImpl orm;

    /** Takes the factory itself, not a proxy of it. */
    HibernateSessions(Mutiny.SessionFactory factory) {
        this.reactive = (MutinySessionFactoryImpl) factory;
        this.orm = (SessionFactoryImpl) ((CacheImplementor) factory.getCache()).getSessionFactory();
    }

    @Override
    public Mutiny.Session on(SqlConnection connection) {
        JdbcServices services = orm.getJdbcServices();
        ReactiveConnection reactiveConnection = new ExternalSqlClientPool(
                        holding(connection), services.getSqlStatementLogger(), services.getSqlExceptionHelper())
                .getConnection()
                .toCompletableFuture()
                .join(); // complete already: the pool of one hands its connection out at once
        return new MutinySessionImpl(new ReactiveSessionImpl(orm, options(), reactiveConnection), reactive);
    }

    private SessionCreationOptions options() {
        return new SessionBuilderImpl(orm) {
            @Override
            protected SessionImplementor createSession() {
                return new SessionImpl(orm, this);
            }
        };
    }

    private static Pool holding(SqlConnection connection) {
        return (Pool) Proxy.newProxyInstance(
                Pool.class.getClassLoader(), new Class<?>[] {Pool.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getConnection") && arguments == null) {
                        return Future.succeededFuture(connection);
                    }
                    throw new UnsupportedOperationException(method.toString());
                });
    }
}
