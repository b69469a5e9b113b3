using Agent.Contracts;
using Agent.Policy.Service.Bundles;
using Agent.Policy.Service.Reload;
using Agent.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Policy.Service.Canary;

static class CanaryEndpoints
{
    // Who asks, as the door has authenticated them.
    const string PrincipalHeader = "X-Agent-Principal";

    public static IEndpointRouteBuilder MapCanary(this IEndpointRouteBuilder app)
    {
        var canary = app.MapGroup("/policies/canary").WithTags("Canary");

        canary.MapGet("", Status).WithSummary("The bundle on trial, or the last one: share, decisions on it and on the current one, how it ended");
        canary.MapPost("", StartAsync).WithSummary("Put a share of new runs on another bundle");
        canary.MapPost("/promote", PromoteAsync).WithSummary("Make the bundle on trial the current one; its files take the place of those in the policy directory");
        canary.MapPost("/stop", StopAsync).WithSummary("End the trial; its runs follow the current bundle");
        app.MapPut("/canary/counts/{instance}", CountAsync).ExcludeFromDescription();
        return app;
    }

    public static void AddCanary(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CanaryFile>();
        builder.Services.AddSingleton<CanaryDesk>();
        builder.Services.AddSingleton<CanaryMetrics>();
        builder.Services.AddHostedService<CanaryNotes>();
    }

    static JsonHttpResult<CanaryStatus> Status(CanaryDesk desk, BundleSource bundles) => Told(desk.Trial, bundles);

    static Task<Results<JsonHttpResult<CanaryStatus>, ProblemHttpResult>> StartAsync(CanaryStart body, HttpContext context, CanaryDesk desk, BundleSource bundles, Reloading reloading, CancellationToken cancellationToken) =>
        AnswerAsync(desk.Start(body, PrincipalOf(context)), bundles, reloading, cancellationToken);

    static Task<Results<JsonHttpResult<CanaryStatus>, ProblemHttpResult>> PromoteAsync(HttpContext context, CanaryDesk desk, BundleSource bundles, Reloading reloading, CancellationToken cancellationToken) =>
        AnswerAsync(desk.Promote(PrincipalOf(context)), bundles, reloading, cancellationToken);

    static Task<Results<JsonHttpResult<CanaryStatus>, ProblemHttpResult>> StopAsync(CanaryStop? body, HttpContext context, CanaryDesk desk, BundleSource bundles, Reloading reloading, CancellationToken cancellationToken) =>
        AnswerAsync(desk.Stop(PrincipalOf(context), body?.Comment), bundles, reloading, cancellationToken);

    static async Task<NoContent> CountAsync(string instance, CanaryReport report, CanaryDesk desk, Reloading reloading, CancellationToken cancellationToken)
    {
        if (desk.Count(instance, report) is not null)
        {
            await reloading.AnnounceAsync(cancellationToken);
        }

        return TypedResults.NoContent();
    }

    static async Task<Results<JsonHttpResult<CanaryStatus>, ProblemHttpResult>> AnswerAsync((CanaryTrial? Trial, CanaryRefusal? Refusal) end, BundleSource bundles, Reloading reloading, CancellationToken cancellationToken)
    {
        if (end.Refusal is { } refusal)
        {
            var status = refusal.Code.StartsWith("invalid", StringComparison.Ordinal) ? StatusCodes.Status400BadRequest : StatusCodes.Status409Conflict;
            return TypedResults.Problem(refusal.Detail, statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = refusal.Code });
        }

        await reloading.AnnounceAsync(cancellationToken);
        return Told(end.Trial, bundles);
    }

    static JsonHttpResult<CanaryStatus> Told(CanaryTrial? trial, BundleSource bundles) => TypedResults.Json(CanaryStatus.Of(trial, bundles.Current?.Digest), ContractJson.Options);

    static string PrincipalOf(HttpContext context) =>
        context.Request.Headers[PrincipalHeader].ToString() is { Length: > 0 } principal ? Uri.UnescapeDataString(principal) : "unknown";
}

/// <param name="Comment">Why.</param>
sealed record CanaryStop(string? Comment);

/// <summary>How a trial stands, for people and programs.</summary>
/// <param name="State">Null: there was none yet.</param>
/// <param name="HeldShare">Of the decisions on the canary, those that asked or denied.</param>
/// <param name="CurrentHeldShare">The same of all other decisions since it began.</param>
sealed record CanaryStatus(
    bool Running, CanaryState? State, long? Number, double? Share, string? Digest, string? CurrentDigest, string? Source, DateTimeOffset? StartedAt, string? StartedBy,
    DecisionCounts? Decisions, double? HeldShare, DecisionCounts? CurrentDecisions, double? CurrentHeldShare, CanaryThresholds? Thresholds,
    DateTimeOffset? EndedAt, string? EndedBy, string? Reason)
{
    public static CanaryStatus Of(CanaryTrial? trial, string? current) => new(
        trial is { IsRunning: true }, trial?.State, trial?.Number, trial?.Share, trial?.Bundle.Digest, current, trial?.Source, trial?.StartedAt, trial?.StartedBy,
        trial?.OnCanary, trial?.OnCanary.HeldShare, trial?.OnCurrent, trial?.OnCurrent.HeldShare, trial?.Thresholds, trial?.EndedAt, trial?.EndedBy, trial?.Reason);
}
