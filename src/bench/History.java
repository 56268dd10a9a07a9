import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The parts of src/bench/history that a shell is too slow for.
 *
 * <pre>
 *   java src/bench/History.java book ENTRIES ACCOUNTS BOOK_ID CODE CLIENT_ID CLIENT FOLDER
 * </pre>
 *
 * writes a book as the service would have posted it: an opening for each member, then transfers between any two, over the
 * year up to an hour ago, a twentieth of them back-dated. FOLDER gets {@code entries} and {@code postings}, which may be
 * pipes, in PostgreSQL's binary COPY format, and {@code accounts} as text. Canonical bytes, leaf hashes, balances and
 * versions are right, so that all invariants hold.
 *
 * <pre>
 *   java src/bench/History.java read PORT KEY RATE SECONDS MEMBERS balance|statement
 * </pre>
 *
 * reads at a fixed rate, whatever the answers take, over 16 connections, and prints {@code p50 p99 max} in ms, how many were
 * answered a second and how many answers were not 200. A time begins when the request was due, not when it was sent, so that
 * a stall is counted for all who would have waited. The first seconds, in which this program itself is being compiled, are
 * read at the same rate and not counted.
 */
public final class History {
    private static final ZoneId CALENDAR = ZoneId.of("Asia/Shanghai");
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final long OPENING = 1_000_000;
    private static final long POSTGRES_EPOCH_SECONDS = 946_684_800L;
    private static final int POSTGRES_EPOCH_DAYS = 10_957;
    private static final int WARM_UP_SECONDS = 3;

    public static void main(String[] args) throws Exception {
        switch (args.length == 0 ? "" : args[0]) {
            case "book" -> new Writer(args).write();
            case "read" -> read(args);
            default -> throw new IllegalArgumentException("book or read");
        }
    }

    // ---- a book ------------------------------------------------------------------------------------------------

    /** A file of PostgreSQL's binary COPY format. */
    private static final class Copy implements AutoCloseable {
        private final DataOutputStream out;

        Copy(Path file) throws IOException {
            OutputStream raw = Files.newOutputStream(file);
            out = new DataOutputStream(new BufferedOutputStream(raw, 1 << 20));
            out.write("PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1));
            out.writeInt(0);
            out.writeInt(0);
        }

        void row(int fields) throws IOException {
            out.writeShort(fields);
        }

        void int2(int value) throws IOException {
            out.writeInt(2);
            out.writeShort(value);
        }

        void int4(int value) throws IOException {
            out.writeInt(4);
            out.writeInt(value);
        }

        void int8(long value) throws IOException {
            out.writeInt(8);
            out.writeLong(value);
        }

        void bytes(byte[] value) throws IOException {
            out.writeInt(value.length);
            out.write(value);
        }

        void two(int one, int other) throws IOException {
            out.writeInt(36);
            out.writeInt(1);
            out.writeInt(0);
            out.writeInt(23);
            out.writeInt(2);
            out.writeInt(1);
            int4(one);
            int4(other);
        }

        @Override
        public void close() throws IOException {
            out.writeShort(-1);
            out.close();
        }
    }

    private static final class Writer {
        private final long entries;
        private final int members;
        private final int book;
        private final String code;
        private final int clientId;
        private final String client;
        private final Path folder;
        private final long[] balance;
        private final long[] version;
        private final MessageDigest sha256;
        private final StringBuilder canonical = new StringBuilder(512);

        Writer(String[] args) throws NoSuchAlgorithmException {
            entries = Long.parseLong(args[1]);
            members = Integer.parseInt(args[2]);
            book = Integer.parseInt(args[3]);
            code = args[4];
            clientId = Integer.parseInt(args[5]);
            client = args[6];
            folder = Path.of(args[7]);
            balance = new long[members + 2];
            version = new long[members + 2];
            sha256 = MessageDigest.getInstance("SHA-256");
        }

        void write() throws IOException {
            Random random = new Random(2025);
            Instant last = Instant.now().minusSeconds(3600);
            Instant first = last.minusSeconds(365L * 86_400);
            long stepMicros = 365L * 86_400_000_000L / entries;
            byte[] openingType = "OPENING".getBytes(StandardCharsets.US_ASCII);
            byte[] transferType = "TRANSFER_TIME".getBytes(StandardCharsets.US_ASCII);
            byte[] unit = "MIN".getBytes(StandardCharsets.US_ASCII);
            try (Copy copied = new Copy(folder.resolve("entries"));
                    Copy posted = new Copy(folder.resolve("postings"))) {
                for (long seq = 1; seq <= entries; seq++) {
                    boolean opening = seq <= members;
                    // Account 1 is 3300:MIN, a member's is his number and one.
                    int from = opening ? 1 : 2 + random.nextInt(members);
                    int to = opening ? (int) seq + 1 : 2 + (from - 2 + 1 + random.nextInt(members - 1)) % members;
                    long amount = opening ? OPENING : 1 + random.nextInt(60);
                    long micros = stepMicros * seq;
                    Instant postedAt = first.plusSeconds(micros / 1_000_000).plusNanos(micros % 1_000_000 * 1_000);
                    postedAt = postedAt.minusNanos(postedAt.getNano() % 1_000);
                    LocalDate occurredOn = LocalDate.ofInstant(postedAt, CALENDAR);
                    if (random.nextInt(20) == 0) {
                        occurredOn = occurredOn.minusDays(1 + random.nextInt(20));
                    }
                    balance[from] -= amount;
                    balance[to] += amount;
                    version[from]++;
                    version[to]++;
                    byte[] sealed = sealed(seq, opening, from, to, amount, postedAt, occurredOn);
                    sha256.update((byte) 0);
                    byte[] leaf = sha256.digest(sealed);

                    copied.row(10);
                    copied.int2(book);
                    copied.int8(seq);
                    copied.int8((postedAt.getEpochSecond() - POSTGRES_EPOCH_SECONDS) * 1_000_000
                            + postedAt.getNano() / 1_000);
                    copied.int4(clientId);
                    copied.int4((int) occurredOn.toEpochDay() - POSTGRES_EPOCH_DAYS);
                    copied.bytes(opening ? openingType : transferType);
                    copied.bytes(unit);
                    copied.bytes(sealed);
                    copied.bytes(leaf);
                    copied.two(Math.min(from, to), Math.max(from, to));
                    posting(posted, from, seq, -amount);
                    posting(posted, to, seq, amount);
                }
            }
            StringBuilder accounts = new StringBuilder();
            for (int account = 1; account <= members + 1; account++) {
                accounts.append(account).append('\t').append(balance[account]).append('\t');
                accounts.append(version[account]).append('\n');
            }
            Files.writeString(folder.resolve("accounts"), accounts);
        }

