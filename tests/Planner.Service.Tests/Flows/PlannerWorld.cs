using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Operators;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Journal.Stops;
using Agent.Journal.Webhooks;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Replaying;
using Agent.Planner.Service.Runs;
using Agent.Planner.Service.Schedules;
using Agent.Planner.Service.Webhooks;
using Agent.Resp;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Schedules;
using Agent.TestKit;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.Planner.Service.Tests.Flows;

/// <summary>Planners as processes have them, over a real store and a real bus, and stand-ins for executors and reviewers that do as the test says.</summary>
sealed class PlannerWorld : IAsyncDisposable
{
    readonly List<WebApplication> _services = [];
    readonly CurrentBundle _bundle = new();
    readonly RedisServer _server;

    TimeSpan _resendAfter;

    PlannerWorld(RedisServer server) => _server = server;

    public CurrentBundle Bundle => _bundle;

    public ScriptedPlanner Model { get; } = new();

    public FakeWorkers Workers { get; } = new();

    public RunJournal Journal => _services[0].Services.GetRequiredService<RunJournal>();

    public Leases Leases => _services[0].Services.GetRequiredService<Leases>();

    public ScheduleBook Schedules => new(_services[0].Services.GetRequiredService<RespConnection>(), _services[0].Services.GetRequiredService<OperatorLog>());

    public WebhookBook Webhooks => _services[0].Services.GetRequiredService<WebhookBook>();

    public WebhookDeliveries Deliveries => _services[0].Services.GetRequiredService<WebhookDeliveries>();

    public KillSwitch Switch => _services[0].Services.GetRequiredService<KillSwitch>();

    public IBus Bus => _services[0].Services.GetRequiredService<IBus>();

    /// <param name="limits">A <c>limits.yaml</c> that the planners enforce.</param>
    /// <param name="resendAfter">How long a command is given before it is sent again; half a second.</param>
    /// <param name="network">A <c>network.yaml</c>.</param>
    public static async Task<PlannerWorld> StartAsync(int planners = 1, string? limits = null, TimeSpan? resendAfter = null, string? network = null)
    {
        var server = await SharedServers.StartAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        var world = new PlannerWorld(server) { _resendAfter = resendAfter ?? TimeSpan.FromSeconds(0.5) };
        if (limits is not null || network is not null)
        {
            var files = new Dictionary<string, string> { ["tools.yaml"] = "rules:\n  - { id: a, answer: allow, reason: Because., tools: [read_file, http_request] }\n" };
            foreach (var (name, text) in new[] { ("limits.yaml", limits), ("network.yaml", network) }.Where(file => file.Item2 is not null))
            {
                files[name] = text!;
            }

            world._bundle.Switch(PolicyBundle.Load(files, GuardrailSettings.None).Bundle!);
        }

        await world.AddAsync(bus =>
        {
            bus.AddConsumer<FakeExecutor>().Endpoint(endpoint => endpoint.Name = "execute-step");
            bus.AddConsumer<FakeStepReviewer>().Endpoint(endpoint => endpoint.Name = "review-step");
            bus.AddConsumer<FakeRunReviewer>().Endpoint(endpoint => endpoint.Name = "review-run");
        });
        for (var number = 0; number < planners; number++)
        {
            await world.AddPlannerAsync(number);
        }

        return world;
    }

    public Task AddPlannerAsync(int number) => AddAsync(
        bus =>
        {
            bus.AddConsumer<PlanRunConsumer>();
            bus.AddConsumer<RunAdvancedConsumer>();
        },
        builder =>
        {
            builder.Services.AddSingleton(_bundle);
            builder.AddRuns();
            builder.AddSchedules();
            builder.AddWebhooks();
            builder.Services.AddSingleton(new PlannerInstance($"planner-{number}"));
        });

