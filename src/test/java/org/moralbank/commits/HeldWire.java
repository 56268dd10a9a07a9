package org.moralbank.commits;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A wire between a process and its database on which the beginning of the next transaction can be held back. Who waits for a
 * row's lock need not get it before one who asks for it when it is free: with the wire held, nobody asks.
 *
 * <p>And a wire that can be cut in the moment when the database has committed and the process does not know it yet.
 */
final class HeldWire implements AutoCloseable {
    /** The database's answer to a COMMIT that is done: the message C of eleven bytes, with the tag. */
    private static final String COMMITTED = "C\0\0\0\013COMMIT\0";

    /** What begins a transaction: the message Q of ten bytes, with the statement. */
    private static final String BEGIN = "Q\0\0\0\012BEGIN\0";

    /** More transactions than a test makes. */
    private static final int FREE = 1_000_000;

    private final URI target;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Semaphore passing = new Semaphore(FREE);
    private final Semaphore begun = new Semaphore(0);
    private final AtomicBoolean cutsBehindCommit = new AtomicBoolean();

    /** @param url of the database, as a reactive client has it */
    HeldWire(String url) {
        this.target = URI.create(url);
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.submit(this::accept);
    }

    /** The database behind the wire. */
    String url() {
        return target.getScheme() + "://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort()
                + target.getPath();
    }

    /** Lets some more transactions begin from now on, and keeps those behind them back. */
    void holdBehind(int transactions) {
        begun.drainPermits();
        passing.drainPermits();
        passing.release(transactions);
    }

    /** Waits until one more transaction has begun, be it that the database is still at another. */
    void awaitBegin() throws InterruptedException {
        if (!begun.tryAcquire(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no transaction has begun for 30 s");
        }
    }

    void release() {
        passing.release(FREE);
    }

    /** Swallows the database's answer to the next COMMIT, and breaks the connection instead. */
    void cutBehindCommit() {
        cutsBehindCommit.set(true);
    }

    @Override
    public void close() throws IOException {
        server.close();
        threads.shutdownNow();
    }

    private void accept() {
        while (true) {
            try {
                Socket process = server.accept();
                Socket database = new Socket(target.getHost(), target.getPort());
                threads.submit(() -> carry(process, database, true));
                threads.submit(() -> carry(database, process, false));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void carry(Socket from, Socket to, boolean isHeld) {
        try (from;
                to) {
            to.setTcpNoDelay(true);
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] read = new byte[65_536];
            String end = "";
            for (int n = in.read(read); n > 0; n = in.read(read)) {
                int written = 0;
                if (isHeld) {
                    // BEGIN goes out whole, as the first of a flight; what is read may be several.
                    String told = new String(read, 0, n, StandardCharsets.ISO_8859_1);
                    for (int at = told.indexOf(BEGIN); at >= 0; at = told.indexOf(BEGIN, at + 1)) {
                        out.write(read, written, at - written);
                        written = at;
                        passing.acquire();
                        begun.release();
                    }
                } else {
                    // The end of what came before is looked at too: an answer may come in two pieces.
                    String told = end + new String(read, 0, n, StandardCharsets.ISO_8859_1);
                    if (told.contains(COMMITTED) && cutsBehindCommit.compareAndSet(true, false)) {
                        return;
                    }
                    end = told.substring(Math.max(0, told.length() - COMMITTED.length() + 1));
                }
                out.write(read, written, n - written);
            }
        } catch (IOException | InterruptedException gone) {
            // One of the two has gone: so does the wire between them.
        }
    }
}
