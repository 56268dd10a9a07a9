package org.moralbank.verifier;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
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

    /** A receipt of the first entry of an export that begins later than the book. */
    static final String FIRST_ENTRY = "first-entry.tlog-proof";

    private static final Set<String> ACCOUNT_MEMBERS =
            Set.of("account", "expiresOn", "posted", "restricted", "version");

    private final Pack pack;
    private final Manifest manifest;
    private final Checkpoints checkpoints;
    private final BookSoFar book;
    private final List<String> notProven = new ArrayList<>();

    private Verification(Pack pack, Manifest manifest, Checkpoints checkpoints) {
        this.pack = pack;
        this.manifest = manifest;
        this.checkpoints = checkpoints;
        this.book = new BookSoFar(manifest.book(), manifest.firstSeq(), manifest.days());
    }

    /** Checks an export against itself and what is known from elsewhere. */
    public static Verdict of(Path export, Known known) {
        List<VerificationKey> trusted;
        try {
            trusted = known.keys().stream().map(VerificationKey::parse).toList();
        } catch (IllegalArgumentException none) {
            return new Verdict.NotChecked(String.valueOf(none.getMessage()));
        }
        try (Pack pack = Pack.open(export)) {
            Manifest manifest = Manifest.of(pack);
            return new Verification(pack, manifest, Checkpoints.of(pack, manifest, known, trusted)).verdict();
        } catch (Fault fault) {
            return new Verdict.DoesNotHold(fault);
        } catch (IOException unreadable) {
            return new Verdict.NotChecked(export + " cannot be read: " + unreadable.getMessage());
        }
    }

    /** Checks the bare lines of a book's entries, from the first on: what a pack says besides is not there. */
    public static Verdict ofEntries(Path entries, String book) {
        BookSoFar soFar = new BookSoFar(book, 1, null);
        try (InputStream in = Files.newInputStream(entries)) {
            Checkpoints checkpoints = Checkpoints.none();
            checkEntries(in, soFar, checkpoints);
            List<String> notProven = new ArrayList<>();
            List<String> provenBy = checkpoints.prove(notProven);
            return new Verdict.Holds(
                    book,
                    1,
                    soFar.lastSeq(),
                    soFar.postings(),
                    soFar.accounts().size(),
                    true,
                    checkpoints.root(),
                    null,
                    provenBy,
                    notProven);
        } catch (Fault fault) {
            return new Verdict.DoesNotHold(fault);
        } catch (IOException unreadable) {
            return new Verdict.NotChecked(entries + " cannot be read: " + unreadable.getMessage());
        }
    }

    private Verdict verdict() throws IOException, Fault {
        checkNames();
        Manifest.Listed entries = manifest.files().get(ENTRIES);
        if (entries == null) {
            for (Manifest.Listed file : manifest.files().values()) {
                read(file, in -> -1);
            }
            return new Verdict.NoEntries();
        }
        read(entries, in -> checkEntries(in, book, checkpoints));
        checkManifest();
        Manifest.Listed accounts = manifest.files().get(ACCOUNTS);
        if (accounts != null) {
            read(accounts, this::checkAccounts);
        }
        List<String> unread = new ArrayList<>();
        for (Manifest.Listed file : manifest.files().values()) {
            switch (file.name()) {
                case ENTRIES, ACCOUNTS -> {}
                case TrialBalance.NAME -> read(file, this::checkTrialBalance);
                default -> {
                    read(file, in -> -1);
                    if (!isOfTheLog(file.name())) {
                        unread.add(file.name());
                    }
                }
            }
        }
        if (!unread.isEmpty()) {
            notProven.add("that " + String.join(", ", unread)
                    + " agree with the entries: they are taken at the manifest's word, which nobody signs");
        }
        if (accounts == null) {
            notProven.add("that an account's balance is listed as the entries make it: there is no " + ACCOUNTS);
        }
        if (manifest.days() != null) {
            notProven.add("that no entry is missing: these happened " + manifest.days()
                    + ", others stand between them, and what an account had before one is taken at its word");
        } else if (!book.isWhole()) {
            notProven.add("what was before entry " + manifest.firstSeq()
                    + ": what an account had before its first posting here is taken at its word");
        }
        List<String> provenBy = checkpoints.prove(notProven);
        return new Verdict.Holds(
                manifest.book(),
                manifest.firstSeq(),
                manifest.lastSeq(),
                book.postings(),
                book.accounts().size(),
                book.isWhole(),
                checkpoints.root(),
                checkpoints.ownText(),
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

    /** Whether a file belongs to the log's checkpoints, which are read with them. */
    private boolean isOfTheLog(String name) {
        return name.equals(manifest.checkpoint()) || name.equals(KEYS) || name.equals(FIRST_ENTRY);
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

    private static long checkEntries(InputStream in, BookSoFar book, Checkpoints checkpoints)
            throws IOException, Fault {
        Lines lines = new Lines(in);
        try {
            while (lines.next()) {
                SealedEntry entry = SealedEntry.of(lines.object());
                book.take(entry);
                checkpoints.take(entry.seq(), lines.bytes());
            }
        } catch (Fault fault) {
            // One that the roots show is told where they are signed.
            throw fault.file() == null ? fault.in(ENTRIES, lines.number()) : fault;
        }
        return lines.number();
    }

    private void checkManifest() throws Fault {
        demand("entries", manifest.entries(), book.entries());
        if (manifest.days() == null) {
            demand("lastSeq", manifest.lastSeq(), book.lastSeq());
        } else if (book.lastSeq() > manifest.lastSeq()) {
            throw new Fault("lastSeq is " + manifest.lastSeq() + ", the last entry is " + book.lastSeq())
                    .in(Manifest.NAME);
        }
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

    private long checkTrialBalance(InputStream in) throws IOException, Fault {
        if (!book.isFromTheBeginning()) {
            notProven.add("what " + TrialBalance.NAME + " opens with: what was before is not here"
                    + (book.isGapless() && manifest.files().containsKey(ACCOUNTS)
                            ? "; it is as " + ACCOUNTS + " and the first postings have it"
                            : ""));
        }
        return TrialBalance.check(in, book, manifest.files().containsKey(ACCOUNTS));
    }

    // ---- accounts ----------------------------------------------------------------------------------------------

    /** Each account as the entries left it, in the order of the first postings, none missing and none beside them. */
    private long checkAccounts(InputStream in) throws IOException, Fault {
        Lines lines = new Lines(in);
        var expected = book.accounts().entrySet().iterator();
        Set<String> seen = new HashSet<>();
        Map<String, Long> sums = new TreeMap<>();
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
                check(line, name, account, sums);
            }
            if (book.isWhole() && expected.hasNext()) {
                throw new Fault("there is no " + expected.next().getKey());
            }
        } catch (Fault fault) {
            throw fault.in(ACCOUNTS, lines.number());
        }
        for (String name : book.accounts().keySet()) {
            if (!book.isWhole() && !seen.contains(name)) {
                throw new Fault("there is no " + name).in(ACCOUNTS);
            }
        }
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            if (sum.getValue() != 0) {
                throw new Fault("all in " + sum.getKey() + " come to " + sum.getValue() + ", and a book comes to zero")
                        .in(ACCOUNTS);
            }
        }
        return lines.number();
    }

    private void check(JsonObject line, String name, BookSoFar.@Nullable Account account, Map<String, Long> sums)
            throws Fault {
        ChartLine.Named named = ChartLine.named(name);
        String expiresOn = line.optionalText("expiresOn");
        if (!named.expiresOn().equals(expiresOn == null ? "" : expiresOn)
                || named.restricted() != line.flag("restricted")) {
            throw new Fault("what it says of " + name + " is not what the name of its lot says");
        }
        long posted = line.integer("posted");
        long version = line.integer("version");
        if (version < 1
                || posted < named.line().floor()
                || posted > named.line().ceiling()) {
            throw new Fault(name + " has " + posted + " at version " + version + ", which no account of its code has");
        }
        try {
            sums.merge(named.unit(), posted, Math::addExact);
        } catch (ArithmeticException tooLarge) {
            throw new Fault("its amounts are beyond all measure");
        }
        // Of a part there may be accounts that it does not touch, and of business days postings that are not here.
        if (account == null) {
            book.untouched().put(name, posted);
            return;
        }
        if (manifest.days() != null && version > account.version) {
            return;
        }
        if (posted != account.balance || version != account.version) {
            throw new Fault(name + " has " + posted + " at version " + version + ", its entries left " + account.balance
                    + " at version " + account.version);
        }
    }
}
