using System.Text.Json;
using Agent.Contracts;
using Agent.Planner.Service.Runs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Plans;

static class PlanCheckEndpoints
{
    /// <summary><c>POST /plans/check</c>, for the door: a person's plan is read exactly like a model's.</summary>
    public static void MapPlanCheck(this IEndpointRouteBuilder app) => app.MapPost("/plans/check", CheckAsync);

    static async Task<JsonHttpResult<PlanChecked>> CheckAsync(JsonElement plan, ToolCatalogue catalogue, RunRules rules, IOptions<PlanOptions> options, CancellationToken cancellationToken)
    {
        var tools = await catalogue.NamesAsync(cancellationToken);
        var answer = PlanParser.Parse(plan.GetRawText(), tools, rules.Of(options.Value)) switch
        {
            PlanReply.Good good => new PlanChecked(good.Plan, []),
            PlanReply.Malformed malformed => new PlanChecked(null, malformed.Mistakes),
            _ => new PlanChecked(null, ["It declines the goal (\"cannot\") instead of planning it."]),
        };
        return TypedResults.Json(answer, ContractJson.Options);
    }

    /// <param name="Plan">As it would be taken; null if there are mistakes.</param>
    sealed record PlanChecked(Plan? Plan, IReadOnlyList<string> Mistakes);
}
