package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Frontier;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.SignedNote;
import org.moralbank.proofs.VerificationKey;

/**
 * The tree over the entries, and what its roots are held against: the checkpoint of the pack and those that were kept. An
 * earlier one needs no proof of consistency: all entries are here, so its root is made anew at its size.
 */
final class Checkpoints {
    private static final int LARGEST = 1 << 16;

    /** A checkpoint whose signature holds, or that there was no key for. */
    private record Signed(String name, Checkpoint checkpoint, String by) {}

    private final @Nullable Signed own;
    private final List<Signed> earlier;
    private final boolean keysAreOfThePack;
    private final boolean isWhole;
    private final Frontier tree = new Frontier();
    private int proven;

    private Checkpoints(@Nullable Signed own, List<Signed> earlier, boolean keysAreOfThePack, boolean isWhole) {
        this.own = own;
        this.earlier = earlier;
        this.keysAreOfThePack = keysAreOfThePack;
        this.isWhole = isWhole;
    }

    /** Reads the checkpoints and checks who signed them. */
    static Checkpoints of(Pack pack, Manifest manifest, List<Verification.Kept> kept, List<VerificationKey> trusted)
            throws IOException, Fault {
        List<VerificationKey> keys = trusted.isEmpty() ? ofThePack(pack) : trusted;
        String file = manifest.checkpoint();
        Signed own = null;
        if (file != null) {
            if (!pack.names().contains(file)) {
                throw new Fault("the manifest names the checkpoint " + file + ", which is not there");
            }
            own = signed(file, text(pack, file), keys);
            if (!own.checkpoint.origin().endsWith("/" + manifest.book())) {
                throw new Fault("it is of the log " + own.checkpoint.origin() + ", not of book " + manifest.book())
                        .in(file);
            }
            if (own.checkpoint.size() != manifest.lastSeq()) {
                throw new Fault("it is of " + own.checkpoint.size() + " entries, the manifest ends with "
                                + manifest.lastSeq())
                        .in(file);
            }
        }
        List<Signed> earlier = new ArrayList<>();
        for (Verification.Kept each : kept) {
            Signed signed = signed(each.name(), each.text(), keys);
            if (own != null && !own.checkpoint.origin().equals(signed.checkpoint.origin())) {
                throw new Fault("it is of the log " + signed.checkpoint.origin() + ", that of the export of "
                                + own.checkpoint.origin())
                        .in(each.name());
            }
            if (signed.checkpoint.size() > manifest.lastSeq()) {
                throw new Fault("it is of " + signed.checkpoint.size() + " entries, the export ends with "
                                + manifest.lastSeq() + ": the others were taken away, or it is older")
                        .in(each.name());
            }
            earlier.add(signed);
        }
        earlier.sort(Comparator.comparingLong(signed -> signed.checkpoint.size()));
        Checkpoints checkpoints =
                new Checkpoints(own, earlier, trusted.isEmpty() && !keys.isEmpty(), manifest.firstSeq() == 1);
        checkpoints.proveEarlier();
        return checkpoints;
    }

    private static List<VerificationKey> ofThePack(Pack pack) throws IOException, Fault {
        if (!pack.names().contains(Verification.KEYS)) {
            return List.of();
        }
        try {
            return text(pack, Verification.KEYS)
                    .lines()
                    .map(VerificationKey::parse)
                    .toList();
        } catch (IllegalArgumentException none) {
            throw new Fault(String.valueOf(none.getMessage())).in(Verification.KEYS);
        }
    }

    private static String text(Pack pack, String file) throws IOException, Fault {
        try (InputStream in = pack.open(file)) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new Fault("it is larger than 64 KiB").in(file);
            }
            return new String(bytes, UTF_8);
        }
    }

    private static Signed signed(String name, String note, List<VerificationKey> keys) throws Fault {
        try {
            if (keys.isEmpty()) {
                return new Signed(name, Checkpoint.parse(SignedNote.parse(note).text()), "");
            }
            Checkpoint checkpoint = Checkpoint.verified(note, keys);
            String by = SignedNote.parse(note).signatures().stream()
                    .filter(line -> keys.stream()
                            .anyMatch(key -> key.id() == line.id() && key.name().equals(line.name())))
                    .map(line -> "%s+%08x".formatted(line.name(), line.id()))
                    .distinct()
                    .collect(Collectors.joining(" and "));
            return new Signed(name, checkpoint, by);
        } catch (IllegalArgumentException refused) {
            throw new Fault(String.valueOf(refused.getMessage())).in(name);
        }
    }

    /** Takes the next entry in. */
    void take(byte[] line) throws Fault {
        if (isWhole) {
            tree.append(Hash.leaf(line));
            proveEarlier();
        }
    }

    private void proveEarlier() throws Fault {
        while (isWhole
                && proven < earlier.size()
                && earlier.get(proven).checkpoint.size() == tree.size()) {
            prove(earlier.get(proven));
            proven++;
        }
    }

    private void prove(Signed signed) throws Fault {
        if (!signed.checkpoint.root().equals(tree.root())) {
            long before = proven == 0 ? 0 : earlier.get(proven - 1).checkpoint.size();
            throw new Fault("of the entries " + (before + 1) + " to " + tree.size()
                            + " one is not what was sealed: they give the root " + tree.root() + ", it says "
                            + signed.checkpoint.root())
                    .in(signed.name);
        }
    }

    /** What the root was held against, after the last entry. */
    List<String> prove(List<String> notProven) throws Fault {
        List<String> provenBy = new ArrayList<>();
        if (!isWhole) {
            return provenBy;
        }
        provenBy.add("root " + tree.root());
        if (own == null) {
            notProven.add("that nothing was changed since it was sealed, behind entry "
                    + (earlier.isEmpty() ? 0 : earlier.getLast().checkpoint.size())
                    + ": the export has no checkpoint");
        } else {
            prove(own);
            provenBy.add(own.by.isEmpty() ? "as its checkpoint says" : "as signed by " + own.by);
        }
        for (Signed signed : earlier) {
            provenBy.add("true to the checkpoint of " + signed.checkpoint.size() + " entries in " + signed.name
                    + (signed.by.isEmpty() ? "" : ", signed by " + signed.by));
        }
        if (keysAreOfThePack && (own != null || !earlier.isEmpty())) {
            notProven.add("whose the key is: it is from the export itself; hold it against the one that the community"
                    + " has published, or give that one with --key");
        } else if (own != null && own.by.isEmpty()) {
            notProven.add("who signed the checkpoint: there is no key");
        }
        return provenBy;
    }

    /** The root of all entries; no bytes where not all are here. */
    byte[] root() {
        return isWhole ? tree.root().bytes() : new byte[0];
    }
}
