using Agent.Contracts;
using Agent.Journal;
using Agent.Planner.Service.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Planner.Service.Budgets;

static class BudgetEndpoints
{
    /// <summary><c>GET /budgets</c> and <c>GET /runs/{id}/budget</c>: for the door.</summary>
    public static void MapBudgets(this IEndpointRouteBuilder app)
    {
        app.MapGet("/budgets", async (SharedBudgets budgets, CancellationToken cancellationToken) => TypedResults.Json(new BudgetList(await budgets.LookAsync(cancellationToken)), ContractJson.Options));
        app.MapGet("/runs/{runId:guid}/budget", OfRunAsync);
    }

    static async Task<Results<JsonHttpResult<BudgetList>, ProblemHttpResult>> OfRunAsync(Guid runId, RunJournal journal, RunRules rules, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await journal.LoadAsync(runId, cancellationToken) is not { } run)
        {
            return TypedResults.Problem($"There is no run {runId}.", statusCode: StatusCodes.Status404NotFound, extensions: [new("code", "unknown_run")]);
        }

        var options = rules.For(run.Workspace);
        return TypedResults.Json(
            new BudgetList([.. RunBudget.Uses(run, run.End is null ? time.GetUtcNow() : run.UpdatedAt, options).Select(use => new BudgetView(
                "run", null, use.Unit, Math.Round((decimal)use.Used, 6), 0, (decimal)use.Cap, options.SoftShare >= 1 || run.Budget.MayPassSoft(use.Unit) ? null : (decimal)(use.Cap * options.SoftShare)))]),
            ContractJson.Options);
    }

    sealed record BudgetList(IReadOnlyList<BudgetView> Budgets);
}
