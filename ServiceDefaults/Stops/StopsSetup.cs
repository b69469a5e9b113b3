using Agent.ServiceDefaults.Stops;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults;

/// <summary>What a service that acts, or lets others act, needs to stop when everything is stopped.</summary>
public static class StopsSetup
{
    /// <summary>Adds <see cref="StopSign"/> and keeps it current.</summary>
    public static WebApplicationBuilder AddStopSign(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<StopSign>();
        builder.Services.AddSingleton(new StopInstance($"{builder.Environment.ApplicationName.Replace('.', '-').ToLowerInvariant()}/{Guid.CreateVersion7().ToString("N")[^8..]}"));
        builder.Services.AddHostedService<StopWatch>();
        return builder;
    }
}
