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

/**
 * A wire between a process and its database on which the beginning of the next transaction can be held back. Who waits for a
 * row's lock need not get it before one who asks for it when it is free: with the wire held, nobody asks.
 */
final class HeldWire implements AutoCloseable {
    private final URI target;
    private final ServerSocket server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore free = new Semaphore(1);

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

    /** Keeps every BEGIN back from now on. */
    void hold() throws InterruptedException {
        free.acquire();
    }

    void release() {
        free.release();
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
            for (int n = in.read(read); n > 0; n = in.read(read)) {
                // BEGIN goes out only when the transaction before it has been answered, and so is the first of what is
                // read.
                if (isHeld && new String(read, 0, Math.min(n, 16), StandardCharsets.ISO_8859_1).contains("BEGIN")) {
                    free.acquire();
                    free.release();
                }
                out.write(read, 0, n);
            }
        } catch (IOException | InterruptedException gone) {
            // One of the two has gone: so does the wire between them.
        }
    }
}
