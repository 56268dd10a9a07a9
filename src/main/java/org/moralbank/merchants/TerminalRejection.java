package org.moralbank.merchants;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Rejection;

/** Why a terminal sells nothing, or is not changed, in order of precedence. */
public sealed interface TerminalRejection extends Rejection {
    /** It is done by that terminal or a desk; the caller's key is of another terminal of the merchant. */
    record OtherTerminal(String terminal) implements TerminalRejection {
        @Override
        public String code() {
            return "other-terminal";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }

    /** The merchant has no terminal of that id. */
    record TerminalUnknown(String terminal) implements TerminalRejection {
        @Override
        public String code() {
            return "terminal-unknown";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }

    /**
     * The terminal sells nothing now.
     *
     * @param store the store that it stands in, where that is what does not sell; null where it is the terminal itself
     */
    record TerminalSuspended(String terminal, @Nullable String store) implements TerminalRejection {
        @Override
        public String code() {
            return "terminal-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return store == null ? Map.of("terminal", terminal) : Map.of("terminal", terminal, "store", store);
        }
    }

    /** The terminal sells nothing any more. */
    record TerminalClosed(String terminal) implements TerminalRejection {
        @Override
        public String code() {
            return "terminal-closed";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
        }
    }
}
