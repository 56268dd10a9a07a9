package org.moralbank.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.VerificationKey;

/** One check of one export, from its first byte to its verdict. */
public final class Verification {
    static final String ENTRIES = "entries.jsonl";
    static final String ACCOUNTS = "accounts.jsonl";
    static final String KEYS = "log-key.txt";

    private static final Set<String> ACCOUNT_MEMBERS =
            Set.of("account", "expiresOn", "posted", "restricted", "version");

    /** A checkpoint that was kept, and what it is called. */
    public record Kept(String name, String text) {}

    private final Pack pack;
    private final Manifest manifest;
    private final Checkpoints checkpoints;
    private final BookSoFar book;
    private final List<String> notProven = new ArrayList<>();

    private Verification(Pack pack, Manifest manifest, Checkpoints checkpoints) {
        this.pack = pack;
        this.manifest = manifest;
        this.checkpoints = checkpoints;
        this.book = new BookSoFar(manifest.book(), manifest.firstSeq());
    }

    /**
     * Checks an export.
     *
     * @param earlier checkpoints that were kept, and that the export has to agree with
     * @param keys verification keys that are trusted; when there is none those of the export are taken
     */
    public static Verdict of(Path export, List<Kept> earlier, List<String> keys) {
        List<VerificationKey> trusted;
        try {
            trusted = keys.stream().map(VerificationKey::parse).toList();
        } catch (IllegalArgumentException none) {
            return new Verdict.NotChecked(String.valueOf(none.getMessage()));
        }
        try (Pack pack = Pack.open(export)) {
            Manifest manifest = Manifest.of(pack);
            return new Verification(pack, manifest, Checkpoints.of(pack, manifest, earlier, trusted)).verdict();
        } catch (Fault fault) {
            return new Verdict.DoesNotHold(fault);
        } catch (IOException unreadable) {
            return new Verdict.NotChecked(export + " cannot be read: " + unreadable.getMessage());
        }
    }

    private Verdict verdict() throws IOException, Fault {
        checkNames();
        read(listed(ENTRIES), this::checkEntries);
        checkManifest();
        for (Manifest.Listed file : manifest.files().values()) {
            switch (file.name()) {
                case ENTRIES -> {}
                case ACCOUNTS -> read(file, this::checkAccounts);
                case TrialBalance.NAME -> read(file, in -> TrialBalance.check(in, book));
                default -> read(file, in -> -1);
            }
        }
        if (!manifest.files().containsKey(ACCOUNTS)) {
            notProven.add("that an account's balance is listed as the entries make it: there is no " + ACCOUNTS);
        }
        if (!book.isWhole()) {
            notProven.add("what was before entry " + manifest.firstSeq()
                    + ": the first posting of each account is taken at its word, and no root can be made");
        }
        List<String> provenBy = checkpoints.prove(notProven);
        return new Verdict.Holds(
                manifest.book(),
                manifest.firstSeq(),
                manifest.lastSeq(),
                book.postings(),
                book.accounts().size(),
                checkpoints.root(),
                provenBy,
                List.copyOf(notProven));
    }

    /** All that is in the pack is named in the manifest, and the other way round. */
    private void checkNames() throws Fault {
        Set<String> unnamed = new HashSet<>(pack.names());
        for (String name : manifest.files().keySet()) {
            if (!unnamed.remove(name)) {
                throw new Fault("the manifest names " + name + ", which is not there");
            }
        }
        // The manifest cannot name itself; the checkpoint and its keys are proven by the signature.
        unnamed.removeAll(Arrays.asList(Manifest.NAME, KEYS, manifest.checkpoint()));
        if (!unnamed.isEmpty()) {
            throw new Fault("the manifest does not name "
                    + unnamed.stream().sorted().findFirst().get());
        }
        pack.refuseBeyond(manifest.bytes());
    }

    private Manifest.Listed listed(String name) throws Fault {
        Manifest.Listed listed = manifest.files().get(name);
        if (listed == null) {
            throw new Fault("the manifest names no " + name);
        }
        return listed;
    }

    // ---- files -------------------------------------------------------------------------------------------------

    /** What is done with the bytes of a file; gives how many rows they were, −1 where that is not counted. */
    private interface Content {
        long read(InputStream in) throws IOException, Fault;
    }

