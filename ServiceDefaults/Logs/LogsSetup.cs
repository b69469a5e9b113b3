using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Agent.ServiceDefaults.Logs;

static class LogsSetup
{
    /// <summary>JSON lines on stdout; ours from Information on, the frameworks' from Warning on, unless configuration says otherwise.</summary>
    public static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(options => options.FormatterName = JsonLineFormatter.FormatterName);
        builder.Services.AddSingleton<ConsoleFormatter, JsonLineFormatter>();
        // A service that starts is unhealthy for a moment, and who asks gets the reasons in the answer.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        foreach (var framework in (string[])["Microsoft", "System", "MassTransit"])
        {
            if (builder.Configuration[$"Logging:LogLevel:{framework}"] is null)
            {
                builder.Logging.AddFilter(framework, LogLevel.Warning);
            }
        }
    }
}
