package org.moralbank.ledger;

import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.extensions.Extension;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;
import org.moralbank.access.Allowed;
import org.moralbank.access.Call;
import org.moralbank.access.Role;
import org.moralbank.platform.Fields;
import org.moralbank.platform.Page;

/** The accounts of a book, over HTTP. */
@Produces(MediaType.APPLICATION_JSON)
@Path("/v1/books/{book}/accounts")
@Tag(name = "ledger", description = "Accounts, entries and what they come to.")
public class AccountsResource {
    private final Books books;
    private final LedgerReads reads;

    AccountsResource(Books books, LedgerReads reads) {
        this.books = books;
        this.reads = reads;
    }

    /** The schema of a page of accounts. */
    @Schema(name = "Accounts")
    record Accounts(
            List<AccountView> items,
            @Schema(nullable = true) String next) {}

    /** The schema of a page of a statement. */
    @Schema(name = "Statement")
    record Statement(
            List<StatementLine> items,
            @Schema(nullable = true) String next) {}

    @GET
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "listAccounts", summary = "Lists the accounts of a book", description = """
                    In the order in which they were opened, closed ones too. An account opens by itself when an entry first
                    needs it. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of accounts",
            content = @Content(schema = @Schema(implementation = Accounts.class)))
    @Extension(name = "x-problem-codes", value = "")
    public Uni<Page<AccountView>> list(
            @Context RoutingContext http,
            @RestPath String book,
            @RestQuery @Parameter(description = "Of the chart of accounts", example = "2100") @Nullable String code,
            @RestQuery @Parameter(description = "A member, team, merchant, …", example = "M-BHL-H0001") @Nullable
                    String owner,
            @RestQuery @Parameter(schema = @Schema(implementation = Unit.class)) @Nullable String unit,
            @RestQuery @Parameter(schema = @Schema(implementation = Account.Status.class)) @Nullable String status,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String after) {
        Fields fields = new Fields();
        if (code != null && Chart.find(code) == null) {
            fields.fault("code", "chart");
        }
        AccountFilter filter = new AccountFilter(
                code,
                fields.optionalId("owner", owner),
                fields.optionalName("unit", unit, Unit.class),
                fields.optionalName("status", status, Account.Status.class));
        fields.refuseFaults();
        Page.Request page = Page.Request.ofQuery(limit, after);
        return books.of(Call.of(http), book).chain(found -> reads.accounts(found, filter, page));
    }

    @GET
    @Path("/{account}")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(
            operationId = "getAccount",
            summary = "Shows an account",
            description = "What is posted, held and available now, with its bounds. Changes nothing.")
    @APIResponse(
            responseCode = "200",
            description = "The account",
            content = @Content(schema = @Schema(implementation = AccountView.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<AccountView> get(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath @Parameter(description = "code[:owner]:unit[:lot]", example = "2100:M-BHL-H0001:MIN")
                    String account) {
        return books.of(Call.of(http), book).chain(found -> reads.account(found, account));
    }

    @GET
    @Path("/{account}/statement")
    @Allowed({Role.APP, Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR})
    @Operation(operationId = "getAccountStatement", summary = "Shows the history of an account", description = """
                    Its postings, the oldest or the newest first, each with the balance after it; also of a closed account.
                    Days restrict it to what happened on them, the balances stay those of the whole. Changes nothing.
                    """)
    @APIResponse(
            responseCode = "200",
            description = "A page of the statement",
            content = @Content(schema = @Schema(implementation = Statement.class)))
    @Extension(name = "x-problem-codes", value = "not-found")
    public Uni<Page<StatementLine>> statement(
            @Context RoutingContext http,
            @RestPath String book,
            @RestPath @Parameter(description = "code[:owner]:unit[:lot]", example = "2100:M-BHL-H0001:MIN")
                    String account,
            @BeanParam History.Query query) {
        History history = query.checked();
        return books.of(Call.of(http), book).chain(found -> reads.statement(found, account, history));
    }
}
