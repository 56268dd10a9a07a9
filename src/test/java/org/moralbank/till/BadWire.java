package org.moralbank.till;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A wire between a till and the service on which messages are lost, cut, late, and sent twice. It reads whole HTTP/1.1
 * messages, so that it knows where one begins and ends; what befalls each request and its answer, the test says.
 */
final class BadWire implements AutoCloseable {
    /** What befalls a request, and what the till sees of it. */
    enum Fault {
        NONE,
        /** Cut before anything was passed on. */
        CUT_BEFORE,
        /** The service gets the first half, and then the end of the connection. */
        CUT_IN_REQUEST,
        /** Done, and cut before the answer. */
        CUT_AFTER,
        /** Done, and cut in the middle of the answer. */
        CUT_IN_ANSWER,
        /** Nothing is passed on, and nothing answered. */
        REQUEST_LOST,
        /** Done, and nothing answered. */
        ANSWER_LOST,
        /** Passed on after a pause. */
        REQUEST_LATE,
        /** Answered after a pause. */
        ANSWER_LATE,
        /** Done twice, one after the other; the till hears the second answer. */
        REPEATED,
        /** Done twice at the same time; the till hears one answer. */
        REPEATED_AT_ONCE,
        /** Cut at once, and passed on later: maybe after the till has sent it again, or has given up. */
        STRAYED
    }

    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    /** Twice what the service itself may take to say that it does not know. */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(60);

    private final URI target;
    private final Supplier<Fault> faults;
    private final Supplier<Duration> pauses;
    private final ServerSocket server;
    private final CompletableFuture<String> answered = new CompletableFuture<>();
    private final Set<Socket> tills = ConcurrentHashMap.newKeySet();
    private final Queue<String> unanswered = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** @param pauses how late what is late is */
    BadWire(URI target, Supplier<Fault> faults, Supplier<Duration> pauses) {
        this.target = target;
        this.faults = faults;
        this.pauses = pauses;
        try {
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.submit(this::accept);
    }

    URI uri() {
        return URI.create("http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort());
    }

    /** Waits for what the service answers first. */
    String firstAnswer() throws Exception {
        return answered.get(60, TimeUnit.SECONDS);
    }

    /** Waits until everything that strayed has arrived; fails when the service has left a request without an answer. */
    @Override
    public void close() throws IOException {
        server.close();
        for (Socket till : tills) {
            till.close();
        }
        threads.close();
        if (!unanswered.isEmpty()) {
            throw new IllegalStateException("not answered within " + LONGEST_ANSWER + ": " + unanswered);
        }
    }

    private void accept() {
        while (true) {
            try {
                Socket till = server.accept();
                tills.add(till);
                threads.submit(() -> serve(till));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket till) {
        try (till) {
            till.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(till.getInputStream());
            for (byte[] request = message(in); request.length > 0; request = message(in)) {
                if (!pass(request, till)) {
                    return;
                }
            }
        } catch (IOException | InterruptedException e) {
            // The till or the service has gone: its side of the wire ends.
        } finally {
            tills.remove(till);
        }
    }

    /** Whether the connection can still be used. */
    private boolean pass(byte[] request, Socket till) throws IOException, InterruptedException {
        Fault fault;
        Duration pause;
        synchronized (faults) {
            fault = faults.get();
            pause = pauses.get();
        }
        OutputStream out = till.getOutputStream();
        switch (fault) {
            case NONE -> out.write(exchange(request));
            case CUT_BEFORE -> {
                return false;
            }
            case CUT_IN_REQUEST -> {
                try (Socket service = connect()) {
                    service.getOutputStream().write(request, 0, request.length / 2);
                }
                return false;
            }
            case CUT_AFTER -> {
                exchange(request);
                return false;
            }
            case CUT_IN_ANSWER -> {
                byte[] answer = exchange(request);
                out.write(answer, 0, answer.length / 2);
                return false;
            }
            case REQUEST_LOST -> {
                return isSilent(till);
            }
            case ANSWER_LOST -> {
                exchange(request);
                return isSilent(till);
            }
            case REQUEST_LATE -> {
                Thread.sleep(pause);
                out.write(exchange(request));
            }
            case ANSWER_LATE -> {
                byte[] answer = exchange(request);
                Thread.sleep(pause);
                out.write(answer);
            }
            case REPEATED -> {
                exchange(request);
                out.write(exchange(request));
            }
            case REPEATED_AT_ONCE -> {
                threads.submit(() -> exchange(request));
                out.write(exchange(request));
            }
            case STRAYED -> {
                threads.submit(() -> {
                    Thread.sleep(pause);
                    return exchange(request);
                });
                return false;
            }
        }
        return true;
    }

    /** Until the till has had enough. */
    private static boolean isSilent(Socket till) throws IOException {
        till.setSoTimeout((int) LONGEST_SILENCE.toMillis());
        till.getInputStream().read();
        return false;
    }

    private byte[] exchange(byte[] request) throws IOException {
        try (Socket service = connect()) {
            service.getOutputStream().write(request);
            byte[] answer = answer(request, service);
            if (answer.length == 0) {
                throw new SocketException("The service has hung up");
            }
            answered.complete(new String(answer, StandardCharsets.UTF_8));
            return answer;
        }
    }

    private byte[] answer(byte[] request, Socket service) throws IOException {
        service.setSoTimeout((int) LONGEST_ANSWER.toMillis());
        try {
            return message(new BufferedInputStream(service.getInputStream()));
        } catch (SocketTimeoutException silent) {
            unanswered.add(new String(request, StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse(""));
            throw silent;
        }
    }

    private Socket connect() throws IOException {
        Socket service = new Socket();
        service.connect(new InetSocketAddress(target.getHost(), target.getPort()));
        service.setTcpNoDelay(true);
        return service;
    }

    /**
     * A whole message, with its body by Content-Length; nothing at the end of the connection, which a till that is switched
     * off may end between head and body. Half a request would wait at the service for a rest that never comes.
     */
    private static byte[] message(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int end = 0;
        for (int b = in.read(); b >= 0; b = in.read()) {
            bytes.write(b);
            end = b == "\r\n\r\n".charAt(end) ? end + 1 : b == '\r' ? 1 : 0;
            if (end == 4) {
                int length = lengthOfBody(bytes.toString(StandardCharsets.ISO_8859_1));
                byte[] body = in.readNBytes(length);
                bytes.write(body);
                return body.length == length ? bytes.toByteArray() : new byte[0];
            }
        }
        return new byte[0];
    }

    private static int lengthOfBody(String head) {
        return Arrays.stream(head.split("\r\n", -1))
                .map(line -> line.toLowerCase(Locale.ROOT))
                .filter(line -> line.startsWith("content-length:"))
                .map(line ->
                        Integer.parseInt(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElse(0);
    }
}
