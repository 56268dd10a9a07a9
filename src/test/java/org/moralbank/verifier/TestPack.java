package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.moralbank.proofs.SignedNote;
import org.moralbank.proofs.SigningKey;

/**
 * An export made by hand, without a line of the code that makes or checks them, so that any fault can be put into it. Its
 * manifest is made when it is written, as one who changes a file would make it fit, unless a test says what stands there.
 *
 * <p>Entry 1 opens 1,000 minutes for each of four members; then they give to one another; entry 6 takes entry 5 back.
 */
public final class TestPack {
    static final String BOOK = "BHL";

    private String book = BOOK;

    private static final Pattern CREDIT = Pattern.compile("\"amount\":\"(\\d+)\"");

    /** The lines of both files; a test changes them. */
    public final List<String> entries = new ArrayList<>();

    final List<String> accounts = new ArrayList<>();

    /** Other files, by name; the manifest names those whose name does not stand in {@link #unnamed}. */
    final Map<String, byte[]> others = new TreeMap<>();

    final List<String> unnamed = new ArrayList<>();

    /** Files that there are none of. */
    final List<String> leftOut = new ArrayList<>();

    private final Map<String, String> members = new TreeMap<>();
    private UnaryOperator<String> manifest = UnaryOperator.identity();

    private record State(long balance, long version) {}

    private final Map<String, State> states = new LinkedHashMap<>();
    private long minute;

    static TestPack of(int n, long seed) {
        TestPack pack = new TestPack();
        Random random = new Random(seed);
        pack.entry(
                "OPENING",
                "",
                Map.of(
                        "3300:MIN",
                        -4_000L,
                        "2100:M-1:MIN",
                        1_000L,
                        "2100:M-2:MIN",
                        1_000L,
                        "2100:M-3:MIN",
                        1_000L,
                        "2100:M-4:MIN:PUBLIC.20251231.R",
                        1_000L));
        for (int seq = 2; seq <= n; seq++) {
            if (seq == 6) {
                pack.entry("REVERSAL", ",\"reverses\":\"5\"", Map.of("2100:M-1:MIN", 7L, "2100:M-2:MIN", -7L));
            } else {
                long minutes = seq == 5 ? 7 : 1 + random.nextInt(3);
                boolean back = seq % 2 == 0;
                pack.entry(
                        "TRANSFER_TIME",
                        "",
                        Map.of("2100:M-1:MIN", back ? minutes : -minutes, "2100:M-2:MIN", back ? -minutes : minutes));
            }
        }
        pack.states.forEach((account, state) -> pack.accounts.add(
                account.contains("PUBLIC")
                        ? "{\"account\":\"%s\",\"expiresOn\":\"2025-12-31\",\"posted\":\"%d\",\"restricted\":true,\"version\":\"%d\"}"
                                .formatted(account, state.balance, state.version)
                        : "{\"account\":\"%s\",\"posted\":\"%d\",\"restricted\":false,\"version\":\"%d\"}"
                                .formatted(account, state.balance, state.version)));
        return pack;
    }

    /** Of entries and accounts that are there. */
    public static TestPack of(String book, List<String> entries, List<String> accounts) {
        TestPack pack = new TestPack();
        pack.book = book;
        pack.entries.addAll(entries);
        pack.accounts.addAll(accounts);
        return pack;
    }

    private void entry(String type, String reverses, Map<String, Long> amounts) {
        StringBuilder postings = new StringBuilder();
        new TreeMap<>(amounts).descendingMap().forEach((account, amount) -> {
            State before = states.getOrDefault(account, new State(0, 0));
            State after = new State(before.balance + amount, before.version + 1);
            states.put(account, after);
            postings.append(postings.isEmpty() ? "" : ",")
                    .append("{\"account\":\"%s\",\"amount\":\"%d\",\"balance\":\"%d\",\"version\":\"%d\"}"
                            .formatted(account, amount, after.balance, after.version));
        });
        minute++;
        entries.add(
                "{\"actor\":\"P-7\",\"book\":\"%s\",\"client\":\"app\",\"metadataHash\":\"%s\",\"occurredOn\":\"2025-01-06\",\"postedAt\":\"2025-01-06T%02d:%02d:00.000000Z\",\"postings\":[%s]%s,\"seq\":\"%d\",\"type\":\"%s\",\"unit\":\"MIN\"}"
                        .formatted(
                                BOOK,
                                "0a".repeat(32),
                                minute / 60,
                                minute % 60,
                                postings,
                                reverses,
                                entries.size() + 1,
                                type));
    }

    /** What a log of these entries signs. */
    static String checkpoint(List<String> lines, SigningKey key) {
        return SignedNote.sign(
                        key.verification().name() + "\n" + lines.size() + "\n"
                                + Base64.getEncoder().encodeToString(root(lines)) + "\n",
                        key)
                .toString();
    }

    /** A receipt of an entry in the log of these entries. */
    static String receipt(int seq, List<String> lines, SigningKey key) {
        StringBuilder out = new StringBuilder("c2sp.org/tlog-proof@v1\nindex " + (seq - 1) + "\n");
        path(seq - 1, lines)
                .forEach(hash ->
                        out.append(Base64.getEncoder().encodeToString(hash)).append('\n'));
        return out.append('\n').append(checkpoint(lines, key)).toString();
    }

    /** Makes it a part from an entry on, with the receipt of that entry where it has a checkpoint. */
    TestPack from(int seq, SigningKey... keys) {
        for (SigningKey key : keys) {
            others.put("first-entry.tlog-proof", receipt(seq, entries, key).getBytes(UTF_8));
        }
        entries.subList(0, seq - 1).clear();
        return this;
    }

