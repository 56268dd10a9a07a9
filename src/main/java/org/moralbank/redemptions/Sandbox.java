package org.moralbank.redemptions;

import static org.moralbank.ledger.Ledger.BOOKS;
import static org.moralbank.ledger.Ledger.HOLDINGS;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.moralbank.commits.Answer;
import org.moralbank.commits.Bulk;
import org.moralbank.commits.Needs;
import org.moralbank.commits.WorkingSet;
import org.moralbank.ledger.BookHandle;
import org.moralbank.ledger.Chart;
import org.moralbank.ledger.Draft;
import org.moralbank.ledger.EntryType;
import org.moralbank.ledger.Holder;
import org.moralbank.ledger.Ledger;
import org.moralbank.ledger.Note;
import org.moralbank.ledger.PostingRejection;
import org.moralbank.ledger.Unit;
import org.moralbank.merchants.CatalogueRejection;
import org.moralbank.merchants.MerchantRejection;
import org.moralbank.merchants.TerminalRejection;
import org.moralbank.paycodes.PayCodeRejection;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Rejection;

/**
 * Codes that do always the same, and a terminal with a bad line, for who writes a till. They mean something in the sandbox's
 * book only; in any other the codes are nobody's. What they do goes through everything that a sale goes through: numbers, keys,
 * retries and reversals are the real ones. When the member
 * whose points they spend has too few, he is given more with the sale (OPENING).
 *
 * <pre>
 * 713 ddddddddddddddd     approved
 * 714 nn ddddddddddddd    refused, nn says with which code ({@link Refusal})
 * 715 aaaaaaaaaaaaaaa     approved up to the amount a, in hundredths of a point
 * 716 0 dddddddddddddd    done, and no attempt is answered in time
 * 716 1 dddddddddddddd    done, and the first attempt is not answered in time
 * 716 2 dddddddddddddd    not done, and no attempt is answered in time
 * 717 ddddddddddddddd     done, and answered as a repetition is
 * </pre>
 *
 * <p>In uploads 714 refuses its row, and the others are taken. All that terminal {@link #BAD_LINE} asks for is done, each step
 * and each upload, and the first attempt is not answered in time.
 */
@ApplicationScoped
public class Sandbox {
    /** Whose points the codes spend. */
    public static final String MEMBER = "SANDBOX";

    /** The terminal that hears no first answer in time. */
    public static final String BAD_LINE = "T716";

    /** What its member has at first, in hundredths of a point: the most that a sale can be of. */
    public static final long PLENTY = Fields.LARGEST_AMOUNT;

    private static final Pattern CODE = Pattern.compile("71([3-7])([0-9]{2})([0-9]{13})");

    private final SandboxConfig config;

    Sandbox(SandboxConfig config) {
        this.config = config;
    }

    private static Holder opening(int book) {
        return new Holder(book, Chart.OPENING, "", Unit.PTS);
    }

    /** Names what {@link #fill} looks at, but for what the payer has. */
    static void needFill(Needs needs, int book) {
        needs.row(BOOKS, book).row(HOLDINGS, opening(book));
    }

    /** Opens the points of the sandbox's member anew where a sale lacks some: none takes those that others' codes spend. */
    static void fill(WorkingSet set, Payer payer, long amount, Note note) {
        if (Ledger.spendable(set, payer.points()) < amount) {
            Ledger.post(
                    set,
                    Draft.of(EntryType.OPENING, payer.book(), note.occurredOn(), note.by())
                            .debit(opening(payer.book()), PLENTY)
                            .credit(payer.points(), PLENTY));
        }
    }

    /** What a code is shown for. */
    record Sale(String book, String merchant, Redemption.@Nullable Till till, long amount) {
        private String terminal() {
            return till == null ? "" : till.terminal();
        }

        private String transaction() {
            return till == null ? "" : till.transaction();
        }
    }

    /** With what a code that begins with 714 is refused: the two digits behind it, in this order from 01 on. */
    enum Refusal {
        INSUFFICIENT_BALANCE(sale -> new RedemptionRejection.InsufficientBalance(null, 0, sale.amount())),
        PAY_CODE_UNKNOWN(sale -> new PayCodeRejection.Unknown()),
        PAY_CODE_USED(sale -> new PayCodeRejection.Used()),
        PAY_CODE_EXPIRED(sale -> new PayCodeRejection.Expired()),
        MEMBER_FROZEN(sale -> new RedemptionRejection.OfWhoPays("member-frozen")),
        MEMBER_CLOSED(sale -> new RedemptionRejection.OfWhoPays("member-closed")),
        UNKNOWN_MERCHANT(sale -> new MerchantRejection.UnknownMerchant(sale.merchant())),
        MERCHANT_SUSPENDED(sale -> new MerchantRejection.MerchantSuspended(sale.merchant())),
        MERCHANT_CLOSED(sale -> new MerchantRejection.MerchantClosed(sale.merchant())),
        TERMINAL_UNKNOWN(sale -> new TerminalRejection.TerminalUnknown(sale.terminal())),
        TERMINAL_SUSPENDED(sale -> new TerminalRejection.TerminalSuspended(sale.terminal(), null)),
        TERMINAL_CLOSED(sale -> new TerminalRejection.TerminalClosed(sale.terminal())),
        LIMIT_EXCEEDED(
                sale -> new PostingRejection.LimitExceeded("2200:" + MEMBER + ":PTS", 0, sale.amount(), Unit.PTS)),
        CATEGORY_NOT_ALLOWED(sale -> new CatalogueRejection.CategoryNotAllowed("WINE", "ALCOHOL")),
        TRANSACTION_REVERSED(sale -> new RedemptionRejection.TransactionReversed(
                sale.merchant(), sale.terminal(), sale.transaction(), null)),
        DUPLICATE_REFERENCE(sale -> new Bulk.DuplicateReference(sale.transaction())),
        TIME_NOT_REDEEMABLE(sale -> new RedemptionRejection.TimeNotRedeemable()),
        BOOK_CLOSED(sale -> new PostingRejection.BookClosed(sale.book()));

