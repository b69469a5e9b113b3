using MassTransit;

namespace Agent.Examples;

/// <summary>Request: what does it cost? Answered with <see cref="Price"/> or <see cref="NotSold"/>.</summary>
public sealed record PriceOf(string Article);

/// <summary>Response.</summary>
public sealed record Price(string Article, decimal Amount);

/// <summary>Response.</summary>
public sealed record NotSold(string Article, string Why);

/// <summary>Knows two prices.</summary>
public sealed class PriceConsumer : IConsumer<PriceOf>
{
    public Task Consume(ConsumeContext<PriceOf> context) => context.Message.Article switch
    {
        "apple" => context.RespondAsync(new Price("apple", 0.40m)),
        "pear" => context.RespondAsync(new Price("pear", 0.55m)),
        var other => context.RespondAsync(new NotSold(other, "there are none")),
    };
}
