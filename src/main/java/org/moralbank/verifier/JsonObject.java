package org.moralbank.verifier;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An object as it was read: its members in their order. */
final class JsonObject {
    private final List<String> names;
    private final List<Object> values;

    JsonObject(List<String> names, List<Object> values) {
        this.names = names;
        this.values = values;
    }

    List<String> names() {
        return names;
    }

    private @Nullable Object find(String name) {
        // A dozen members at most: looking through them costs less than a map.
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).equals(name)) {
                return values.get(i);
            }
        }
        return null;
    }

    private Object get(String name) throws Fault {
        Object value = find(name);
        if (value == null) {
            throw new Fault("it has no " + name);
        }
        return value;
    }

    String text(String name) throws Fault {
        return asText(name, get(name));
    }

    @Nullable
    String optionalText(String name) throws Fault {
        Object value = find(name);
        return value == null ? null : asText(name, value);
    }

    private static String asText(String name, Object value) throws Fault {
        if (value instanceof String text) {
            return text;
        }
        throw new Fault(name + " is no string");
    }

    boolean flag(String name) throws Fault {
        if (get(name) instanceof Boolean flag) {
            return flag;
        }
        throw new Fault(name + " is neither true nor false");
    }

    long integer(String name) throws Fault {
        return integer(name, text(name));
    }

    /** 0 when there is none. */
    long optionalInteger(String name) throws Fault {
        String text = optionalText(name);
        return text == null ? 0 : integer(name, text);
    }

    /** An integer in the one form that it has: no plus sign, no zero in front. */
    static long integer(String name, String text) throws Fault {
        try {
            long value = Long.parseLong(text);
            char first = text.charAt(0);
            if (first >= '1' && first <= '9' || value < 0 && text.charAt(1) != '0' || text.equals("0")) {
                return value;
            }
        } catch (NumberFormatException none) {
            // Told below.
        }
        throw new Fault(name + " is no integer as it is written here: " + text);
    }

    JsonObject object(String name) throws Fault {
        if (get(name) instanceof JsonObject object) {
            return object;
        }
        throw new Fault(name + " is no object");
    }

    List<JsonObject> objects(String name) throws Fault {
        if (get(name) instanceof List<?> list) {
            List<JsonObject> objects = new ArrayList<>(list.size());
            for (Object each : list) {
                if (!(each instanceof JsonObject object)) {
                    throw new Fault(name + " has something that is no object");
                }
                objects.add(object);
            }
            return objects;
        }
        throw new Fault(name + " is no list");
    }
}