    /** Reads a file once: what it says, then that it is the file of the manifest. */
    private void read(Manifest.Listed file, Content content) throws IOException, Fault {
        try (Measured in = new Measured(pack.open(file.name()), file.bytes())) {
            long rows = content.read(in);
            in.drain();
            if (in.bytes() != file.bytes()) {
                throw new Fault("it has " + in.bytes() + " bytes, the manifest says " + file.bytes());
            }
            if (rows >= 0 && file.rows() >= 0 && rows != file.rows()) {
                throw new Fault("it has " + rows + " rows, the manifest says " + file.rows());
            }
            if (!in.sha256().equals(file.sha256())) {
                throw new Fault("its SHA-256 is not the manifest's: its bytes were changed");
            }
        } catch (Fault fault) {
            throw fault.file() == null ? fault.in(file.name()) : fault;
        } catch (Measured.TooLong | ZipException | java.io.EOFException damaged) {
            throw new Fault("it is damaged: " + damaged.getMessage()).in(file.name());
        }
    }

    // ---- entries -----------------------------------------------------------------------------------------------

    private long checkEntries(InputStream in) throws IOException, Fault {
        Lines lines = new Lines(in);
        try {
            while (lines.next()) {
                SealedEntry entry = SealedEntry.of(lines.object());
                book.take(entry);
                checkpoints.take(lines.bytes());
            }
        } catch (Fault fault) {
            // One that the roots show is told where they are signed.
            throw fault.file() == null ? fault.in(ENTRIES, lines.number()) : fault;
        }
        return lines.number();
    }

    private void checkManifest() throws Fault {
        demand("entries", manifest.entries(), book.entries());
        demand("lastSeq", manifest.lastSeq(), book.lastSeq());
        demand("postings", manifest.postings(), book.postings());
        Map<String, Long> turnover = new TreeMap<>(manifest.turnover());
        book.turnover().forEach((unit, amount) -> turnover.putIfAbsent(unit, 0L));
        if (!turnover.equals(book.turnover())) {
            throw new Fault("turnover is " + manifest.turnover() + ", the entries turn over " + book.turnover())
                    .in(Manifest.NAME);
        }
        if (manifest.sums().values().stream().anyMatch(sum -> sum != 0)) {
            throw new Fault("sums are " + manifest.sums() + ", and every entry sums to zero").in(Manifest.NAME);
        }
    }

    private static void demand(String what, long said, long found) throws Fault {
        if (said != found) {
            throw new Fault(what + " is " + said + ", by the entries " + found).in(Manifest.NAME);
        }
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    /** Each account as the entries left it, in the order of the first postings, none missing and none beside them. */
    private long checkAccounts(InputStream in) throws IOException, Fault {
        Lines lines = new Lines(in);
        var expected = book.accounts().entrySet().iterator();
        Set<String> seen = new HashSet<>();
        try {
            while (lines.next()) {
                JsonObject line = lines.object();
                SealedEntry.refuseOthers(line, ACCOUNT_MEMBERS);
                String name = line.text("account");
                BookSoFar.Account account = book.accounts().get(name);
                if (book.isWhole()) {
                    if (!expected.hasNext() || !expected.next().getKey().equals(name)) {
                        throw new Fault(
                                account == null
                                        ? "no entry posts to " + name
                                        : "it is of " + name + ", where another account belongs by its first posting");
                    }
                } else if (!seen.add(name)) {
                    throw new Fault(name + " stands twice");
                }
                check(line, name, account);
            }
            if (book.isWhole() && expected.hasNext()) {
                throw new Fault("there is no " + expected.next().getKey());
            }
        } catch (Fault fault) {
            throw fault.in(ACCOUNTS, lines.number());
        }
        if (!book.isWhole() && !seen.containsAll(book.accounts().keySet())) {
            throw new Fault("an account is missing that the entries post to");
        }
        return lines.number();
    }

    private static void check(JsonObject line, String name, BookSoFar.@Nullable Account account) throws Fault {
        ChartLine.Named named = ChartLine.named(name);
        String expiresOn = line.optionalText("expiresOn");
        if (!named.expiresOn().equals(expiresOn == null ? "" : expiresOn)
                || named.restricted() != line.flag("restricted")) {
            throw new Fault("what it says of " + name + " is not what the name of its lot says");
        }
        long posted = line.integer("posted");
        long version = line.integer("version");
        // Of a range there may be accounts that it does not touch.
        if (account != null && (posted != account.balance || version != account.version)) {
            throw new Fault(name + " has " + posted + " at version " + version + ", its entries left " + account.balance
                    + " at version " + account.version);
        }
    }
}