    /** Adds the checkpoint of the entries as they are now, and the key. */
    public TestPack signed(SigningKey key) {
        return signed(key, key.verification() + "\n");
    }

    /** The same with these keys. */
    TestPack signed(SigningKey key, String keys) {
        others.put("checkpoint.txt", checkpoint(entries, key).getBytes(UTF_8));
        others.put("log-key.txt", keys.getBytes(UTF_8));
        unnamed.addAll(List.of("checkpoint.txt", "log-key.txt"));
        return member("checkpoint", "\"checkpoint.txt\"");
    }

    /** Puts another text for a part of a line, which has to be there. */
    public TestPack change(List<String> lines, int number, String part, String other) {
        String line = lines.get(number - 1);
        if (!line.contains(part)) {
            throw new IllegalArgumentException(part + " is not in " + line);
        }
        lines.set(number - 1, line.replace(part, other));
        return this;
    }

    /** Leaves a file out. */
    public TestPack without(String name) {
        leftOut.add(name);
        return this;
    }

    /** Changes the manifest after it was made. */
    TestPack manifest(UnaryOperator<String> change) {
        manifest = change;
        return this;
    }

    /** Sets a member of the manifest, as JSON. */
    public TestPack member(String name, String json) {
        members.put(name, json);
        return this;
    }

    /** The files as they are to be written, by name. */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("entries.jsonl", text(entries));
        files.put("accounts.jsonl", text(accounts));
        files.putAll(others);
        leftOut.forEach(files::remove);
        StringBuilder listed = new StringBuilder();
        files.forEach((name, bytes) -> {
            if (!unnamed.contains(name)) {
                listed.append(listed.isEmpty() ? "" : ",")
                        .append("{\"bytes\":\"%d\",\"name\":\"%s\",\"rows\":\"%d\",\"sha256\":\"%s\"}"
                                .formatted(
                                        bytes.length,
                                        name,
                                        rows(bytes),
                                        HexFormat.of().formatHex(sha256(bytes))));
            }
        });
        long first = entries.isEmpty() ? 1 : seq(entries.getFirst());
        long last = entries.isEmpty() ? 0 : seq(entries.getLast());
        Map<String, String> all = new TreeMap<>(Map.of(
                "book", "\"" + book + "\"",
                "entries", "\"" + entries.size() + "\"",
                "files", "[" + listed + "]",
                "firstSeq", "\"" + first + "\"",
                "format", "\"moralbank-export/1\"",
                "lastSeq", "\"" + last + "\"",
                "parameters", "{}",
                "postings", "\"" + entries.stream().mapToInt(TestPack::postings).sum() + "\"",
                "sums", "{\"MIN\":\"0\",\"PTS\":\"0\"}",
                "turnover", "{\"MIN\":\"" + credited("MIN") + "\",\"PTS\":\"" + credited("PTS") + "\"}"));
        all.putAll(members);
        StringBuilder json = new StringBuilder();
        all.forEach((name, value) -> json.append(json.isEmpty() ? "{" : ",")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
        files.put("manifest.json", manifest.apply(json.append('}').toString()).getBytes(UTF_8));
        return files;
    }

    private static long seq(String line) {
        return Long.parseLong(line.replaceFirst("(?s).*\"seq\":\"?(\\d+).*", "$1"));
    }

    private static int postings(String line) {
        return line.split("\"amount\"", -1).length - 1;
    }

    private long credited(String unit) {
        return entries.stream()
                .filter(line -> line.contains("\"unit\":\"" + unit + "\""))
                .flatMap(line -> CREDIT.matcher(line).results())
                .mapToLong(found -> Long.parseLong(found.group(1)))
                .sum();
    }

    private static int rows(byte[] bytes) {
        int rows = 0;
        for (byte each : bytes) {
            rows += each == '\n' ? 1 : 0;
        }
        return rows;
    }

    static byte[] text(List<String> lines) {
        return lines.isEmpty() ? new byte[0] : (String.join("\n", lines) + "\n").getBytes(UTF_8);
    }

    Path folder(Path folder) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, byte[]> file : files().entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return folder;
    }

    Path zip(Path file) throws IOException {
        return Files.write(file, zipped());
    }

    /** The same bytes whenever it is asked: an entry has a time, to two seconds. */
    public byte[] zipped() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> each : files().entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                entry.setTimeLocal(LocalDateTime.of(2025, 1, 1, 0, 0));
                out.putNextEntry(entry);
                out.write(each.getValue());
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    // ---- RFC 9162, section 2.1.1, as it is written there ---------------------------------------------------------

    public static byte[] root(List<String> lines) {
        int n = lines.size();
        if (n == 0) {
            return sha256();
        }
        if (n == 1) {
            return sha256(new byte[] {0}, lines.getFirst().getBytes(UTF_8));
        }
        int k = Integer.highestOneBit(n - 1);
        return sha256(new byte[] {1}, root(lines.subList(0, k)), root(lines.subList(k, n)));
    }

    /** Section 2.1.3.1. */
    private static List<byte[]> path(int m, List<String> lines) {
        int n = lines.size();
        if (n == 1) {
            return new ArrayList<>();
        }
        int k = Integer.highestOneBit(n - 1);
        List<byte[]> path = m < k ? path(m, lines.subList(0, k)) : path(m - k, lines.subList(k, n));
        path.add(m < k ? root(lines.subList(k, n)) : root(lines.subList(0, k)));
        return path;
    }

    static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
