package org.moralbank.verifier;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.moralbank.proofs.Checkpoint;
import org.moralbank.proofs.Frontier;
import org.moralbank.proofs.Hash;
import org.moralbank.proofs.Inclusion;
import org.moralbank.proofs.Receipt;
import org.moralbank.proofs.SignedNote;
import org.moralbank.proofs.VerificationKey;

/**
 * The tree over the entries, and what its roots are held against: the checkpoint of the pack and those that were kept. An
 * earlier one needs no proof of consistency: all entries are here, so its root is made anew at its size.
 *
 * <p>Of entries that follow one another from a later one on, the tree goes on where a receipt of the first of them ends: the
 * hashes on the left of its way to the root are all that has to be known of what stands before it. So a month can be checked
 * with the checkpoint of the month before.
 */
final class Checkpoints {
    private static final int LARGEST = 1 << 16;

    /** A checkpoint whose signature holds, or that there was no key for. */
    private record Signed(String name, String text, Checkpoint checkpoint, String by) {
        /** Whose signature it has, as a part of a sentence. */
        String bySomebody() {
            return by.isEmpty() ? "" : ", signed by " + by;
        }
    }

    /** That an entry is in the log of a checkpoint. */
    private record Included(String name, long seq, Inclusion proof, Signed signed) {}

    private final @Nullable Signed own;

    /** By size. */
    private final List<Signed> earlier;

    /** By entry; each is taken out once it holds. */
    private final Map<Long, List<Included>> receipts;

    private final List<String> held = new ArrayList<>();
    private final boolean keysAreOfThePack;
    private final long firstSeq;
    private final boolean isGapless;

    /** Null when not all before the first entry is known, or entries are left out: there is no root then. */
    private final @Nullable Frontier tree;

    private int proven;

    private Checkpoints(
            @Nullable Signed own,
            List<Signed> earlier,
            Map<Long, List<Included>> receipts,
            boolean keysAreOfThePack,
            long firstSeq,
            boolean isGapless)
            throws Fault {
        this.own = own;
        this.earlier = earlier;
        this.receipts = receipts;
        this.keysAreOfThePack = keysAreOfThePack;
        this.firstSeq = firstSeq;
        this.isGapless = isGapless;
        this.tree = isGapless ? treeBefore(firstSeq, receipts.getOrDefault(firstSeq, List.of())) : null;
        if (tree != null) {
            while (proven < earlier.size() && earlier.get(proven).checkpoint.size() < tree.size()) {
                proven++;
            }
        }
    }

    private static @Nullable Frontier treeBefore(long firstSeq, List<Included> ofTheFirst) throws Fault {
        if (firstSeq == 1) {
            return new Frontier();
        }
        if (ofTheFirst.isEmpty()) {
            return null;
        }
        try {
            return ofTheFirst.getFirst().proof.before();
        } catch (IllegalArgumentException none) {
            throw new Fault(String.valueOf(none.getMessage())).in(ofTheFirst.getFirst().name);
        }
    }

    /** Nothing to hold the root of a whole book against. */
    static Checkpoints none() throws Fault {
        return new Checkpoints(null, List.of(), new HashMap<>(), false, 1, true);
    }

    /** Reads the checkpoints and receipts and checks who signed them. */
    static Checkpoints of(Pack pack, Manifest manifest, Known known, List<VerificationKey> trusted)
            throws IOException, Fault {
        List<VerificationKey> ofThePack = ofThePack(pack);
        List<VerificationKey> keys = trusted.isEmpty() ? ofThePack : trusted;
        Signed own = own(pack, manifest, keys);
        if (own != null && !trusted.isEmpty() && !ofThePack.isEmpty()) {
            refuseKeysOfAnother(own, ofThePack);
        }
        Map<Long, List<Included>> receipts = receipts(pack, manifest, known, own, keys);
        List<Signed> earlier = new ArrayList<>();
        for (Known.Kept each : known.checkpoints()) {
            Signed signed = signed(each.name(), each.text(), keys);
            refuseOtherLog(manifest, own, signed);
            if (signed.checkpoint.size() > manifest.lastSeq()) {
                throw new Fault("it is of " + signed.checkpoint.size() + " entries, the export ends with "
                                + manifest.lastSeq() + ": the others were taken away, or it is older")
                        .in(each.name());
            }
            earlier.add(signed);
        }
        boolean hasTree =
                manifest.days() == null && (manifest.firstSeq() == 1 || receipts.containsKey(manifest.firstSeq()));
        if (hasTree) {
            // What a receipt's checkpoint says of all entries can be held against them, too.
            receipts.values().stream()
                    .flatMap(List::stream)
                    .map(Included::signed)
                    .filter(signed -> signed.checkpoint.size() >= manifest.firstSeq()
                            && signed.checkpoint.size() <= manifest.lastSeq()
                            && (own == null || !own.text.equals(signed.text)))
                    .forEach(earlier::add);
        }
        earlier.sort(Comparator.comparingLong(signed -> signed.checkpoint.size()));
        Checkpoints checkpoints = new Checkpoints(
                own,
                earlier,
                receipts,
                trusted.isEmpty() && !keys.isEmpty(),
                manifest.firstSeq(),
                manifest.days() == null);
        checkpoints.proveEarlier();
        return checkpoints;
    }

