package org.moralbank.till;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * A small till: an example of a correct client of the redemptions, to be taken away. It needs a JDK of 21 or later and
 * nothing else:
 *
 * <pre>{@code
 * TILL_BOOK=http://localhost:8080/v1/books/LS TILL_KEY=mb_… TILL_MERCHANT=MER-LS-01 TILL_TERMINAL=T1 \
 *     TILL_JOURNAL=till.journal java src/test/java/org/moralbank/till/Till.java
 * }</pre>
 *
 * <p><b>The one rule.</b> Goods are handed over, and a receipt is printed, when a sale is {@link State#SOLD}, and at no other
 * time. Everything below sees to it that the service and the till agree on which sales these are, whatever is lost between
 * them, and whoever of the two is switched off.
 *
 * <ol>
 *   <li><b>Written down first.</b> What the till is about to send is forced to its journal before it is sent, and what it
 *       heard before it acts on it. A till that was switched off reads its journal at the next start: whatever is not sold,
 *       refused or undone by then it reverses, because the customer has gone without the goods. Refunds it sends again,
 *       because those goods have come back.
 *   <li><b>One number, one key.</b> Every transaction has a number of its own, which is never used again, also not
 *       by a till whose journal is lost: a new journal numbers in a series of its own. The idempotency key of each message
 *       follows from the number. Thus a message that is sent again is the same message, also after a restart.
 *   <li><b>No answer is no refusal.</b> After a timeout, a lost connection, 429 or 5xx nobody knows what was done. The till
 *       sends the same message again every three to five seconds. A 409 or 422 is the service's recorded decision and final;
 *       any other 4xx is final only when no attempt before it was left unanswered, also before a restart, because it says
 *       nothing of that one. One 429 is final in the same way, {@code too-many-wrong-codes}: the code is over before the
 *       wait is.
 *   <li><b>After 60 seconds it gives up</b>: it hands nothing over and reverses the number, until that is answered. A
 *       reversal is never refused, may be repeated, and may come before what it reverses.
 *   <li><b>Refunds are not given up.</b> They are repeated until they are answered, at the next start too; the key makes
 *       sure that there is one.
 *   <li><b>Without a connection</b> it sells within its allowance only, which it has fetched before, and no more when it has
 *       heard that it was taken back. Its clock it has measured by the service's, because the time of a sale decides whether the
 *       allowance held and the code was good. It cannot check a code,
 *       and takes none twice. Such a sale is written down with a number of its own, and the goods are handed over;
 *       when the connection is back, the rows are uploaded until each is taken, or refused for a reason that does not pass. A
 *       number that was sent on-line is never made an offline sale: it is reversed, and the customer pays under a new one.
 *   <li><b>At the end of a day</b> it finishes what is open, uploads, and sends its counts, sums and list. The service closes
 *       the day when its books have the same, or tells each difference. What the till counts it counts as the service does: by
 *       the times of the service's answers, to a day that is not closed yet. What was reversed was never there; of
 *       what another till or a desk had refunded before, the service tells a difference, which the office accepts.
 * </ol>
 *
 * <p>A receipt has the merchant, the terminal and the time, the number, what was paid in points and in cash, what was given
 * back last, and the service's id; never the code. What a customer has left, who agreed to be told, is on the one of the first
 * answer only, and kept nowhere.
 *
 * <p>The journal has a line of JSON a step. It names no member and keeps no pay code, for none is needed to reverse; only rows
 * that are to be uploaded have what the till scanned. One process has it at a time. A line that was cut off in the middle by a power failure is dropped: what it announced was not sent.
 *
 * <p>A till has one cashier: its methods are not for several threads. Whoever interrupts one has switched the till off.
 */
public final class Till implements AutoCloseable {
    private static final ZoneId COMMUNITY = ZoneId.of("Asia/Shanghai");
    private static final DateTimeFormatter TO_THE_SECOND =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(COMMUNITY);

    private static final int TOO_MANY = 429;

    /** Of one upload. */
    private static final int MOST_ROWS = 1000;

    /**
     * Why a row is refused for now, though its request is not retryable: somebody has to act first. The goods are gone, so
     * that the row is kept, and sent again with the next upload. An unknown allowance is one, too, for its time.
     */
    private static final Set<String> REFUSED_FOR_NOW =
            Set.of("merchant-suspended", "terminal-suspended", "book-closed");

    /**
     * How long after an allowance's end the service knows it. Until then nobody can say that a row of it is refused for good:
     * the office may have restored an older backup, or another key.
     */
    private static final Duration ALLOWANCE_KNOWN = Duration.ofDays(60);

    /** Clocks are told by whole seconds, and an answer is under way for a while. */
    private static final Duration CLOCKS_AGREE = Duration.ofSeconds(2);

    /** Of the list at the end of a day; with more, differences are told by type. */
    private static final int MOST_LISTED = 5000;

    /**
     * Where the till stands, and how patient it is.
     *
     * @param book the book's URL, {@code https://…/v1/books/LS}
     * @param key the terminal's API key
     * @param journal the till's own file
     * @param answerWithin how long an attempt waits for its answer
     * @param pollAtLeast the shortest pause before the next attempt
     * @param pollAtMost the longest; between the two it is random, so that tills do not come in step after an outage
     * @param giveUpAfter how long a customer is kept waiting
     */
    public record Settings(
            URI book,
            String key,
            String merchant,
            String terminal,
            Path journal,
            Duration answerWithin,
            Duration pollAtLeast,
            Duration pollAtMost,
            Duration giveUpAfter) {
        public Settings(URI book, String key, String merchant, String terminal, Path journal) {
            this(
                    book,
                    key,
                    merchant,
                    terminal,
                    journal,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60));
        }
    }

    /** Where a transaction stands, for the cashier. */
    public enum State {
        /** It was sent, and nothing is known. */
        SENT,
        /** The points are held: hand nothing over yet. */
        HELD,
        /** The capture was sent, and nothing is known. */
        TAKING,
        /** Hand the goods over, and print. */
        SOLD,
        /** Nothing was taken: tell the customer why. */
        REFUSED,
        /** Sold without a connection: hand the goods over, and print; it is to be uploaded. */
        OFFLINE,
        /** Sold without a connection, and refused when it was uploaded: the goods are gone, and the merchant bears it. */
        NOT_TAKEN,
        /** It was given up. Nothing is handed over, and what the service may have done is yet to be undone. */
        REVERSING,
        /** Nothing is taken: what was done is undone. */
        UNDONE;

        boolean isOpen() {
            return this == SENT || this == HELD || this == TAKING || this == REVERSING;
        }
    }

    /**
     * What is printed and shown of a transaction. Amounts are in hundredths of a point.
     *
     * @param number the till's own
     * @param id the service's; null while it is not known
     * @param approved what was held or sold, less than the amount in a partial approval
     * @param cash what is to be paid in cash
     * @param captured what the customer has paid in points; 0 until it is sold
     * @param refunded what he has been given back of it
     * @param lastRefund the last part of that
     * @param at when he paid, or was given back, by the service's clock; null until then
     * @param left what he has left, in the receipt of the first answer, if he agreed to be told; else null
     * @param reason the code of the refusal, of the last one where the sale is still to be uploaded; or null
     */
    public record Receipt(
            String merchant,
            String terminal,
            String number,
            State state,
            String id,
            long amount,
            long approved,
            long cash,
            long captured,
            long refunded,
            long lastRefund,
            Instant at,
            Long left,
            String reason) {
        @Override
        public String toString() {
            return switch (state) {
                case SOLD ->
                    "%s\n%s  PAID %s points%s%s  %s%s"
                            .formatted(
                                    head(),
                                    number,
                                    points(captured),
                                    cash > 0 ? "  + CASH " + points(cash) : "",
                                    refunded > 0 ? "  REFUNDED " + givenBack() : "",
                                    id,
                                    foot());
                case HELD ->
                    "%s  HELD %s points%s: capture or void it%s"
                            .formatted(number, points(approved), cash > 0 ? ", CASH " + points(cash) : "", foot());
                case OFFLINE ->
                    "%s\n%s  PAID %s points, offline%s"
                            .formatted(
                                    head(), number, points(amount), reason == null ? "" : ": not taken yet, " + reason);
                case NOT_TAKEN -> "%s  SOLD OFFLINE, NOT TAKEN: %s".formatted(number, reason);
                case REFUSED -> "%s  REFUSED: %s".formatted(number, reason);
                case UNDONE -> "%s  NOT PAID: hand nothing over".formatted(number);
                case SENT, TAKING, REVERSING ->
                    "%s  NOT PAID: hand nothing over; it is being reversed".formatted(number);
            };
        }

        private String head() {
            return merchant + "  " + terminal + "  " + TO_THE_SECOND.format(at);
        }

        private String givenBack() {
            return points(lastRefund) + (lastRefund < refunded ? ", " + points(refunded) + " in all" : "");
        }

        private String foot() {
            return left == null ? "" : "\n" + points(left) + " points left";
        }
    }

    /** Counts and sums, in hundredths of a point, by what the till believes. */
    public record Totals(int sales, long salesAmount, int refunds, long refundsAmount) {
        public long owed() {
            return salesAmount - refundsAmount;
        }
    }

    /**
     * What the till may sell without a connection.
     *
     * @param perSale the most of one sale
     * @param count the most sales
     */
    public record Allowance(
            String id, String signature, long perSale, long count, Instant validFrom, Instant validUntil) {}

    /**
     * How the end of a day was answered.
     *
     * @param closed whether it is closed; else it is open, and to be closed again when the differences are cleared
     * @param differences what the service tells of each; for a day that is closed, none
     */
    public record DayEnd(LocalDate day, boolean closed, Totals totals, List<String> differences) {
        @Override
        public String toString() {
            return "%s  %s  %s%s"
                    .formatted(day, closed ? "CLOSED" : "NOT CLOSED", totals, differences.isEmpty() ? "" : differences);
        }
    }

    /** What counts to a day: when it happened, and when the service recorded it. */
    private record Booked(String type, String transaction, long amount, LocalDate on, Instant at) {}

    // ---- what an attempt hears -----------------------------------------------------------------------------------

    private sealed interface Heard {
        /** It was done, now or by an earlier attempt. */
        record Done(Map<String, Object> body) implements Heard {}

        /** It was refused, and will not be done. */
        record Refused(String code, Map<String, Object> problem) implements Heard {}

        /** Nobody knows. */
        record Nothing(Duration pause) implements Heard {}
    }

    /** A transaction, as the journal tells it. */
    private static final class Transaction {
        final String number;
        final boolean sale;
        final long amount;
        final LocalDate day;
        final Map<Integer, GivingBack> refunds = new LinkedHashMap<>();
        State state = State.SENT;
        String id;
        long approved;
        long cash;
        long captured;
        Instant happenedAt;
        String reason;
        final List<Booked> booked = new ArrayList<>();
        /** Of an offline sale: its row, and the id of its allowance. */
        Map<String, Object> row;

        String allowance;

        Transaction(String number, boolean sale, long amount, LocalDate day) {
            this.number = number;
            this.sale = sale;
            this.amount = amount;
            this.day = day;
        }

        void book(String type, String as, long booked, LocalDate on, Instant at) {
            this.booked.add(new Booked(type, as, booked, on, at));
        }

        long refunded() {
            return refunds.values().stream()
                    .filter(refund -> refund.done)
                    .mapToLong(refund -> refund.amount)
                    .sum();
        }

        long lastRefund() {
            return refunds.values().stream()
                    .filter(refund -> refund.done)
                    .reduce((one, other) -> other)
                    .map(refund -> refund.amount)
                    .orElse(0L);
        }

        Receipt receipt(Settings at, Long left) {
            return new Receipt(
                    at.merchant(),
                    at.terminal(),
                    number,
                    state,
                    id,
                    amount,
                    approved,
                    cash,
                    captured,
                    refunded(),
                    lastRefund(),
                    happenedAt,
                    left,
                    reason);
        }
    }

    private static final class GivingBack {
        final long amount;
        boolean done;
        boolean refused;

        GivingBack(long amount) {
            this.amount = amount;
        }

        boolean isOpen() {
            return !done && !refused;
        }
    }

    private final Settings settings;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final FileChannel journal;
    private final SequencedMap<String, Transaction> transactions = new LinkedHashMap<>();
    private final Map<String, Allowance> allowances = new LinkedHashMap<>();
    /** Those under which nothing is sold any more; what was sold under them before is uploaded. */
    private final Set<String> over = new HashSet<>();

    private final Map<LocalDate, Instant> closings = new LinkedHashMap<>();
    private int uploads;
    private int closingsTried;
    /** The till's, which may be wrong. */
    private final Clock clock;
    /** How far the service's is ahead of it, as it was measured last. */
    private Duration ahead = Duration.ZERO;

    private Duration aheadInJournal = Duration.ZERO;

    /** Opens the journal and reads it. What is open in it is finished by {@link #recover}, which sends. */
    public Till(Settings settings) throws IOException {
        this(settings, Clock.systemUTC());
    }

    Till(Settings settings, Clock clock) throws IOException {
        this.settings = settings;
        this.clock = clock;
        this.journal = FileChannel.open(
                settings.journal(), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock();
            read();
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    // ---- what the cashier does -----------------------------------------------------------------------------------

    /**
     * Sells at once, for an amount that is known.
     *
     * @param payer what was scanned: a pay code or a voucher; a desk may also name the member
     */
    public Receipt sale(String payer, long amount, boolean partially) throws IOException, InterruptedException {
        return redeem(payer, amount, partially, true);
    }

    /** Holds the points; {@link #capture} takes them when the amount is known, within three minutes. */
    public Receipt authorize(String payer, long amount, boolean partially) throws IOException, InterruptedException {
        return redeem(payer, amount, partially, false);
    }

    private Receipt redeem(String payer, long amount, boolean partially, boolean sale)
            throws IOException, InterruptedException {
        String number = nextNumber();
        note(number, "sent", "sale", sale, "amount", amount, "day", today().toString());
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("mode", sale ? "SALE" : "AUTHORIZE");
        body.put(isCode(payer) ? "code" : "member", payer);
        body.put("merchant", settings.merchant());
        body.put("terminal", settings.terminal());
        body.put("terminalTransaction", number);
        body.put("amount", amount);
        body.put("unit", "PTS");
        // Said in any case: what is not said, the terminal's registration decides.
        body.put("partialApproval", partially);
        switch (ask("/redemptions", key(number, sale ? "sale" : "authorize"), body)) {
            case Heard.Done done -> {
                note(
                        number,
                        "approved",
                        "id",
                        done.body().get("id"),
                        "approved",
                        done.body().get("approvedAmount"),
                        "cash",
                        done.body().get("cashAmount"),
                        "recordedAt",
                        done.body().get("createdAt"));
                // Not in the journal.
                return transactions.get(number).receipt(settings, (Long)
                        done.body().get("pointsLeft"));
            }
            case Heard.Refused refused -> note(number, "refused", "reason", refused.code());
            case Heard.Nothing nothing -> giveUp(number);
        }
        return receipt(number);
    }

    private static boolean isCode(String scanned) {
        return scanned.matches("7[12][0-9]{16}");
    }

    /** Takes what the goods came to, at most what was approved. When it cannot be taken, nothing is. */
    public Receipt capture(String number, long amount) throws IOException, InterruptedException {
        Transaction transaction = inState(number, State.HELD);
        if (amount < 1 || amount > transaction.approved) {
            throw new IllegalArgumentException(
                    "Of " + number + " " + points(transaction.approved) + " can be taken, not " + points(amount));
        }
        note(number, "taking", "amount", amount);
        switch (ask("/redemptions/" + transaction.id + "/capture", key(number, "capture"), Map.of("amount", amount))) {
            case Heard.Done done ->
                note(
                        number,
                        "taken",
                        "captured",
                        done.body().get("capturedAmount"),
                        "cash",
                        done.body().get("cashAmount"),
                        "recordedAt",
                        done.body().get("capturedAt"));
            case Heard.Refused refused -> giveUp(number);
            case Heard.Nothing nothing -> giveUp(number);
        }
        return receipt(number);
    }

    /** Gives back what is held: the customer does not want it. */
    public Receipt cancel(String number) throws IOException, InterruptedException {
        Transaction transaction = inState(number, State.HELD);
        note(number, "reversing");
        switch (ask("/redemptions/" + transaction.id + "/void", key(number, "void"), Map.of())) {
            case Heard.Done done ->
                note(number, "voided", "recordedAt", done.body().get("endedAt"));
            case Heard.Refused refused -> giveUp(number);
            case Heard.Nothing nothing -> giveUp(number);
        }
        return receipt(number);
    }

    /** Gives points back for goods that came back, at most what is left of the sale. */
    public Receipt refund(String number, long amount) throws IOException, InterruptedException {
        Transaction transaction = inState(number, State.SOLD);
        if (amount < 1 || amount > transaction.captured - transaction.refunded()) {
            throw new IllegalArgumentException("Of " + number + " "
                    + points(transaction.captured - transaction.refunded()) + " can be refunded, not "
                    + points(amount));
        }
        int n = transaction.refunds.size() + 1;
        note(number, "refunding", "refund", n, "amount", amount);
        refund(transaction, n, true);
        return receipt(number);
    }

    private void refund(Transaction transaction, int n, boolean first) throws IOException, InterruptedException {
        Heard heard = ask(
                "/redemptions/" + transaction.id + "/refunds",
                key(transaction.number, "refund-" + n),
                Map.of("amount", transaction.refunds.get(n).amount, "terminal", settings.terminal()),
                first);
        switch (heard) {
            case Heard.Done done ->
                note(
                        transaction.number,
                        "refunded",
                        "refund",
                        n,
                        "recordedAt",
                        done.body().get("createdAt"));
            case Heard.Refused refused ->
                note(transaction.number, "refund-refused", "refund", n, "reason", refused.code());
            case Heard.Nothing nothing -> {
                // It stays open, and recover sends it again: the goods are back.
            }
        }
    }

    // ---- without a connection ------------------------------------------------------------------------------------

    /**
     * Fetches what the till may sell without a connection, and keeps it; while there is a connection, often enough. What was
     * taken back meanwhile it does not sell under any more.
     */
    public Optional<Allowance> fetchAllowance() throws IOException, InterruptedException {
        String path =
                "/merchants/" + settings.merchant() + "/terminals/" + settings.terminal() + "/allowances?limit=500";
        Map<String, Object> page = get(path);
        keep(page);
        while (page.get("next") instanceof String next) {
            page = get(path + "&after=" + next);
            keep(page);
        }
        if (ahead.minus(aheadInJournal).abs().compareTo(CLOCKS_AGREE) > 0) {
            write("step", "clock", "aheadMillis", ahead.toMillis());
        }
        return allowance(now());
    }

    /** By the service's clock, by which an allowance holds, and the codes that customers' devices show. */
    private Instant now() {
        return clock.instant().plus(ahead);
    }

    /** Measures the till's clock by the second that an answer tells, if it came soon. */
    private void measureClock(HttpResponse<?> answer, Instant sent) {
        Instant heard = clock.instant();
        String date = answer.headers().firstValue("Date").orElse("");
        if (date.isEmpty() || Duration.between(sent, heard).abs().compareTo(CLOCKS_AGREE) > 0) {
            return;
        }
        try {
            Instant told = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
            // Rather behind by the rest of the second than ahead: a sale of the future is not taken yet.
            Duration measured = Duration.between(heard, told);
            ahead = measured.abs().compareTo(CLOCKS_AGREE) < 0 ? Duration.ZERO : measured;
        } catch (DateTimeException unreadable) {
            // It is as it was measured before.
        }
    }

    private void keep(Map<String, Object> page) throws IOException {
        for (Object item : (List<?>) page.getOrDefault("items", List.of())) {
            Map<?, ?> allowance = (Map<?, ?>) item;
            String id = (String) allowance.get("id");
            boolean live = allowance.get("status").equals("LIVE");
            if (!live && allowances.containsKey(id) && !over.contains(id)) {
                write("step", "allowance-over", "id", id);
            }
            if (live && !allowances.containsKey(id)) {
                write(
                        "step",
                        "allowance",
                        "id",
                        id,
                        "signature",
                        allowance.get("signature"),
                        "perSale",
                        allowance.get("perSale"),
                        "count",
                        allowance.get("count"),
                        "validFrom",
                        allowance.get("validFrom"),
                        "validUntil",
                        allowance.get("validUntil"));
            }
        }
    }

    private Optional<Allowance> allowance(Instant now) {
        return allowances.values().stream()
                .filter(allowance -> !over.contains(allowance.id()))
                .filter(allowance ->
                        !now.plus(CLOCKS_AGREE).isBefore(allowance.validFrom()) && now.isBefore(allowance.validUntil()))
                .reduce((one, other) -> other);
    }

    /** Sells without a connection: within the allowance, to who shows a pay code of his device or is known. */
    public Receipt offline(String payer, long amount) throws IOException {
        Instant now = now().truncatedTo(ChronoUnit.MILLIS);
        Allowance allowance =
                allowance(now).orElseThrow(() -> new IllegalStateException("The till has no allowance that holds"));
        long used = transactions.values().stream()
                .filter(transaction -> allowance.id().equals(transaction.allowance))
                .count();
        if (amount < 1 || amount > allowance.perSale() || used >= allowance.count()) {
            throw new IllegalStateException("The allowance is for " + allowance.count() + " sales of at most "
                    + points(allowance.perSale()) + "; " + used + " are made");
        }
        refuseOffline(payer);
        String number = nextNumber();
        note(
                number,
                "offline",
                "amount",
                amount,
                "day",
                today().toString(),
                "allowance",
                allowance.id(),
                "payer",
                payer,
                "soldAt",
                (now.isBefore(allowance.validFrom()) ? allowance.validFrom() : now).toString());
        return receipt(number);
    }

    /**
     * What is certain about a code without a connection. All else the upload tells, when the goods are gone: a code that was
     * shown here or elsewhere before pays for one sale only.
     */
    private void refuseOffline(String payer) {
        if (!isCode(payer)) {
            return;
        }
        if (payer.startsWith("72")) {
            throw new IllegalStateException("A voucher is taken on-line only");
        }
        if (isInTheSandbox() && payer.matches("71[3-7].*")) {
            return;
        }
        if (!payer.matches("71[12].*")) {
            throw new IllegalStateException("This is no pay code");
        }
        if (transactions.values().stream().anyMatch(sold -> sold.row != null && payer.equals(sold.row.get("code")))) {
            throw new IllegalStateException("The code has paid already: a new one is to be shown");
        }
    }

    /** Whose codes from 713 to 717 may be shown again and again. */
    private boolean isInTheSandbox() {
        return settings.book().getPath().endsWith("/SANDBOX");
    }

    /** Uploads what was sold without a connection. What finds no answer, or is refused for now, stays to be uploaded. */
    public List<Receipt> upload() throws IOException, InterruptedException {
        List<Receipt> answered = new ArrayList<>();
        for (Allowance allowance : allowances.values()) {
            List<Transaction> all = transactions.values().stream()
                    .filter(transaction ->
                            transaction.state == State.OFFLINE && allowance.id().equals(transaction.allowance))
                    .toList();
            for (int from = 0; from < all.size(); from += MOST_ROWS) {
                answered.addAll(upload(allowance, all.subList(from, Math.min(all.size(), from + MOST_ROWS))));
            }
        }
        return answered;
    }

    private List<Receipt> upload(Allowance allowance, List<Transaction> sold) throws IOException, InterruptedException {
        // A new key each time: rows are known by their numbers, and those that came before are answered again.
        write("step", "uploading", "upload", uploads + 1);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("merchant", settings.merchant());
        body.put("terminal", settings.terminal());
        body.put("allowance", allowance.id());
        body.put("signature", allowance.signature());
        body.put("rows", sold.stream().map(transaction -> transaction.row).toList());
        List<Receipt> answered = new ArrayList<>();
        if (ask("/redemptions/offline", key("uploads", Integer.toString(uploads)), body) instanceof Heard.Done done) {
            for (Object item : (List<?>) done.body().get("items")) {
                Map<?, ?> row = (Map<?, ?>) item;
                String number = (String) row.get("terminalTransaction");
                if (row.get("problem") instanceof Map<?, ?> problem) {
                    note(number, passes(problem, allowance) ? "put-off" : "not-taken", "reason", problem.get("code"));
                } else {
                    Map<?, ?> redemption = (Map<?, ?>) row.get("redemption");
                    note(number, "uploaded", "id", redemption.get("id"), "recordedAt", redemption.get("createdAt"));
                }
                answered.add(receipt(number));
            }
        }
        return answered;
    }

    private static boolean passes(Map<?, ?> problem, Allowance allowance) {
        if (problem.get("code").equals("unknown-allowance")) {
            return Instant.now().isBefore(allowance.validUntil().plus(ALLOWANCE_KNOWN));
        }
        return Boolean.TRUE.equals(problem.get("retryable")) || REFUSED_FOR_NOW.contains((String) problem.get("code"));
    }

    // ---- the end of a day ----------------------------------------------------------------------------------------

    /**
     * Closes a day: finishes what is open, uploads, and has the service compare its books with what the till counts. A day that
     * is closed is left as it is. Where both differ the day stays open; query, reverse or recover what the differences name,
     * and close it again. What cannot be cleared is for the office to accept, with a reason.
     *
     * <p>One that was closed without this till's hearing of it, because the answer was lost or the office has accepted the
     * differences, is taken as the service has it.
     *
     * @throws IllegalStateException when something is still open, a sale is not taken yet, or nothing answers: close it again
     *     later
     */
    public DayEnd closeDay(LocalDate day) throws IOException, InterruptedException {
        if (closings.containsKey(day)) {
            return new DayEnd(day, true, booked(day), List.of());
        }
        recover();
        upload();
        List<Receipt> offline = receipts().stream()
                .filter(receipt -> receipt.state() == State.OFFLINE)
                .toList();
        if (hasOpen() || !offline.isEmpty()) {
            throw new IllegalStateException("The day is not closed: something has found no answer yet " + offline);
        }
        // A new key each time: what was refused because of differences is asked anew, and the same content is known
        // anyway.
        write("step", "closing", "closing", closingsTried + 1);
        Heard heard = ask("/day-ends", key("day-ends", Integer.toString(closingsTried)), counts(day));
        return switch (heard) {
            case Heard.Done done -> closed(day, done.body());
            case Heard.Refused refused
            when refused.code().equals("day-closed") ->
                closed(day, get("/day-ends/" + settings.merchant() + "/" + settings.terminal() + "/" + day));
            case Heard.Refused refused -> {
                List<String> told = differences(refused.problem());
                yield new DayEnd(day, false, booked(day), told.isEmpty() ? List.of(refused.code()) : told);
            }
            case Heard.Nothing nothing -> throw new IllegalStateException("The day is not closed: nothing answers");
        };
    }

    private Map<String, Object> counts(LocalDate day) {
        List<Booked> counted = counted(day);
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("merchant", settings.merchant());
        body.put("terminal", settings.terminal());
        body.put("day", day.toString());
        body.put(
                "totals",
                counted.stream().collect(Collectors.groupingBy(Booked::type)).entrySet().stream()
                        .map(type -> Map.of(
                                "type", type.getKey(),
                                "count", type.getValue().size(),
                                "amount",
                                        type.getValue().stream()
                                                .mapToLong(Booked::amount)
                                                .sum()))
                        .toList());
        if (counted.size() <= MOST_LISTED) {
            body.put(
                    "transactions",
                    counted.stream()
                            .map(one -> Map.of(
                                    "type", one.type(), "transaction", one.transaction(), "amount", one.amount()))
                            .toList());
        }
        return body;
    }

    private DayEnd closed(LocalDate day, Map<String, Object> end) throws IOException {
        write("step", "closed", "day", day.toString(), "closedAt", end.get("closedAt"));
        return new DayEnd(day, true, booked(day), differences(end));
    }

    private static List<String> differences(Map<String, Object> body) {
        return body.get("differences") instanceof List<?> told
                ? told.stream().map(Json::text).toList()
                : List.of();
    }

    /** What the till counts to a day, as {@link #closeDay} sends it. */
    public Totals booked(LocalDate day) {
        List<Booked> refunds =
                counted(day).stream().filter(one -> one.type().equals("REFUND")).toList();
        List<Booked> sales = counted(day).stream()
                .filter(one -> !one.type().equals("REFUND") && !one.type().equals("VOID"))
                .toList();
        return new Totals(
                sales.size(),
                sales.stream().mapToLong(Booked::amount).sum(),
                refunds.size(),
                refunds.stream().mapToLong(Booked::amount).sum());
    }

    private List<Booked> counted(LocalDate day) {
        return transactions.values().stream()
                .flatMap(transaction -> transaction.booked.stream())
                .filter(one -> dayOf(one).equals(day))
                .toList();
    }

    /** A closed day's numbers stand: what was recorded later counts to the day of its recording, or to the next open one. */
    private LocalDate dayOf(Booked one) {
        if (isBeforeClosing(one.on(), one.at())) {
            return one.on();
        }
        LocalDate day = dayOf(one.at());
        while (!isBeforeClosing(day, one.at())) {
            day = day.plusDays(1);
        }
        return day;
    }

    private boolean isBeforeClosing(LocalDate day, Instant at) {
        Instant closing = closings.get(day);
        return closing == null || at.isBefore(closing);
    }

    private static LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, COMMUNITY);
    }

    // ---- giving up -----------------------------------------------------------------------------------------------

    /** Nothing is handed over any more, and the number is reversed. */
    private void giveUp(String number) throws IOException, InterruptedException {
        note(number, "reversing");
        reverse(number);
    }

    /** Whatever the service did under this number, and whether the message is still on its way: nothing will be left of it. */
    private void reverse(String number) throws IOException, InterruptedException {
        Heard heard = ask(
                "/redemptions/reversals",
                key(number, "reversal"),
                Map.of(
                        "merchant",
                        settings.merchant(),
                        "terminal",
                        settings.terminal(),
                        "terminalTransaction",
                        number));
        if (heard instanceof Heard.Done) {
            note(number, "undone");
        }
    }

    /**
     * Finishes what is open: sends open refunds again, and reverses every transaction that is not sold, refused or undone.
     * For the start of a till and the end of its day; what finds no answer stays open, and is told.
     */
    public List<Receipt> recover() throws IOException, InterruptedException {
        List<Receipt> touched = new ArrayList<>();
        for (Transaction transaction : List.copyOf(transactions.values())) {
            boolean open = transaction.state.isOpen();
            if (open) {
                giveUp(transaction.number);
            }
            for (var refund : transaction.refunds.entrySet()) {
                if (refund.getValue().isOpen()) {
                    open = true;
                    // Whether it was sent before, and what came of that, the journal does not tell.
                    refund(transaction, refund.getKey(), false);
                }
            }
            if (open) {
                touched.add(transaction.receipt(settings, null));
            }
        }
        return touched;
    }

    /** Whether there is something whose outcome the till does not know; {@link #recover} asks. */
    public boolean hasOpen() {
        return transactions.values().stream()
                .anyMatch(transaction -> transaction.state.isOpen()
                        || transaction.refunds.values().stream().anyMatch(GivingBack::isOpen));
    }

    public List<Receipt> receipts() {
        return transactions.values().stream()
                .map(transaction -> transaction.receipt(settings, null))
                .toList();
    }

    public Totals totals(LocalDate day) {
        List<Transaction> sold = transactions.values().stream()
                .filter(transaction -> transaction.state == State.SOLD && transaction.day.equals(day))
                .toList();
        List<GivingBack> refunds = sold.stream()
                .flatMap(transaction -> transaction.refunds.values().stream())
                .filter(refund -> refund.done)
                .toList();
        return new Totals(
                sold.size(),
                sold.stream().mapToLong(transaction -> transaction.captured).sum(),
                refunds.size(),
                refunds.stream().mapToLong(refund -> refund.amount).sum());
    }

    /** What became of a transaction by the service: a look, which changes nothing. */
    public Map<String, Object> query(String number) throws InterruptedException {
        return get("/redemptions?merchant=" + settings.merchant() + "&terminal=" + settings.terminal()
                + "&terminalTransaction=" + number);
    }

    /** A look is repeated as a message is, and needs no key. */
    private Map<String, Object> get(String path) throws InterruptedException {
        HttpRequest look = request(path).timeout(settings.answerWithin()).build();
        for (long latest = System.nanoTime() + settings.giveUpAfter().toNanos(); System.nanoTime() < latest; ) {
            switch (attempt(look, true)) {
                case Heard.Done done -> {
                    return done.body();
                }
                case Heard.Refused refused -> throw new IllegalStateException("Refused: " + refused.code());
                case Heard.Nothing nothing -> Thread.sleep(nothing.pause());
            }
        }
        throw new IllegalStateException("The service does not answer");
    }

    @Override
    public void close() throws IOException {
        journal.close();
        http.shutdownNow();
    }

    // ---- sending -------------------------------------------------------------------------------------------------

    private Heard ask(String path, String key, Map<String, Object> body) throws InterruptedException {
        return ask(path, key, body, true);
    }

    /**
     * Sends a message until something is known of it, or the time is over.
     *
     * @param first whether it was not sent before
     */
    private Heard ask(String path, String key, Map<String, Object> body, boolean first) throws InterruptedException {
        long latest = System.nanoTime() + settings.giveUpAfter().toNanos();
        HttpRequest.Builder request = request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(Json.text(body)));
        while (true) {
            long left = latest - System.nanoTime();
            if (left <= 0) {
                return new Heard.Nothing(Duration.ZERO);
            }
            Heard heard = attempt(
                    request.timeout(min(settings.answerWithin(), Duration.ofNanos(left)))
                            .build(),
                    first);
            if (!(heard instanceof Heard.Nothing nothing)) {
                return heard;
            }
            first = false;
            Thread.sleep(min(nothing.pause(), Duration.ofNanos(Math.max(0, latest - System.nanoTime()))));
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(settings.book() + path))
                .header("Authorization", "Bearer " + settings.key())
                .header("Accept", "application/json, application/problem+json");
    }

    private Heard attempt(HttpRequest request, boolean first) throws InterruptedException {
        Duration pause = Duration.ofNanos(ThreadLocalRandom.current()
                .nextLong(
                        settings.pollAtLeast().toNanos(), settings.pollAtMost().toNanos() + 1));
        HttpResponse<String> answer;
        Map<String, Object> body;
        try {
            Instant sent = clock.instant();
            answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            measureClock(answer, sent);
            body = Json.object(answer.body());
        } catch (IOException | IllegalArgumentException e) {
            return new Heard.Nothing(pause);
        }
        int status = answer.statusCode();
        if (status == 200 || status == 201) {
            return new Heard.Done(body);
        }
        if (body.get("code") instanceof String code
                && isFinal(status, code, Boolean.TRUE.equals(body.get("retryable")), first)) {
            return new Heard.Refused(code, body);
        }
        return new Heard.Nothing(answer.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("[0-9]{1,4}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .filter(wish -> wish.compareTo(pause) > 0)
                .orElse(pause));
    }

    private static boolean isFinal(int status, String code, boolean retryable, boolean first) {
        if (code.equals("too-many-wrong-codes")) {
            // Another code may be taken later, under another number; this one is over by then.
            return first;
        }
        boolean decided = status == 409 || status == 422;
        return !retryable && (decided || first && status >= 400 && status < 500 && status != TOO_MANY);
    }

    private String key(String number, String step) {
        return settings.merchant() + "/" + settings.terminal() + "/" + number + "/" + step;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    // ---- the journal ---------------------------------------------------------------------------------------------

    /**
     * The journal's series, and a count that is not begun anew: who misses one sees that it is missing, also when a day ended
     * between. A new journal begins a series of its own, by chance, which needs no connection: one that does not know what
     * another has sold never takes its numbers, and never reverses its sales.
     */
    private String nextNumber() {
        String series = transactions.isEmpty()
                ? newSeries()
                : series(transactions.lastEntry().getKey());
        return "%s-%06d".formatted(series, transactions.size() + 1);
    }

    private static String series(String number) {
        return number.substring(0, number.lastIndexOf('-'));
    }

    /** Twelve letters: two of a terminal's journals do not come to the same. */
    private static String newSeries() {
        return new SecureRandom()
                .ints(12, 'A', 'Z' + 1)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    /** By the service's clock: a day that is closed too early has sales of tomorrow, and one of the future is refused. */
    private LocalDate today() {
        return LocalDate.ofInstant(now(), COMMUNITY);
    }

    private void lock() throws IOException {
        try {
            if (journal.tryLock() != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // Another till of this process: as another process.
        }
        throw new IOException("Another till has the journal " + settings.journal());
    }

    private void read() throws IOException {
        String text = Files.readString(settings.journal());
        int whole = text.lastIndexOf('\n') + 1;
        text.substring(0, whole).lines().map(Json::object).forEach(this::apply);
        journal.truncate(text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length);
        journal.position(journal.size());
    }

    /** Writes a step down; when this returns, it survives a power failure. */
    private void note(String number, String step, Object... members) throws IOException {
        List<Object> all = new ArrayList<>(List.of("number", number, "step", step));
        all.addAll(Arrays.asList(members));
        write(all.toArray());
    }

    private void write(Object... members) throws IOException {
        Map<String, Object> line = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            line.put((String) members[i], members[i + 1]);
        }
        line.put("at", Instant.now().toString());
        ByteBuffer bytes = ByteBuffer.wrap((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            journal.write(bytes);
        }
        journal.force(false);
        apply(line);
    }

    /** What a step makes of its transaction; the same for a line that is written and for one that is read again. */
    private void apply(Map<String, Object> line) {
        String number = (String) line.get("number");
        String step = (String) line.get("step");
        Transaction transaction = transactions.get(number);
        // By the service's clock; a journal that was begun before the till wrote it down has the till's.
        Instant at = Instant.parse((String) line.getOrDefault("recordedAt", line.get("at")));
        switch (step) {
            case "sent" -> begin(line, (Boolean) line.get("sale"));
            case "allowance" ->
                allowances.put(
                        (String) line.get("id"),
                        new Allowance(
                                (String) line.get("id"),
                                (String) line.get("signature"),
                                number(line, "perSale"),
                                number(line, "count"),
                                Instant.parse((String) line.get("validFrom")),
                                Instant.parse((String) line.get("validUntil"))));
            case "clock" -> {
                aheadInJournal = Duration.ofMillis(number(line, "aheadMillis"));
                ahead = aheadInJournal;
            }
            case "allowance-over" -> over.add((String) line.get("id"));
            case "offline" -> {
                Transaction sold = begin(line, true);
                String payer = (String) line.get("payer");
                sold.allowance = (String) line.get("allowance");
                sold.row = new LinkedHashMap<>();
                sold.row.put("terminalTransaction", number);
                sold.row.put(isCode(payer) ? "code" : "member", payer);
                sold.row.put("amount", sold.amount);
                sold.row.put("at", line.get("soldAt"));
                sold.happenedAt = Instant.parse((String) line.get("soldAt"));
                sold.state = State.OFFLINE;
            }
            case "uploading" -> uploads = (int) number(line, "upload");
            case "uploaded" -> {
                transaction.id = (String) line.get("id");
                transaction.approved = transaction.amount;
                transaction.captured = transaction.amount;
                transaction.reason = null;
                transaction.state = State.SOLD;
                Instant soldAt = Instant.parse((String) transaction.row.get("at"));
                transaction.book("OFFLINE", number, transaction.amount, dayOf(soldAt), at);
            }
            case "closing" -> closingsTried = (int) number(line, "closing");
            case "closed" ->
                closings.put(LocalDate.parse((String) line.get("day")), Instant.parse((String) line.get("closedAt")));
            case "put-off" -> transaction.reason = (String) line.get("reason");
            case "not-taken" -> {
                transaction.reason = (String) line.get("reason");
                transaction.state = State.NOT_TAKEN;
            }
            case "approved" -> {
                transaction.id = (String) line.get("id");
                transaction.approved = number(line, "approved");
                transaction.cash = number(line, "cash");
                transaction.captured = transaction.sale ? transaction.approved : 0;
                transaction.state = transaction.sale ? State.SOLD : State.HELD;
                if (transaction.sale) {
                    transaction.happenedAt = at;
                    transaction.book("SALE", number, transaction.approved, dayOf(at), at);
                }
            }
            case "refused" -> {
                transaction.reason = (String) line.get("reason");
                transaction.state = State.REFUSED;
            }
            case "taking" -> transaction.state = State.TAKING;
            case "taken" -> {
                transaction.captured = number(line, "captured");
                if (line.containsKey("cash")) {
                    transaction.cash = number(line, "cash");
                }
                transaction.happenedAt = at;
                transaction.state = State.SOLD;
                transaction.book("CAPTURE", number, transaction.captured, dayOf(at), at);
            }
            case "reversing" -> transaction.state = State.REVERSING;
            case "undone" -> transaction.state = State.UNDONE;
            case "voided" -> {
                transaction.state = State.UNDONE;
                transaction.book("VOID", number, transaction.approved, dayOf(at), at);
            }
            case "refunding" ->
                transaction.refunds.put((int) number(line, "refund"), new GivingBack(number(line, "amount")));
            case "refunded" -> {
                GivingBack refund = transaction.refunds.get((int) number(line, "refund"));
                refund.done = true;
                transaction.happenedAt = at;
                transaction.book("REFUND", transaction.id, refund.amount, dayOf(at), at);
            }
            case "refund-refused" -> transaction.refunds.get((int) number(line, "refund")).refused = true;
            default -> throw new IllegalStateException("The journal has a step that is not known: " + step);
        }
    }

    private Transaction begin(Map<String, Object> line, boolean sale) {
        Transaction begun = new Transaction(
                (String) line.get("number"), sale, number(line, "amount"), LocalDate.parse((String) line.get("day")));
        transactions.put(begun.number, begun);
        return begun;
    }

    private static long number(Map<String, Object> line, String name) {
        return ((Number) line.get(name)).longValue();
    }

    private Transaction inState(String number, State state) {
        Transaction transaction = transactions.get(number);
        if (transaction == null || transaction.state != state) {
            throw new IllegalStateException("Transaction " + number + " is "
                    + (transaction == null ? "not known" : transaction.state.name()) + ", not " + state);
        }
        return transaction;
    }

    private Receipt receipt(String number) {
        return transactions.get(number).receipt(settings, null);
    }

    private static String points(long hundredths) {
        return BigDecimal.valueOf(hundredths, 2).toPlainString();
    }

    // ---- JSON ----------------------------------------------------------------------------------------------------

    /** As much of JSON as the messages have. */
    private static final class Json {
        private final String text;
        private int at;

        private Json(String text) {
            this.text = text;
        }

        /** @throws IllegalArgumentException when the text is no JSON object */
        @SuppressWarnings("unchecked")
        static Map<String, Object> object(String text) {
            Json json = new Json(text);
            try {
                Object value = json.value();
                json.blanks();
                if (json.at == text.length() && value instanceof Map) {
                    return (Map<String, Object>) value;
                }
            } catch (IndexOutOfBoundsException e) {
                throw new IllegalArgumentException("JSON that ends too early", e);
            }
            throw new IllegalArgumentException("No JSON object");
        }

        static String text(Object value) {
            return switch (value) {
                case Map<?, ?> members ->
                    members.entrySet().stream()
                            .map(member -> quoted((String) member.getKey()) + ":" + text(member.getValue()))
                            .collect(Collectors.joining(",", "{", "}"));
                case List<?> items -> items.stream().map(Json::text).collect(Collectors.joining(",", "[", "]"));
                case String text -> quoted(text);
                default -> value.toString();
            };
        }

        private static String quoted(String text) {
            StringBuilder to = new StringBuilder("\"");
            for (char c : text.toCharArray()) {
                if (c == '"' || c == '\\') {
                    to.append('\\').append(c);
                } else if (c < ' ') {
                    to.append("\\u%04x".formatted((int) c));
                } else {
                    to.append(c);
                }
            }
            return to.append('"').toString();
        }

        private void blanks() {
            while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private boolean take(char c) {
            blanks();
            if (text.charAt(at) != c) {
                return false;
            }
            at++;
            return true;
        }

        private void need(char c) {
            if (!take(c)) {
                throw new IllegalArgumentException("JSON has no " + c + " at " + at);
            }
        }

        private Object value() {
            if (take('{')) {
                Map<String, Object> members = new LinkedHashMap<>();
                while (!take('}')) {
                    if (!members.isEmpty()) {
                        need(',');
                    }
                    need('"');
                    String name = string();
                    need(':');
                    members.put(name, value());
                }
                return members;
            }
            if (take('[')) {
                List<Object> items = new ArrayList<>();
                while (!take(']')) {
                    if (!items.isEmpty()) {
                        need(',');
                    }
                    items.add(value());
                }
                return items;
            }
            if (take('"')) {
                return string();
            }
            int from = at;
            while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(from, at);
            return switch (word) {
                case "true" -> true;
                case "false" -> false;
                case "null" -> null;
                default -> word.matches("-?[0-9]{1,18}") ? Long.valueOf(word) : new BigDecimal(word);
            };
        }

        private String string() {
            StringBuilder to = new StringBuilder();
            while (true) {
                char c = text.charAt(at++);
                if (c == '"') {
                    return to.toString();
                }
                if (c != '\\') {
                    to.append(c);
                    continue;
                }
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> to.append('\n');
                    case 't' -> to.append('\t');
                    case 'r' -> to.append('\r');
                    case 'b' -> to.append('\b');
                    case 'f' -> to.append('\f');
                    case 'u' -> {
                        to.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
                        at += 4;
                    }
                    default -> to.append(escaped);
                }
            }
        }
    }

    // ---- the command line ----------------------------------------------------------------------------------------

    private static final String HELP = """
            sale CODE AMOUNT        sells at once (AMOUNT in hundredths of a point, CODE a pay code or voucher)
            authorize CODE AMOUNT   holds; less than AMOUNT, if the customer has not more
            capture NUMBER AMOUNT   takes what was held, or a part of it
            void NUMBER             gives back what was held
            refund NUMBER AMOUNT    gives points back for goods that came back
            query NUMBER            shows what the service knows of it
            allowance               fetches what may be sold without a connection
            offline CODE AMOUNT     sells without a connection
            upload                  uploads what was sold without one
            recover                 finishes what is open
            total [DAY]             shows today's counts and sums, or those of the day that is said
            close [DAY]             closes today (by the service's clock), or the day that is said: close 2025-06-09
            quit
            """;

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Settings settings = new Settings(
                URI.create(setting("TILL_BOOK")),
                setting("TILL_KEY"),
                setting("TILL_MERCHANT"),
                setting("TILL_TERMINAL"),
                Path.of(setting("TILL_JOURNAL")));
        try (Till till = new Till(settings)) {
            till.recover().forEach(System.out::println);
            System.out.print(HELP);
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
                try {
                    System.out.println(till.obey(line.trim().split("\\s+")));
                } catch (IllegalArgumentException
                        | IllegalStateException
                        | IndexOutOfBoundsException
                        | DateTimeException e) {
                    System.out.println(e.getMessage() + "\n" + HELP);
                }
            }
        }
    }

    private static String setting(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException("Set " + name);
        }
        return value;
    }

    private LocalDate day(String[] words) {
        return words.length > 1 ? LocalDate.parse(words[1]) : today();
    }

    Object obey(String... words) throws IOException, InterruptedException {
        return switch (words[0].toLowerCase(Locale.ROOT)) {
            case "sale" -> sale(words[1], Long.parseLong(words[2]), false);
            case "authorize" -> authorize(words[1], Long.parseLong(words[2]), true);
            case "capture" -> capture(words[1], Long.parseLong(words[2]));
            case "void" -> cancel(words[1]);
            case "refund" -> refund(words[1], Long.parseLong(words[2]));
            case "query" -> query(words[1]);
            case "allowance" -> fetchAllowance();
            case "offline" -> offline(words[1], Long.parseLong(words[2]));
            case "upload" -> upload();
            case "recover" -> recover();
            case "total" -> totals(day(words));
            case "close" -> closeDay(day(words));
            default -> throw new IllegalArgumentException("Unknown: " + words[0]);
        };
    }
}
