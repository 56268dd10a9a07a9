package org.moralbank.verifier;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code verify EXPORT [--checkpoint EARLIER]… [--receipt RECEIPT]… [--key KEY]…}: prints the verdict on one line, below it
 * what is not proven, and ends with 0, 1 or 2.
 */
public final class Verify {
    static final String USAGE = """
            verify EXPORT [--checkpoint EARLIER]… [--receipt RECEIPT]… [--key KEY]…
              EXPORT      a zip, or a folder with its files
              EARLIER     a file with a checkpoint that was kept: the export has to agree with it
              RECEIPT     a file with a receipt of an entry (tlog-proof), which has to be in the export; one of its first
                          entry says where an export that begins later than the book stands in the log
              KEY         a verification key that you have from elsewhere (name+hash+key), or a file with such keys, one a
                          line; without one the keys of the export itself are taken, which anybody could have put there
            It ends with 0 when all holds, with 1 when something does not, with 2 when it could not be checked, as a pack
            without entries.jsonl cannot.
            """;

    private Verify() {}

    /** The command. */
    public static void main(String... args) {
        System.exit(run(args, new PrintStream(System.out, true, StandardCharsets.UTF_8)));
    }

    /** The command without the end of the process: prints, and gives what to end with. */
    public static int run(String[] args, PrintStream out) {
        List<Path> exports = new ArrayList<>();
        List<Known.Kept> earlier = new ArrayList<>();
        List<Known.Kept> receipts = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        try {
            for (int i = 0; i < args.length; i++) {
                boolean hasValue = i + 1 < args.length;
                if (args[i].equals("--checkpoint") && hasValue) {
                    earlier.add(kept(args[++i]));
                } else if (args[i].equals("--receipt") && hasValue) {
                    receipts.add(kept(args[++i]));
                } else if (args[i].equals("--key") && hasValue) {
                    keys.addAll(keys(args[++i]));
                } else if (args[i].startsWith("-")) {
                    out.print(USAGE);
                    return 2;
                } else {
                    exports.add(Path.of(args[i]));
                }
            }
        } catch (IOException unreadable) {
            return print(new Verdict.NotChecked("what was kept cannot be read: " + unreadable.getMessage()), out);
        }
        if (exports.size() != 1) {
            out.print(USAGE);
            return 2;
        }
        return print(Verification.of(exports.getFirst(), new Known(earlier, receipts, keys)), out);
    }

    private static Known.Kept kept(String file) throws IOException {
        return new Known.Kept(file, Files.readString(Path.of(file)));
    }

    private static List<String> keys(String keyOrFile) throws IOException {
        Path file = Path.of(keyOrFile);
        if (!Files.isRegularFile(file)) {
            return List.of(keyOrFile);
        }
        List<String> keys =
                Files.readString(file).lines().filter(line -> !line.isBlank()).toList();
        if (keys.isEmpty()) {
            // Who asks for a key is not to be given the export's own.
            throw new IOException("there is no key in " + file);
        }
        return keys;
    }

    private static int print(Verdict verdict, PrintStream out) {
        out.println(verdict.sentence());
        if (verdict instanceof Verdict.Holds holds) {
            holds.notProven().forEach(sentence -> out.println("  not proven: " + sentence));
        }
        return verdict.exitCode();
    }
}