    private static @Nullable Signed own(Pack pack, Manifest manifest, List<VerificationKey> keys)
            throws IOException, Fault {
        String file = manifest.checkpoint();
        if (file == null) {
            return null;
        }
        if (!pack.names().contains(file)) {
            throw new Fault("the manifest names the checkpoint " + file + ", which is not there");
        }
        Signed own = signed(file, text(pack, file), keys);
        refuseOtherLog(manifest, null, own);
        if (own.checkpoint.size() != manifest.lastSeq()) {
            throw new Fault("it is of " + own.checkpoint.size() + " entries, the manifest ends with "
                            + manifest.lastSeq())
                    .in(file);
        }
        return own;
    }

    /** Whoever reads the pack after us would take keys for the log's that are not. */
    private static void refuseKeysOfAnother(Signed own, List<VerificationKey> ofThePack) throws Fault {
        try {
            Checkpoint.verified(own.text, ofThePack);
        } catch (IllegalArgumentException refused) {
            throw new Fault("it does not have the key that signed " + own.name + ", " + own.by).in(Verification.KEYS);
        }
    }

    private static Map<Long, List<Included>> receipts(
            Pack pack, Manifest manifest, Known known, @Nullable Signed own, List<VerificationKey> keys)
            throws IOException, Fault {
        List<Known.Kept> all = new ArrayList<>(known.receipts());
        if (pack.names().contains(Verification.FIRST_ENTRY)) {
            all.add(new Known.Kept(Verification.FIRST_ENTRY, text(pack, Verification.FIRST_ENTRY)));
        }
        Map<Long, List<Included>> receipts = new TreeMap<>();
        for (Known.Kept each : all) {
            Included included = included(each, keys);
            refuseOtherLog(manifest, own, included.signed);
            receipts.computeIfAbsent(included.seq, seq -> new ArrayList<>(1)).add(included);
        }
        return receipts;
    }

