using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.RedisTransport;
using Agent.Resp;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Agent.Dashboard.Web.Tests.Harness;

/// <summary>Stands where the planner stands on the bus, and only listens.</summary>
sealed class ListeningPlanner : IAsyncDisposable
{
    readonly IHost _host;
    readonly Heard _heard;

    ListeningPlanner(IHost host) => (_host, _heard) = (host, host.Services.GetRequiredService<Heard>());

    public static async Task<ListeningPlanner> StartAsync(DoorHarness door)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<Heard>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            bus.AddConsumer<PlanRunConsumer>();
            bus.UsingRedis((context, cfg) =>
            {
                cfg.Host(door.Services.GetRequiredService<RespOptions>());
                cfg.ConfigureEndpoints(context);
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return new ListeningPlanner(host);
    }

    public Task HeardAsync(Guid runId) => _heard.Of(runId).Task.WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    sealed class Heard
    {
        readonly ConcurrentDictionary<Guid, TaskCompletionSource> _runs = new();

        public TaskCompletionSource Of(Guid runId) => _runs.GetOrAdd(runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    sealed class PlanRunConsumer(Heard heard) : IConsumer<PlanRun>
    {
        public Task Consume(ConsumeContext<PlanRun> context)
        {
            heard.Of(context.Message.RunId).TrySetResult();
            return Task.CompletedTask;
        }
    }
}
