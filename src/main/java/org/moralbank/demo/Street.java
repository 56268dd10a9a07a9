package org.moralbank.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.moralbank.platform.Json;

/** The files of a street's half year, as they are in the resources. Their own README says what they hold. */
final class Street {
    static final String NAME = "street-2025";

    private static final ZoneId CALENDAR = ZoneId.of("Asia/Shanghai");
    private static final LocalTime OFFICE_OPENS = LocalTime.of(9, 0);

    private Street() {}

    /** The rows of a CSV file by its header; an empty cell is an empty string. No cell of these files is quoted. */
    static List<Map<String, String>> rows(String file) {
        List<String> lines = lines(file);
        String[] header = lines.getFirst().split(",", -1);
        List<Map<String, String>> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            if (cells.length != header.length) {
                throw new IllegalStateException(file + ": " + cells.length + " cells in " + line);
            }
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 0; i < header.length; i++) {
                row.put(header[i], cells[i]);
            }
            rows.add(row);
        }
        return rows;
    }

    /** The events, in order. */
    static List<Event> events() {
        List<Event> events = new ArrayList<>();
        for (String line : lines("events.jsonl")) {
            try {
                events.add(new Event(events.size() + 1, line, Json.mapper().readTree(line)));
            } catch (IOException e) {
                throw new UncheckedIOException("events.jsonl, line " + (events.size() + 1), e);
            }
        }
        return events;
    }

    /** The moment by which what happens on a day is played. */
    static Instant momentOf(LocalDate day) {
        return day.atTime(OFFICE_OPENS).atZone(CALENDAR).toInstant();
    }

    private static List<String> lines(String file) {
        String path = "/" + NAME + "/" + file;
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(Street.class.getResourceAsStream(path), path), StandardCharsets.UTF_8))) {
            return reader.lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    /** One line of events.jsonl; {@code number} counts from 1. */
    record Event(int number, String line, JsonNode json) {
        String key() {
            return NAME + ":" + number;
        }

        String book() {
            return text("book");
        }

        String type() {
            return text("type");
        }

        String reference() {
            return text("ref");
        }

        LocalDate date() {
            return LocalDate.parse(text("date"));
        }

        LocalDate occurredOn() {
            return LocalDate.parse(Objects.requireNonNullElse(optional("occurredOn"), text("date")));
        }

        Instant moment() {
            return momentOf(date());
        }

        String text(String field) {
            return Objects.requireNonNull(optional(field), () -> "line " + number + " has no " + field);
        }

        @Nullable
        String optional(String field) {
            JsonNode node = json.get(field);
            return node == null || node.isNull() ? null : node.asText();
        }

        long number(String field) {
            return json.required(field).asLong();
        }

        JsonNode object(String field) {
            return json.required(field);
        }
    }
}
