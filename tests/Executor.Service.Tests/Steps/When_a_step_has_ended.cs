using Agent.Contracts;
using Agent.Executor.Service.Steps;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using static Agent.Executor.Service.Tests.Steps.ScriptedModel;

namespace Agent.Executor.Service.Tests.Steps;

public class When_a_step_has_ended
{
    [Fact]
    public async Task With_an_answer_the_reviewer_is_asked_and_no_planner_need_look()
    {
        await using var world = await StepWorld.StartAsync();
        await using var bus = await BusAsync(world, new ScriptedModel(Answers("Done.")));

        await ConsumeAsync(bus, world);

        (await bus.GetTestHarness().Sent.Any<ReviewStep>(sent => sent.Context.Message == new ReviewStep(world.RunId, StepWorld.StepId, 1) && sent.Context.DestinationAddress!.AbsolutePath == "/review-step")).ShouldBeTrue();
        bus.GetTestHarness().Published.Select<RunAdvanced>(TestContext.Current.CancellationToken).ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_one_a_planner_has_to_decide_what_follows()
    {
        await using var world = await StepWorld.StartAsync();
        await using var bus = await BusAsync(world, new ScriptedModel(Answers(" ")));

        await ConsumeAsync(bus, world);

        (await bus.GetTestHarness().Published.Any<RunAdvanced>(advanced => advanced.Context.Message.RunId == world.RunId)).ShouldBeTrue();
        bus.GetTestHarness().Sent.Select<ReviewStep>(TestContext.Current.CancellationToken).ShouldBeEmpty();
    }

    [Fact]
    public async Task With_an_answer_in_a_paused_run_the_review_waits_for_a_planner()
    {
        await using var world = await StepWorld.StartAsync();
        world.Pure.Act = _ => world.AppendAsync(new RunPaused("ada"));
        await using var bus = await BusAsync(world, new ScriptedModel(Calls("count"), Answers("Done.")));

        await ConsumeAsync(bus, world);

        (await bus.GetTestHarness().Published.Any<RunAdvanced>(advanced => advanced.Context.Message.RunId == world.RunId)).ShouldBeTrue();
        bus.GetTestHarness().Sent.Select<ReviewStep>(TestContext.Current.CancellationToken).ShouldBeEmpty();
    }

    static async Task<ServiceProvider> BusAsync(StepWorld world, ScriptedModel model)
    {
        var services = new ServiceCollection()
            .AddSingleton(world.Executor(model))
            .AddSingleton(world.Telemetry)
            .AddSingleton<Microsoft.Extensions.Hosting.IHostApplicationLifetime>(new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance))
            .AddMassTransitTestHarness(bus => bus.AddConsumer<ExecuteStepConsumer>())
            .BuildServiceProvider();
        await services.GetTestHarness().Start();
        return services;
    }

    static async Task ConsumeAsync(ServiceProvider bus, StepWorld world)
    {
        await bus.GetTestHarness().Bus.Publish(new ExecuteStep(world.RunId, StepWorld.StepId, 1), TestContext.Current.CancellationToken);
        (await bus.GetTestHarness().Consumed.Any<ExecuteStep>()).ShouldBeTrue();
    }
}
