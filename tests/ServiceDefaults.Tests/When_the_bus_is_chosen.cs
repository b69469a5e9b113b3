using Agent.TestKit;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.ServiceDefaults.Tests;

public record Rung(string Text);

public class When_the_bus_is_chosen
{
    [Fact]
    public async Task RabbitMQ_carries_and_retries_as_Redis_does()
    {
        await using var server = await RabbitServer.TryStartAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(server is null, "RabbitMQ is not installed (Debian: apt install rabbitmq-server).");
        await RingAsync(("Bus:Transport", "rabbitmq"), ("ConnectionStrings:rabbitmq", server.ConnectionString));
    }

    [Fact]
    public async Task Redis_is_the_default()
    {
        await using var server = await RedisServer.StartGarnetAsync(TestContext.Current.CancellationToken);
        await RingAsync(("ConnectionStrings:redis", server.ConnectionString));
    }

    [Theory]
    [InlineData("rabbit", "can be redis, rabbitmq or memory")]
    [InlineData("rabbitmq", "ConnectionStrings__rabbitmq is not set")]
    [InlineData("redis", "ConnectionStrings__redis")]
    public void A_wrong_or_incomplete_choice_is_named(string transport, string named)
    {
        var error = Should.Throw<Exception>(() =>
        {
            var app = Build(new Bell(), ("Bus:Transport", transport), ("ConnectionStrings:redis", ""));
            app.Services.GetRequiredService<IBusControl>();
        });

        Messages(error).ShouldContain(message => message.Contains(named, StringComparison.Ordinal));
    }

    static async Task RingAsync(params (string Key, string Value)[] settings)
    {
        var bell = new Bell();
        await using var app = Build(bell, settings);
        var bus = app.Services.GetRequiredService<IBusControl>();
        await bus.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        await bus.Publish(new Rung("hello"));

        (await bell.Heard.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe("hello");
        await bus.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
    }

    static WebApplication Build(Bell bell, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddRedis();
        builder.Services.AddSingleton(bell);
        builder.AddBus(bus => bus.AddConsumer<RungConsumer>());
        return builder.Build();
    }

    static IEnumerable<string> Messages(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            yield return error.Message;
        }
    }
}

public sealed class Bell
{
    public TaskCompletionSource<string> Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Fails the first time, so that the retry is seen, too.</summary>
public sealed class RungConsumer(Bell bell) : IConsumer<Rung>
{
    static int s_calls;

    public Task Consume(ConsumeContext<Rung> context)
    {
        if (Interlocked.Increment(ref s_calls) % 2 == 1)
        {
            throw new InvalidOperationException("not at once");
        }

        bell.Heard.TrySetResult(context.Message.Text);
        return Task.CompletedTask;
    }
}
