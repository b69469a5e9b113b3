using System.Text.Json;
using Agent.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Dashboard.Web.Tests.Harness;

/// <summary>Stands where the planner stands over HTTP: a plan is good unless it has no steps.</summary>
sealed class FakePlanner : IAsyncDisposable
{
    readonly WebApplication _app;

    FakePlanner(WebApplication app) => _app = app;

    /// <summary>What the door needs to find it.</summary>
    public Dictionary<string, string?> Settings => new() { ["services:planner-service:http:0"] = _app.Urls.First() };

    public static async Task<FakePlanner> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/plans/check", (JsonElement plan) => plan.TryGetProperty("steps", out var steps) && steps.GetArrayLength() > 0
            ? Results.Json(new { plan = plan.Deserialize<Plan>(ContractJson.Options), mistakes = Array.Empty<string>() }, ContractJson.Options)
            : Results.Json(new { mistakes = new[] { "The plan has no steps.", "It has no summary." } }));
        await app.StartAsync();
        return new FakePlanner(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
