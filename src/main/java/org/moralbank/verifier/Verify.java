package org.moralbank.verifier;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code verify EXPORT [--checkpoint EARLIER]… [--key KEY]…}: prints the verdict on one line, below it what is not proven,
 * and ends with 0, 1 or 2.
 */
public final class Verify {
    static final String USAGE = """
            verify EXPORT [--checkpoint EARLIER]… [--key KEY]…
              EXPORT      a zip, or a folder with its files
              EARLIER     a file with a checkpoint that was kept: the export has to agree with it
              KEY         a verification key that you have from elsewhere (name+hash+key); without one the keys of the
                          export itself are taken, which anybody could have put there
            It ends with 0 when all holds, with 1 when something does not, with 2 when it could not be checked.
            """;

    private Verify() {}

    /** The command. */
    public static void main(String... args) {
        System.exit(run(args, new PrintStream(System.out, true, StandardCharsets.UTF_8)));
    }

    /** The command without the end of the process: prints, and gives what to end with. */
    public static int run(String[] args, PrintStream out) {
        List<Path> exports = new ArrayList<>();
        List<Verification.Kept> earlier = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        try {
            for (int i = 0; i < args.length; i++) {
                boolean hasValue = i + 1 < args.length;
                if (args[i].equals("--checkpoint") && hasValue) {
                    Path file = Path.of(args[++i]);
                    earlier.add(new Verification.Kept(file.toString(), Files.readString(file)));
                } else if (args[i].equals("--key") && hasValue) {
                    keys.add(args[++i]);
                } else if (args[i].startsWith("-")) {
                    out.print(USAGE);
                    return 2;
                } else {
                    exports.add(Path.of(args[i]));
                }
            }
        } catch (IOException unreadable) {
            return print(new Verdict.NotChecked("the checkpoint cannot be read: " + unreadable.getMessage()), out);
        }
        if (exports.size() != 1) {
            out.print(USAGE);
            return 2;
        }
        return print(Verification.of(exports.getFirst(), earlier, keys), out);
    }

    private static int print(Verdict verdict, PrintStream out) {
        out.println(verdict.sentence());
        if (verdict instanceof Verdict.Holds holds) {
            holds.notProven().forEach(sentence -> out.println("  not proven: " + sentence));
        }
        return verdict.exitCode();
    }
}