        private void posting(Copy posted, int account, long seq, long amount) throws IOException {
            posted.row(6);
            posted.int2(book);
            posted.int4(account);
            posted.int8(seq);
            posted.int8(amount);
            posted.int8(balance[account]);
            posted.int8(version[account]);
        }

        private byte[] sealed(
                long seq, boolean opening, int from, int to, long amount, Instant postedAt, LocalDate occurredOn) {
            canonical.setLength(0);
            canonical.append("{\"book\":\"").append(code).append("\",\"client\":\"").append(client);
            canonical.append("\",\"occurredOn\":\"").append(occurredOn).append("\",\"postedAt\":\"");
            MICROS.formatTo(postedAt, canonical);
            canonical.append("\",\"postings\":[");
            leg(from, -amount);
            canonical.append(',');
            leg(to, amount);
            canonical.append("],\"seq\":\"").append(seq).append("\",\"type\":\"");
            canonical.append(opening ? "OPENING" : "TRANSFER_TIME").append("\",\"unit\":\"MIN\"}");
            return canonical.toString().getBytes(StandardCharsets.US_ASCII);
        }

        private void leg(int account, long amount) {
            canonical.append("{\"account\":\"");
            if (account == 1) {
                canonical.append("3300:MIN");
            } else {
                canonical.append("2100:M").append(account - 1).append(":MIN");
            }
            canonical.append("\",\"amount\":\"").append(amount).append("\",\"balance\":\"");
            canonical.append(balance[account]).append("\",\"version\":\"").append(version[account]).append("\"}");
        }
    }

    // ---- reads at a rate ---------------------------------------------------------------------------------------

    private static void read(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        String key = args[2];
        int rate = Integer.parseInt(args[3]);
        int seconds = Integer.parseInt(args[4]);
        int members = Integer.parseInt(args[5]);
        boolean balance = args[6].equals("balance");
        int connections = 16;
        ConcurrentLinkedQueue<long[]> all = new ConcurrentLinkedQueue<>();
        int[] bad = new int[connections];
        long begin = System.nanoTime() + 200_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int c = 0; c < connections; c++) {
            int connection = c;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    all.add(run(port, key, rate, seconds, members, balance, connection, connections, begin, bad));
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        double took = (System.nanoTime() - begin) / 1e9 - WARM_UP_SECONDS;
        System.out.printf(
                "%.2f %.2f %.2f %.0f %d%n",
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                nanos[nanos.length - 1] / 1e6,
                nanos.length / took,
                Arrays.stream(bad).sum());
    }

    private static long[] run(
            int port,
            String key,
            int rate,
            int seconds,
            int members,
            boolean balance,
            int connection,
            int connections,
            long begin,
            int[] bad)
            throws IOException, InterruptedException {
        Random random = new Random(connection);
        int first = rate * WARM_UP_SECONDS / connections;
        long[] nanos = new long[rate * seconds / connections];
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < first + nanos.length; i++) {
                long due = begin + (long) i * connections * 1_000_000_000L / rate
                        + connection * 1_000_000_000L / rate;
                long early = due - System.nanoTime();
                if (early > 0) {
                    Thread.sleep(early / 1_000_000, (int) (early % 1_000_000));
                }
                int member = 1 + random.nextInt(members);
                String path = balance
                        ? "/v1/books/B1/members/M" + member + "/balances"
                        : "/v1/books/B1/accounts/2100:M" + member + ":MIN/statement";
                out.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                if (!answered(in)) {
                    bad[connection]++;
                }
                if (i >= first) {
                    nanos[i - first] = System.nanoTime() - due;
                }
            }
        }
        return nanos;
    }

    /** Reads an answer to its end; whether it is 200. */
    private static boolean answered(DataInputStream in) throws IOException {
        String status = line(in);
        int length = -1;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        if (length >= 0) {
            in.readFully(new byte[length]);
        } else {
            // In chunks: what is longer than the server's buffer.
            for (int size = Integer.parseInt(line(in), 16); size > 0; size = Integer.parseInt(line(in), 16)) {
                in.readFully(new byte[size + 2]);
            }
            line(in);
        }
        return status.startsWith("HTTP/1.1 200");
    }

    private static String line(DataInputStream in) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(4096);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed");
            }
            if (b != '\r') {
                line.put((byte) b);
            }
        }
        return new String(line.array(), 0, line.position(), StandardCharsets.US_ASCII);
    }
}
