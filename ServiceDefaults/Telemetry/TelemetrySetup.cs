using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Agent.ServiceDefaults.Telemetry;

/// <summary>Traces, metrics and logs by the <c>OTEL_*</c> variables, and Prometheus text on <c>/metrics</c>. Sources and meters of ours are named <c>Agent.*</c>.</summary>
static class TelemetrySetup
{
    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        // The framework writes the HTTP conventions' tags itself when it is let.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

        var telemetry = new TelemetryBuilder(builder.Services);
        telemetry
            .WithTracing(tracing => tracing
                .AddSource("Agent.*", "Microsoft.AspNetCore", "System.Net.Http", "MassTransit", "Experimental.ModelContextProtocol")
                .SetSampler(new ParentBasedSampler(new QuietSampler()))
                .AddProcessor(new RedactedTraces()))
            .WithMetrics(metrics => metrics
                .AddMeter("Agent.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "MassTransit", "System.Runtime")
                .AddReader(services => services.GetRequiredService<PrometheusReader>()));
        builder.Services.AddSingleton<PrometheusReader>();
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            telemetry.WithLogging(logging => logging.AddProcessor(new RedactedLogs()));
            telemetry.UseOtlpExporter();
        }

        builder.Services.AddHostedService<TelemetryStart>();
    }

    sealed class TelemetryBuilder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services => services;
    }

    /// <summary>The providers listen from the moment they are made.</summary>
    sealed class TelemetryStart(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetService<MeterProvider>();
            services.GetService<TracerProvider>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>All but the questions machines ask every second.</summary>
    sealed class QuietSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
        {
            foreach (var (key, value) in samplingParameters.Tags ?? [])
            {
                if (key == "url.path" && value is "/health" or "/alive" or "/metrics")
                {
                    return new SamplingResult(SamplingDecision.Drop);
                }
            }

            return new SamplingResult(SamplingDecision.RecordAndSample);
        }
    }
}
