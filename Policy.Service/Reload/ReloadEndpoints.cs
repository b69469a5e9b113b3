using Agent.Contracts;
using Agent.Guardrails;
using Agent.Policy.Service.Bundles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Policy.Service.Reload;

static class ReloadEndpoints
{
    public static IEndpointRouteBuilder MapReload(this IEndpointRouteBuilder app)
    {
        var policies = app.MapGroup("/policies").WithTags("Policies");

        policies.MapPost("/reload", ReloadAsync).WithSummary("Read the policy files again; 422 with every mistake if they are not valid");
        policies.MapGet("/status", Status).WithSummary("Which bundle is in force, and what is wrong with the files");
        return app;
    }

    public static void AddReload(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ReloadBell>();
        builder.Services.AddSingleton<Reloading>();
        builder.Services.AddHostedService<ReloadTriggers>();
    }

    static async Task<JsonHttpResult<PolicyStatus>> ReloadAsync(Reloading reloading, BundleSource bundles, PolicyOptions options, CancellationToken cancellationToken)
    {
        await reloading.ReloadAsync(cancellationToken);
        var status = StatusOf(bundles, options);
        return status.Mistakes.Count == 0
            ? TypedResults.Json(status, ContractJson.Options)
            : TypedResults.Json(status with { Code = "invalid_policies", Detail = Tell(status) }, ContractJson.Options, "application/problem+json", StatusCodes.Status422UnprocessableEntity);
    }

    static JsonHttpResult<PolicyStatus> Status(BundleSource bundles, PolicyOptions options) => TypedResults.Json(StatusOf(bundles, options), ContractJson.Options);

    static string Tell(PolicyStatus status) =>
        $"The policies in {status.Directory} are not valid; version {status.Version} stays in force:{string.Concat(status.Mistakes.Select(mistake => $"{Environment.NewLine}  - {mistake}"))}";

    static PolicyStatus StatusOf(BundleSource bundles, PolicyOptions options) => new(
        bundles.Report.Mistakes.Count == 0, bundles.Current?.Digest, bundles.Current?.Version, bundles.Current?.PublishedAt,
        options.Directory, bundles.Report.At, bundles.Report.Mistakes);
}

/// <param name="Valid">The files as they are now make a bundle.</param>
/// <param name="Code">With <paramref name="Detail"/>, what a problem document carries; only for files that were refused.</param>
/// <param name="Digest">Of the bundle in force, which may be an earlier one.</param>
sealed record PolicyStatus(
    bool Valid, string? Digest, long? Version, DateTimeOffset? PublishedAt, string Directory, DateTimeOffset ReadAt, IReadOnlyList<PolicyMistake> Mistakes,
    string? Code = null, string? Detail = null);
