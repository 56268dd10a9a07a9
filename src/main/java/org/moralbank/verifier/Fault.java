package org.moralbank.verifier;

import org.jspecify.annotations.Nullable;

/** What is wrong with a pack, and where: the first that was found. */
public final class Fault extends Exception {
    private static final long serialVersionUID = 1;

    private final String why;
    private final @Nullable String file;
    private final long line;
    private final long seq;

    Fault(String why) {
        this(why, null, 0, 0);
    }

    private Fault(String why, @Nullable String file, long line, long seq) {
        // A fault is an answer: nobody reads its stack.
        super(why, null, false, false);
        this.why = why;
        this.file = file;
        this.line = line;
        this.seq = seq;
    }

    /** The same, found in a file. */
    Fault in(String name) {
        return new Fault(why, name, line, seq);
    }

    /** The same, found on a line of a file, from 1. */
    Fault in(String name, long lineOfIt) {
        return new Fault(why, name, lineOfIt, seq);
    }

    /** The same, found in an entry. */
    Fault ofEntry(long number) {
        return new Fault(why, file, line, number);
    }

    /** A sentence without the place. */
    public String why() {
        return why;
    }

    /** The file of the pack; null when it is about the pack as a whole. */
    public @Nullable String file() {
        return file;
    }

    /** The line of the file, from 1; 0 when it is about the file as a whole. */
    public long line() {
        return line;
    }

    /** The number of the entry; 0 when it is about none. */
    public long seq() {
        return seq;
    }

    /** {@code entries.jsonl line 37 (entry 37): its postings sum to 1}. */
    public String sentence() {
        StringBuilder out = new StringBuilder();
        if (file != null) {
            out.append(file);
            if (line > 0) {
                out.append(" line ").append(line);
            }
            if (seq > 0) {
                out.append(" (entry ").append(seq).append(')');
            }
            out.append(": ");
        }
        return out.append(why).toString();
    }
}
