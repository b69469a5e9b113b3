using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Agent.ServiceDefaults.Telemetry;

static class MetricsEndpoint
{
    const string Format = "text/plain; version=0.0.4; charset=utf-8";

    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapGet("/metrics", (PrometheusReader reader) => TypedResults.Text(reader.Scrape(), Format)).ExcludeFromDescription();
}
