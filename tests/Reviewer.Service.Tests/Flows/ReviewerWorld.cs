using System.Collections.Concurrent;
using Agent.Contracts;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Reviewer.Service.Replaying;
using Agent.Reviewer.Service.Reviews;
using Agent.ServiceDefaults;
using Agent.TestKit;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Agent.Reviewer.Service.Tests.Flows;

/// <summary>Reviewers as processes have them, over a real store and a real bus, and an ear for what they publish.</summary>
sealed class ReviewerWorld : IAsyncDisposable
{
    readonly List<WebApplication> _services = [];
    readonly DirectoryInfo _workspace = Directory.CreateTempSubdirectory("agent-review-");
    readonly RedisServer _server;

    ReviewerWorld(RedisServer server) => _server = server;

    public RunJournal Journal => _services[0].Services.GetRequiredService<RunJournal>();

    public string Workspace => _workspace.FullName;

    public Ear Heard { get; } = new();

    public static async Task<ReviewerWorld> StartAsync(IChatClient model, int reviewers = 1)
    {
        var server = await SharedServers.StartAsync(ServerKind.Garnet);
        Assert.SkipWhen(server is null, SharedServers.Missing(ServerKind.Garnet));
        var world = new ReviewerWorld(server);
        await world.AddAsync(model, bus => bus.AddConsumer<EarConsumer>());
        for (var number = 0; number < reviewers; number++)
        {
            await world.AddAsync(model, bus =>
            {
                bus.AddConsumer<ReviewStepConsumer>();
                bus.AddConsumer<ReviewRunConsumer>();
            });
        }

        return world;
    }

    /// <summary>A run with one executed step.</summary>
    public async Task<Guid> ExecutedAsync(string answer, params IReadOnlyList<AcceptanceCriterion> acceptance)
    {
        var runId = Guid.CreateVersion7();
        await Journal.AppendAsync(
            runId, JournalHead.Empty,
            [
                new RunSubmitted("Do it", Workspace, "ada"),
                new PlanAccepted(1, new Plan("p", [new PlanStep("a", "A", "Do a", [], [], EffectClass.Pure, acceptance)])),
                new StepDispatched("a", 1),
                new StepLeased("a", 1, "executor", 1),
                new StepExecuted("a", 1, answer, [], 1),
            ],
            "test", TestContext.Current.CancellationToken);
        return runId;
    }

    public async Task SendAsync(string queue, object message)
    {
        var endpoint = await _services[0].Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:" + queue));
        await endpoint.Send(message, message.GetType(), TestContext.Current.CancellationToken);
    }

    public async Task<RunState> UntilAsync(Guid runId, Func<RunState, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        var state = new RunState(runId);
        await foreach (var entry in Journal.FollowAsync(runId, 1, patience.Token))
        {
            state.Apply(entry);
            if (reached(state))
            {
                break;
            }
        }

        return state;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever was judged here must come out the same when it is played again.
        var replay = _services[^1].Services.GetRequiredService<ReviewReplay>();
        foreach (var summary in await Journal.ListAsync())
        {
            (await replay.PlayAsync((await RecordedRun.LoadAsync(Journal, summary.RunId, CancellationToken.None))!, null, CancellationToken.None)).Divergence.ShouldBeNull();
        }

        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        await _server.DisposeAsync();
        _workspace.Delete(recursive: true);
    }

    async Task AddAsync(IChatClient model, Action<IBusRegistrationConfigurator> consumers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:redis"] = _server.ConnectionString, ["urls"] = "http://127.0.0.1:0" });
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<CurrentBundle>();
        builder.Services.AddSingleton(model);
        builder.Services.AddSingleton(Heard);
        builder.AddReviews();
        builder.AddBus(consumers);
        var service = builder.Build();
        _services.Add(service);
        await service.StartAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>What was announced; waits for the next.</summary>
sealed class Ear
{
    readonly SemaphoreSlim _arrived = new(0);

    public ConcurrentQueue<RunAdvanced> All { get; } = [];

    public void Take(RunAdvanced advanced)
    {
        All.Enqueue(advanced);
        _arrived.Release();
    }

    public async Task NextAsync() => (await _arrived.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBeTrue("Nothing was announced.");
}

sealed class EarConsumer(Ear ear) : IConsumer<RunAdvanced>
{
    public Task Consume(ConsumeContext<RunAdvanced> context)
    {
        ear.Take(context.Message);
        return Task.CompletedTask;
    }
}
