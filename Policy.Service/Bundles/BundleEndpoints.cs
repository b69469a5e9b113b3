using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Agent.Policy.Service.Bundles;

static class BundleEndpoints
{
    public static IEndpointRouteBuilder MapBundles(this IEndpointRouteBuilder app)
    {
        var bundles = app.MapGroup("/bundles").WithTags("Bundles");

        bundles.MapGet("/current", CurrentAsync).WithSummary("The bundle in force, signed; 304 if its tag is the one in If-None-Match, after `Prefer: wait=n` seconds without a change");
        bundles.MapGet("/", List).WithSummary("Published bundles, newest first, without their files");
        bundles.MapGet("/{version:long}", Find).WithSummary("A published bundle");
        return app;
    }

    public static void AddBundles(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => PolicyOptions.From(services.GetRequiredService<IConfiguration>()));
        builder.Services.AddSingleton(services => SigningKey.LoadOrCreate(services.GetRequiredService<PolicyOptions>().StateDirectory));
        builder.Services.AddSingleton(services => new BundleArchive(services.GetRequiredService<PolicyOptions>().StateDirectory));
        builder.Services.AddSingleton<BundleSource>();
        builder.Services.AddHealthChecks().AddCheck<BundleHealth>("policies");
    }

    static async Task<Results<JsonHttpResult<SignedBundle>, StatusCodeHttpResult>> CurrentAsync(BundleSource bundles, IHostApplicationLifetime lifetime, HttpContext context)
    {
        if (bundles.Current is not { } current)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var known = context.Request.GetTypedHeaders().IfNoneMatch;
        if (LongPoll.WaitOf(context.Request.Headers[LongPoll.PreferHeader]) is { } wait && IsKnown(current))
        {
            context.Response.Headers[LongPoll.AppliedHeader] = LongPoll.Preference(wait);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await bundles.HasChangedAsync(current.TagOf(), wait, either.Token);
            current = bundles.Current;
        }

        context.Response.GetTypedHeaders().ETag = TagOf(current);
        return IsKnown(current) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Json(current, ContractJson.Options);

        bool IsKnown(SignedBundle bundle) => known.Any(tag => tag.Compare(TagOf(bundle), useStrongComparison: false));
    }

    static EntityTagHeaderValue TagOf(SignedBundle bundle) => new($"\"{bundle.TagOf()}\"");

    static JsonHttpResult<BundleList> List(BundleSource bundles, BundleArchive archive) => TypedResults.Json(
        new BundleList([.. archive.All().Select(bundle => new BundleEntry(bundle.Version, bundle.Digest, bundle.PublishedAt, bundle.Version == bundles.Current?.Version))]),
        ContractJson.Options);

    static Results<JsonHttpResult<SignedBundle>, NotFound> Find(long version, BundleArchive archive) =>
        archive.Find(version) is { } found ? TypedResults.Json(found, ContractJson.Options) : TypedResults.NotFound();
}

sealed record BundleList(IReadOnlyList<BundleEntry> Bundles);

sealed record BundleEntry(long Version, string Digest, DateTimeOffset PublishedAt, bool InForce);
