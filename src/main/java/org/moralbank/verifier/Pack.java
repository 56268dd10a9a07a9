package org.moralbank.verifier;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/** An export: a zip, or a folder with the same files. Its files are read where they are; nothing is ever unpacked. */
public final class Pack implements Closeable {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final int MOST_FILES = 1_000;

    /** RFC 1951 can say 258 bytes in two bits, so that no zip holds more than 1032 times its size. */
    private static final long MOST_TIMES = 1_032;

    private final @Nullable ZipFile zip;
    private final Map<String, ZipEntry> zipped = new HashMap<>();
    private final Map<String, Path> files = new HashMap<>();

    /** How much can be in it. */
    private long most;

    private Pack(@Nullable ZipFile zip) {
        this.zip = zip;
    }

    /**
     * Opens a zip or a folder.
     *
     * @throws IOException when there is none, or it cannot be read
     * @throws Fault when it is not whole, or has files that are not to be in an export
     */
    public static Pack open(Path export) throws IOException, Fault {
        return Files.isDirectory(export) ? ofFolder(export) : ofZip(export);
    }

    private static Pack ofFolder(Path folder) throws IOException, Fault {
        Pack pack = new Pack(null);
        pack.most = Long.MAX_VALUE;
        try (var all = Files.newDirectoryStream(folder)) {
            for (Path each : all) {
                String name = String.valueOf(each.getFileName());
                pack.refuseMisnamed(name);
                if (!Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    throw new Fault(name + " is no plain file");
                }
                pack.files.put(name, each);
            }
        }
        return pack;
    }

    private static Pack ofZip(Path file) throws IOException, Fault {
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException notOne) {
            throw new Fault("it is no whole zip: " + notOne.getMessage());
        }
        try {
            Pack pack = new Pack(zip);
            pack.most = Math.multiplyExact(Files.size(file), MOST_TIMES);
            Enumeration<? extends ZipEntry> all = zip.entries();
            while (all.hasMoreElements()) {
                ZipEntry entry = all.nextElement();
                pack.refuseMisnamed(entry.getName());
                if (pack.zipped.put(entry.getName(), entry) != null) {
                    throw new Fault(entry.getName() + " is in it twice");
                }
            }
            return pack;
        } catch (Fault fault) {
            zip.close();
            throw fault;
        }
    }

    private void refuseMisnamed(String name) throws Fault {
        if (!PLAIN.matcher(name).matches()) {
            throw new Fault("it has a file whose name is no plain name: " + printable(name));
        }
        if (names().size() >= MOST_FILES) {
            throw new Fault("it has more than " + MOST_FILES + " files");
        }
    }

    /** A name of no good form, so that it does no harm on a screen either. */
    private static String printable(String name) {
        String safe = name.replaceAll("[^\\x20-\\x7e]", "?");
        return safe.length() > 100 ? safe.substring(0, 100) + "…" : safe;
    }

    /** The names of its files. */
    public Set<String> names() {
        return zip == null ? files.keySet() : zipped.keySet();
    }

    /** Refuses to say that it holds more than it can. */
    void refuseBeyond(long said) throws Fault {
        if (said > most) {
            throw new Fault("the manifest says " + said + " bytes, and a zip of this size holds " + most + " at most");
        }
    }

    /** The bytes of a file that is there. */
    public InputStream open(String name) throws IOException {
        if (zip != null) {
            return zip.getInputStream(zipped.get(name));
        }
        Path file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException("not in the pack: " + name);
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void close() throws IOException {
        if (zip != null) {
            zip.close();
        }
    }
}
