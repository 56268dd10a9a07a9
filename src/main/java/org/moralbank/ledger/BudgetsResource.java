package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Client;
import org.moralbank.access.Responses;
import org.moralbank.access.Role;
import org.moralbank.commits.Ask;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Ids;
import org.moralbank.platform.Page;

/** Budgets, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/accounts/{account}/budgets")
@Tag(name = "ledger")
public class BudgetsResource {
    private static final int LONGEST_REASON = 500;

    private final Books books;
    private final Budgets budgets;

    BudgetsResource(Books books, Budgets budgets) {
        this.books = books;
        this.budgets = budgets;
    }

    /** The body of a budget. */
    @Schema(name = "NewBudget")
    record NewBudget(
            @Schema(
                    description =
                            "What the period may issue in all, in minor parts of the unit: what it has issued counts; 0 for"
                                    + " nothing",
                    required = true,
                    minimum = "0",
                    maximum = "1000000000000",
                    examples = "60000")
            @Nullable
            Long amount,

            @Schema(description = "That of the account", required = true) @Nullable
            Unit unit,

            @Schema(description = "The client's own reference", examples = "B-2026-0001") @Nullable
            String reference,

            @Schema(description = "Free text, such as who decided it and when", required = true, maxLength = 500)
            @Nullable
            String reason,

            @Schema(description = "Id of the person who asks for it", required = true, examples = "W-001") @Nullable
            String actor,

            @Nullable String onBehalfOf,

            @Schema(
                    description = "Id of the person who approved it; not the actor",
                    required = true,
                    examples = "W-002")
            @Nullable
            String approver) {
        Budget.Decision checked(AccountPath account, Client client) {
            Fields fields = new Fields();
            fields.number("amount", amount, 0, Fields.LARGEST_AMOUNT);
            if (fields.value("unit", unit, account.unit()) != account.unit()) {
                fields.fault("unit", "unit-of-account");
            }
            Budget.Decision decision = new Budget.Decision(
                    new Attribution(
                            client.id(),
                            client.name(),
                            fields.id("actor", actor),
                            fields.optionalId("onBehalfOf", onBehalfOf),
                            fields.id("approver", approver)),
                    fields.optionalNewReference("reference", reference),
                    fields.text("reason", reason, LONGEST_REASON));
            if (approver != null && approver.equals(actor)) {
                fields.fault("approver", "same-person");
            }
            fields.refuseFaults();
            return decision;
        }

        /** Of a body that was checked. */
        long checkedAmount() {
            return Objects.requireNonNull(amount);
        }
    }

    /** The schema of a page. */
    @Schema(name = "Budgets")
    record BudgetPage(
            List<BudgetView> items, @Schema(nullable = true) String next) {}

    @POST
    @Allowed(Role.OPERATOR)
    @Operation(operationId = "setBudget", summary = "Sets how much a period may issue", description = """
                    Of a fund in a year (3110:PUBLIC.2026:MIN), or of the community in a year for services (3100:2026:MIN,
                    3200:2026:PTS), awards (3210:2026:PTS) or tasks (3220:2026:PTS). From then on a grant, a service record or
                    another earning that would issue more is refused: `limit-exceeded`, where `limit` is what may be issued and
                    `wouldBe` what would be. It counts in the year in which it is posted, in the book's calendar, whenever a
                    service was given. Its account opens with its first entry and need not be there yet: as long as it is not
                    found, nothing is issued. A period without a budget is not bounded. What is reversed or comes back to its
                    fund in that year may be issued again. Setting another replaces it; all stay listed. It is not set below what
                    is issued, and another person than the actor has approved it. Posts nothing; followers are told by the event
                    `org.moralbank.budget.set`.
                    """)
    @RequestBody(
            required = true,
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = NewBudget.class),
                            examples =
                                    @ExampleObject(
                                            name = "a fund's year",
                                            value =
                                                    "{\"amount\": 60000, \"unit\": \"MIN\", \"reason\": \"年度预算\", \"actor\": \"W-001\", \"approver\": \"W-002\"}")))
    @APIResponse(
            responseCode = "201",
            description = "Set",
            content = @Content(schema = @Schema(implementation = BudgetView.class)))
    @Extension(name = "x-problem-codes", value = "not-found account-issues-nothing budget-below-issued")
    public Uni<Response> set(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath @Parameter(description = "code:period:unit", example = "3110:PUBLIC.2026:MIN") String account,
            NewBudget body) {
        Call call = Call.of(http);
        return books.of(call, book)
                .chain(found -> {
                    AccountPath path = Budgets.account(account);
                    Ask ask = call.ask(found.id());
                    Budget.Decision decision = body.checked(path, call.client());
                    return budgets.set(ask, found, path, body.checkedAmount(), decision);
                })
                .map(Responses::of);
    }

    @GET
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "listBudgets",
            summary = "Lists the budgets of a period",
            description = "All that were set, the first of all first; the last is what holds. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "A page",
            content = @Content(schema = @Schema(implementation = BudgetPage.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Page<BudgetView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath @Parameter(description = "code:period:unit", example = "3110:PUBLIC.2026:MIN") String account,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> budgets.list(found, Budgets.account(account), page));
    }

    @GET
    @Path("/{number}")
    @Allowed({Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getBudget",
            summary = "Shows a budget",
            description = "As it was set, with the reason. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The budget",
            content = @Content(schema = @Schema(implementation = BudgetView.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<BudgetView> get(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath @Parameter(description = "code:period:unit", example = "3110:PUBLIC.2026:MIN") String account,
            @RestPath String number) {
        return books.of(Call.of(http), book)
                .chain(found -> budgets.get(found, Budgets.account(account), Ids.number(number)));
    }
}