    /// <summary>All planners end, as on a restart; workers, bus and store stay.</summary>
    public async Task StopPlannersAsync()
    {
        foreach (var planner in _services.Skip(1).ToList())
        {
            _services.Remove(planner);
            await planner.DisposeAsync();
        }
    }

    /// <summary>HTTP to the last planner started.</summary>
    public HttpClient Http() => new() { BaseAddress = new Uri(_services[^1].Urls.First()) };

    public async Task<Guid> SubmitAsync(bool hint = true, RunSubmitted? submitted = null)
    {
        var runId = Guid.CreateVersion7();
        await Journal.AppendAsync(runId, JournalHead.Empty, [submitted ?? new RunSubmitted("Do it", "/workspace", "ada")], "door", TestContext.Current.CancellationToken);
        if (hint)
        {
            var planner = await Bus.GetSendEndpoint(new Uri("queue:plan-run"));
            await planner.Send(new PlanRun(runId), TestContext.Current.CancellationToken);
        }

        return runId;
    }

    /// <summary>Waits until a planner has asked for the run's slots with this priority.</summary>
    public async Task UntilSlotsAreAskedAsync(Guid runId, int priority)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var connection = _services[0].Services.GetRequiredService<RespConnection>();
        while ((await connection.ExecuteAsync(RespCommand.Of("HGET", "{slots}:waiting", runId.ToString()), patience.Token)).AsString()?.Contains($"\"priority\":{priority},", StringComparison.Ordinal) != true)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task AppendAsync(Guid runId, params IReadOnlyList<IRunEvent> events)
    {
        while (await Journal.AppendAsync(runId, await Journal.HeadAsync(runId), events, "door") is AppendResult.Moved)
        {
        }
    }

    /// <summary>Follows the run until it has ended, or a state is reached.</summary>
    public async Task<RunState> UntilAsync(Guid runId, Func<RunState, bool> reached, int seconds = 30)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(seconds));
        var state = new RunState(runId);
        try
        {
            await foreach (var entry in Journal.FollowAsync(runId, 1, patience.Token))
            {
                state.Apply(entry);
                if (reached(state))
                {
                    return state;
                }
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            Assert.Fail($"Not reached within {seconds} s: {state.Phase}, {string.Join(", ", state.Steps.Select(step => $"{step.Id} {step.Phase} {step.Attempt}"))}");
        }

        return state;
    }

    public Task<RunState> UntilEndAsync(Guid runId, int seconds = 30) => UntilAsync(runId, state => state.End is not null, seconds);

    /// <summary>Whatever happened here must come out the same when it is played again.</summary>
    public bool IsReplayed { get; set; } = true;

    public async ValueTask DisposeAsync()
    {
        if (IsReplayed)
        {
            var replay = _services[^1].Services.GetRequiredService<RunReplay>();
            foreach (var summary in await Journal.ListAsync())
            {
                (await replay.PlayAsync((await RecordedRun.LoadAsync(Journal, summary.RunId, CancellationToken.None))!, null, CancellationToken.None)).Divergence.ShouldBeNull();
            }
        }

        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    async Task AddAsync(Action<IBusRegistrationConfigurator> consumers, Action<WebApplicationBuilder>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = _server.ConnectionString,
            ["Planner:Runs:SweepInterval"] = "00:00:00.2",
            ["Planner:Schedules:Interval"] = "00:00:00.1",
            ["Planner:Runs:ResendAfter"] = $"{_resendAfter:c}",
            ["Planner:Webhooks:Interval"] = "00:00:00.1",
            ["Planner:Webhooks:FirstPause"] = "00:00:00.1",
            ["Planner:Webhooks:MaxTries"] = "4",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IChatClient>(Model);
        builder.Services.AddSingleton(Workers);
        more?.Invoke(builder);
        builder.AddBus(consumers);
        var service = builder.Build();
        _services.Add(service);
        if (more is not null)
        {
            service.MapPlanCheck();
        }

        await service.StartAsync(TestContext.Current.CancellationToken);
    }
}
