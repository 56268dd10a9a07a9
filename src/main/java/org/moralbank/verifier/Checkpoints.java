package org.moralbank.verifier;

import java.util.ArrayList;
import java.util.List;

final class Checkpoints {
    static Checkpoints of(Pack pack, Manifest manifest, List<Verification.Kept> earlier, List<String> keys) {
        return new Checkpoints();
    }

    void take(Lines lines) {}

    byte[] root() {
        return new byte[0];
    }

    List<String> prove(BookSoFar book, List<String> notProven) {
        return new ArrayList<>();
    }
}
