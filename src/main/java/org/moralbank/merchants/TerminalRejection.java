package org.moralbank.merchants;

import java.util.Map;
import org.moralbank.platform.Rejection;

/** Why a terminal sells nothing, or is not changed, in order of precedence. */
public sealed interface TerminalRejection extends Rejection {
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

    /** The terminal sells nothing now. */
    record TerminalSuspended(String terminal) implements TerminalRejection {
        @Override
        public String code() {
            return "terminal-suspended";
        }

        @Override
        public Map<String, Object> facts() {
            return Map.of("terminal", terminal);
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