        private final Function<Sale, Rejection> rejection;

        Refusal(Function<Sale, Rejection> rejection) {
            this.rejection = rejection;
        }

        /** The digits behind 714: what tills were told, so a new one comes last. */
        @SuppressWarnings("EnumOrdinal")
        String digits() {
            return "%02d".formatted(ordinal() + 1);
        }

        static @Nullable Refusal of(String digits) {
            return Arrays.stream(values())
                    .filter(refusal -> refusal.digits().equals(digits))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** How a code is answered. */
    private enum Answered {
        AT_ONCE,
        NEVER,
        NOT_THE_FIRST_TIME,
        NEITHER_DONE_NOR_ANSWERED,
        AS_A_REPETITION
    }

    /**
     * What a code does.
     *
     * @param refusal null when it is not refused
     * @param most what it approves at most, in hundredths of a point
     */
    record Play(@Nullable Refusal refusal, long most, Answered answered, Duration silence) {
        void check(Sale sale) {
            if (refusal != null) {
                throw refusal.rejection.apply(sale).refused();
            }
        }

        /** Does it, or not, and answers, or not. */
        Uni<Answer> answer(Supplier<Uni<Answer>> redeem) {
            return switch (answered) {
                case AT_ONCE -> redeem.get();
                case NEVER -> redeem.get().onItem().delayIt().by(silence);
                case NOT_THE_FIRST_TIME -> notTheFirstTime(redeem.get(), silence);
                case NEITHER_DONE_NOR_ANSWERED ->
                    Uni.createFrom().voidItem().onItem().delayIt().by(silence).map(nothing -> {
                        throw new RedemptionRejection.ChangedMeanwhile().refused();
                    });
                case AS_A_REPETITION ->
                    redeem.get()
                            .map(answer ->
                                    new Answer(answer.status(), answer.location(), answer.body(), null, null, true));
            };
        }
    }

    private static Uni<Answer> notTheFirstTime(Uni<Answer> asked, Duration silence) {
        return asked.chain(answer -> {
            Uni<Answer> known = Uni.createFrom().item(answer);
            return answer.replayed() ? known : known.onItem().delayIt().by(silence);
        });
    }

    /** What a terminal asked for, over the line that it has. */
    Uni<Answer> overItsLine(BookHandle book, @Nullable String terminal, Uni<Answer> asked) {
        return BAD_LINE.equals(terminal) && isSandbox(book) ? notTheFirstTime(asked, config.silence()) : asked;
    }

    private boolean isSandbox(BookHandle book) {
        return book.code().equals(config.book().orElse(null));
    }

    /** What a code does in a book; null where it is one as any other. */
    @Nullable
    Play play(BookHandle book, String code) {
        if (!isSandbox(book)) {
            return null;
        }
        Matcher digits = CODE.matcher(code);
        if (!digits.matches()) {
            return null;
        }
        return switch (digits.group(1)) {
            case "3" -> play(null, Long.MAX_VALUE, Answered.AT_ONCE);
            case "4" -> {
                Refusal refusal = Refusal.of(digits.group(2));
                yield refusal == null ? null : play(refusal, 0, Answered.AT_ONCE);
            }
            case "5" -> play(null, Long.parseLong(digits.group(2) + digits.group(3)), Answered.AT_ONCE);
            case "6" ->
                switch (digits.group(2).charAt(0)) {
                    case '0' -> play(null, Long.MAX_VALUE, Answered.NEVER);
                    case '1' -> play(null, Long.MAX_VALUE, Answered.NOT_THE_FIRST_TIME);
                    case '2' -> play(null, Long.MAX_VALUE, Answered.NEITHER_DONE_NOR_ANSWERED);
                    default -> null;
                };
            default -> play(null, Long.MAX_VALUE, Answered.AS_A_REPETITION);
        };
    }

    private Play play(@Nullable Refusal refusal, long most, Answered answered) {
        return new Play(refusal, most, answered, config.silence());
    }
}
