using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.RedisTransport.Tests;

public record Ask(int Number);

public record Answer(int Number);

public class When_a_request_is_made
{
    [Theory, OnAllTransports]
    public async Task The_response_comes_back_to_the_one_who_asked(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = await world.StartAsync(
            bus => bus.AddRequestClient<Ask>(),
            (_, cfg) => cfg.ReceiveEndpoint("answers", endpoint => endpoint.Handler<Ask>(context => context.RespondAsync(new Answer(context.Message.Number * 2)))));
        using var scope = bus.Services.CreateScope();
        var client = scope.ServiceProvider.GetRequiredService<IRequestClient<Ask>>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => client.GetResponse<Answer>(new Ask(number))));

        answers.Select(answer => answer.Message.Number).ShouldBe(Enumerable.Range(0, 50).Select(number => number * 2));
    }

    [Theory, OnServers]
    public async Task It_works_between_processes(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var answering = await world.StartAsync(configure: (_, cfg) =>
            cfg.ReceiveEndpoint("answers", endpoint => endpoint.Handler<Ask>(context => context.RespondAsync(new Answer(context.Message.Number * 2)))));
        await using var asking = await world.StartAsync(bus => bus.AddRequestClient<Ask>());
        using var scope = asking.Services.CreateScope();

        var answer = await scope.ServiceProvider.GetRequiredService<IRequestClient<Ask>>().GetResponse<Answer>(new Ask(21));

        answer.Message.Number.ShouldBe(42);
    }

    [Theory, OnAllTransports]
    public async Task A_failing_consumer_answers_with_its_fault(TransportKind kind)
    {
        var world = await World.SharedAsync(kind);
        await using var bus = await world.StartAsync(
            bus => bus.AddRequestClient<Ask>(),
            (_, cfg) => cfg.ReceiveEndpoint("answers", endpoint => endpoint.Handler<Ask>(_ => throw new InvalidOperationException("no answer today"))));
        using var scope = bus.Services.CreateScope();

        var fault = await Should.ThrowAsync<RequestFaultException>(() => scope.ServiceProvider.GetRequiredService<IRequestClient<Ask>>().GetResponse<Answer>(new Ask(1)));

        fault.Message.ShouldContain("no answer today");
    }
}
