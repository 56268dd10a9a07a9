import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wire between a process and its database on which a transaction is followed: when the database has committed it and the
 * process does not know it yet, something is done, and the wire breaks.
 */
final class Wire implements AutoCloseable {
    /** The database's answers to a COMMIT: that it is done, and that it was none; the message C with its tag. */
    private static final String COMMITTED = "C\0\0\0\013COMMIT\0";

    private static final String ROLLED_BACK = "C\0\0\0\015ROLLBACK\0";

    /** Longer than what is looked for; so much of what came before is looked at too, because it may come in two pieces. */
    private static final int TAIL = 64;

    private final int database;
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicReference<Trap> trap = new AtomicReference<>();

    /**
     * What is waited for.
     *
     * @param text that the transaction writes, and no other
     * @param then is done behind its commit
     */
    private record Trap(String text, Runnable then, CompletableFuture<Void> sprung) {}

    /** @param database its port on this machine */
    Wire(int database) throws IOException {
        this.database = database;
        Thread.startVirtualThread(this::accept);
    }

    /** Where the process finds the database. */
    int port() {
        return server.getLocalPort();
    }

    /** Once, behind the commit of the transaction that writes this text. What comes back ends when it has been done. */
    CompletableFuture<Void> behindCommitOf(String text, Runnable then) {
        Trap set = new Trap(text, then, new CompletableFuture<>());
        trap.set(set);
        return set.sprung;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket process = server.accept();
                try {
                    Connection connection = new Connection(process, new Socket(server.getInetAddress(), database));
                    Thread.startVirtualThread(connection::ask);
                    Thread.startVirtualThread(connection::answer);
                } catch (IOException away) {
                    process.close(); // as one whom nobody answers
                }
            } catch (IOException closed) {
                // By who uses it, or by the process in the same moment.
            }
        }
    }

    private final class Connection {
        private final Socket process;
        private final Socket server;

        /** What waits for the end of the transaction that is under way. */
        private final AtomicReference<Trap> followed = new AtomicReference<>();

        Connection(Socket process, Socket server) {
            this.process = process;
            this.server = server;
        }

        void ask() {
            carry(process, server, told -> {
                Trap set = trap.get();
                if (set == null) {
                    return "";
                }
                if (told.contains(set.text)) {
                    followed.set(set);
                }
                return end(told, set.text);
            });
        }

        void answer() {
            carry(server, process, told -> {
                Trap set = followed.get();
                if (set != null && told.contains(ROLLED_BACK)) {
                    followed.set(null);
                } else if (set != null && told.contains(COMMITTED) && trap.compareAndSet(set, null)) {
                    try {
                        set.then.run();
                        set.sprung.complete(null);
                    } catch (RuntimeException failed) {
                        set.sprung.completeExceptionally(failed);
                    }
                    return null;
                }
                return end(told, COMMITTED, ROLLED_BACK);
            });
        }

        private static void carry(Socket from, Socket to, Listener listener) {
            try (from;
                    to) {
                to.setTcpNoDelay(true);
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] read = new byte[65_536];
                String end = "";
                for (int n = in.read(read); n > 0; n = in.read(read)) {
                    end = listener.heard(end + new String(read, 0, n, StandardCharsets.ISO_8859_1));
                    if (end == null) {
                        return;
                    }
                    out.write(read, 0, n);
                }
            } catch (IOException gone) {
                // One of the two has gone: so does the wire between them.
            }
        }
    }

    private interface Listener {
        /** What of it is to be heard again with what follows; null when it does not go on its way, and the wire breaks. */
        String heard(String told);
    }

    /** The end of what was told, behind all that was heard in it. */
    private static String end(String told, String... heard) {
        int from = Math.max(0, told.length() - TAIL);
        for (String each : heard) {
            int found = told.lastIndexOf(each);
            from = found < 0 ? from : Math.max(from, found + each.length());
        }
        return told.substring(from);
    }
}