    private static void refuseOtherLog(Manifest manifest, @Nullable Signed own, Signed signed) throws Fault {
        String origin = signed.checkpoint.origin();
        if (own != null && !own.checkpoint.origin().equals(origin)) {
            throw new Fault("it is of the log " + origin + ", that of the export of " + own.checkpoint.origin())
                    .in(signed.name);
        }
        if (!origin.endsWith("/" + manifest.book())) {
            throw new Fault("it is of the log " + origin + ", not of book " + manifest.book()).in(signed.name);
        }
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
                return new Signed(
                        name, note, Checkpoint.parse(SignedNote.parse(note).text()), "");
            }
            Checkpoint checkpoint = Checkpoint.verified(note, keys);
            String by = SignedNote.parse(note).signatures().stream()
                    .filter(line -> keys.stream().anyMatch(line::isOf))
                    .map(line -> "%s+%08x".formatted(line.name(), line.id()))
                    .distinct()
                    .collect(Collectors.joining(" and "));
            return new Signed(name, note, checkpoint, by);
        } catch (IllegalArgumentException refused) {
            throw new Fault(String.valueOf(refused.getMessage())).in(name);
        }
    }

    private static Included included(Known.Kept kept, List<VerificationKey> keys) throws Fault {
        try {
            Receipt receipt = Receipt.parse(kept.text());
            Signed signed = signed(kept.name(), receipt.checkpoint(), keys);
            Inclusion proof = new Inclusion(receipt.index(), signed.checkpoint.size(), receipt.path());
            return new Included(kept.name(), receipt.index() + 1, proof, signed);
        } catch (IllegalArgumentException none) {
            throw new Fault(String.valueOf(none.getMessage())).in(kept.name());
        }
    }

    /** Takes the next entry in. */
    void take(long seq, byte[] line) throws Fault {
        if (tree == null && receipts.isEmpty()) {
            return;
        }
        Hash leaf = Hash.leaf(line);
        if (!receipts.isEmpty()) {
            List<Included> ofIt = receipts.remove(seq);
            for (Included each : ofIt == null ? List.<Included>of() : ofIt) {
                prove(each, leaf);
            }
        }
        if (tree != null) {
            tree.append(leaf);
            proveEarlier();
        }
    }

    private void prove(Included included, Hash leaf) throws Fault {
        Checkpoint checkpoint = included.signed.checkpoint;
        if (!included.proof.proves(leaf, checkpoint.root())) {
            throw new Fault("entry " + included.seq + " is not what was sealed: with it the receipt does not lead to"
                            + " the root of the checkpoint of " + checkpoint.size() + " entries")
                    .in(included.name);
        }
        if (!included.name.equals(Verification.FIRST_ENTRY)) {
            held.add("entry " + included.seq + " is in the log of " + checkpoint.size() + " entries by " + included.name
                    + included.signed.bySomebody());
        }
    }

    private void proveEarlier() throws Fault {
        while (tree != null
                && proven < earlier.size()
                && earlier.get(proven).checkpoint.size() == tree.size()) {
            prove(tree, earlier.get(proven));
            proven++;
        }
    }

    private void prove(Frontier of, Signed signed) throws Fault {
        if (!signed.checkpoint.root().equals(of.root())) {
            long before = proven == 0 ? 0 : earlier.get(proven - 1).checkpoint.size();
            throw new Fault("of the entries " + Math.max(firstSeq, before + 1) + " to " + of.size()
                            + " one is not what was sealed: they give the root " + of.root() + ", it says "
                            + signed.checkpoint.root())
                    .in(signed.name);
        }
    }

    /** What the root was held against, after the last entry. */
    List<String> prove(List<String> notProven) throws Fault {
        for (List<Included> left : receipts.values()) {
            throw new Fault("it is of entry " + left.getFirst().seq + ", which is not in the export")
                    .in(left.getFirst().name);
        }
        List<String> provenBy = new ArrayList<>();
        long sealed = 0;
        if (tree != null) {
            provenBy.add("root " + tree.root());
            if (own != null) {
                prove(tree, own);
                provenBy.add(own.by.isEmpty() ? "as its checkpoint says" : "as signed by " + own.by);
            }
        }
        for (Signed signed : earlier) {
            long size = signed.checkpoint.size();
            if (tree != null && size >= firstSeq - 1) {
                sealed = size;
                provenBy.add("true to the checkpoint of " + size + " entries in " + signed.name + signed.bySomebody());
            } else {
                notProven.add("that the export agrees with the checkpoint of " + size + " entries in " + signed.name
                        + ": " + (tree != null ? "these are entries behind it" : "not all of its entries are here"));
            }
        }
        provenBy.addAll(held);
        if (tree == null) {
            notProven.add(
                    "that these are the entries that were sealed, and all of them: "
                            + (isGapless
                                    ? "where they stand in the log would show by a receipt of entry " + firstSeq
                                            + ", with --receipt, and a checkpoint"
                                    : "entries with gaps between them give no root; receipts, with --receipt, show it of one each"));
        } else if (own == null) {
            notProven.add("that nothing was changed since it was sealed, behind entry " + sealed
                    + ": the export has no checkpoint");
        }
        boolean anySigned = own != null || !earlier.isEmpty() || !held.isEmpty();
        if (keysAreOfThePack && anySigned) {
            notProven.add("whose the key is: " + Verification.KEYS + " is the export's own word, and whoever made the"
                    + " export could have signed with a key of his own; hold it against the one that the community has"
                    + " published, or give that one with --key");
        } else if (own != null && own.by.isEmpty()) {
            notProven.add("who signed the checkpoint: there is no key");
        }
        return provenBy;
    }

    /** The checkpoint of the export as it is written; null when it has none. */
    @Nullable
    String ownText() {
        return own == null ? null : own.text;
    }

    /** The root of all entries up to the last; no bytes where it cannot be made. */
    byte[] root() {
        return tree == null ? new byte[0] : tree.root().bytes();
    }
}
