import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Frontier;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.SigningKey;

/**
 * Writes an export of a made-up book: every member is given points and minutes, then they give time to one another.
 *
 * <pre>
 *   java -cp target/classes src/bench/Pack.java ENTRIES FILE.zip [--seed N] [--members N]
 * </pre>
 */
public final class Pack {
    private static final String FORM =
            "{\"actor\":\"P-%d\",\"book\":\"BENCH\",\"client\":\"community-app\",\"metadataHash\":\"%s\",\"occurredOn\":\"2025-%02d-%02d\","
                    + "\"postedAt\":\"2025-%02d-%02dT%02d:%02d:%02d.%06dZ\",\"postings\":[%s],\"reference\":\"S-2025-%09d\",\"seq\":\"%d\","
                    + "\"type\":\"%s\",\"unit\":\"MIN\"}\n";

    /** Counts and hashes what is written through it. */
    private static final class Measured extends FilterOutputStream {
        private final MessageDigest digest;
        private long bytes;

        Measured(OutputStream out) throws Exception {
            super(out);
            this.digest = MessageDigest.getInstance("SHA-256");
        }

        @Override
        public void write(byte[] line) throws IOException {
            out.write(line);
            digest.update(line);
            bytes += line.length;
        }

        String listed(String name, long rows) {
            return "{\"bytes\":\"%d\",\"name\":\"%s\",\"rows\":\"%d\",\"sha256\":\"%s\"}"
                    .formatted(bytes, name, rows, HexFormat.of().formatHex(digest.digest()));
        }
    }

    private static final class Account {
        final String name;
        long balance;
        long version;

        Account(String name) {
            this.name = name;
        }

        String post(long amount) {
            balance += amount;
            version++;
            return "{\"account\":\"%s\",\"amount\":\"%d\",\"balance\":\"%d\",\"version\":\"%d\"}"
                    .formatted(name, amount, balance, version);
        }
    }

    public static void main(String... args) throws Exception {
        long n = Long.parseLong(args[0]);
        long seed = System.nanoTime();
        int members = 1_000;
        for (int i = 2; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--seed" -> seed = Long.parseLong(args[i + 1]);
                case "--members" -> members = Integer.parseInt(args[i + 1]);
                default -> throw new IllegalArgumentException(args[i]);
            }
        }
        Random random = new Random(seed);
        Account issued = new Account("3100:2025:MIN");
        Account[] all = new Account[members];
        for (int i = 0; i < members; i++) {
            all[i] = new Account("2100:M-BENCH-%05d:MIN".formatted(i));
        }
        Frontier tree = new Frontier();
        long turnover = 0;
        Path file = Path.of(args[1]);
        try (ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
            zip.setLevel(1);
            zip.putNextEntry(new ZipEntry("entries.jsonl"));
            Measured entries = new Measured(zip);
            byte[] hash = new byte[32];
            for (long seq = 1; seq <= n; seq++) {
                boolean earns = seq <= members;
                Account from = earns ? issued : all[random.nextInt(members)];
                Account to = earns ? all[(int) seq - 1] : all[random.nextInt(members)];
                if (!earns && (to == from || from.balance == 0)) {
                    seq--;
                    continue;
                }
                long amount = earns ? 1_000_000 : 1 + random.nextLong(Math.min(from.balance, 240));
                turnover += amount;
                random.nextBytes(hash);
                long second = seq / 40;
                int day = (int) (second / 86_400 % 336);
                byte[] line = FORM.formatted(
                                random.nextInt(members),
                                HexFormat.of().formatHex(hash),
                                1 + day / 28,
                                1 + day % 28,
                                1 + day / 28,
                                1 + day % 28,
                                second / 3_600 % 24,
                                second / 60 % 60,
                                second % 60,
                                seq % 40 * 25_000,
                                from.post(-amount) + "," + to.post(amount),
                                seq,
                                seq,
                                earns ? "EARN_TIME" : "TRANSFER_TIME")
                        .getBytes(UTF_8);
                entries.write(line);
                tree.append(Hash.leaf(java.util.Arrays.copyOf(line, line.length - 1)));
            }
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("accounts.jsonl"));
            Measured accounts = new Measured(zip);
            int rows = 0;
            for (int i = -1; i < members; i++) {
                Account account = i < 0 ? issued : all[i];
                if (account.version > 0) {
                    rows++;
                    accounts.write("{\"account\":\"%s\",\"posted\":\"%d\",\"restricted\":false,\"version\":\"%d\"}\n"
                            .formatted(account.name, account.balance, account.version)
                            .getBytes(UTF_8));
                }
            }
            zip.closeEntry();
            SigningKey key = SigningKey.of("bench.example/BENCH", new byte[32]);
            put(zip, "checkpoint.txt", new Checkpoint("bench.example/BENCH", n, tree.root()).sign(key).toString());
            put(zip, "log-key.txt", key.verification() + "\n");
            put(
                    zip,
                    "manifest.json",
                    ("{\"book\":\"BENCH\",\"checkpoint\":\"checkpoint.txt\",\"entries\":\"%d\",\"files\":[%s,%s],\"firstSeq\":\"1\","
                                    + "\"format\":\"moralbank-export/1\",\"lastSeq\":\"%d\",\"parameters\":{},\"postings\":\"%d\","
                                    + "\"sums\":{\"MIN\":\"0\",\"PTS\":\"0\"},\"turnover\":{\"MIN\":\"%d\",\"PTS\":\"0\"}}")
                            .formatted(
                                    n,
                                    accounts.listed("accounts.jsonl", rows),
                                    entries.listed("entries.jsonl", n),
                                    n,
                                    2 * n,
                                    turnover));
        }
        System.out.printf("%s: %,d entries, %,d bytes, seed %d%n", file, n, Files.size(file), seed);
    }

    private static void put(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(UTF_8));
        zip.closeEntry();
    }
}
