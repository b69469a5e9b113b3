using System.Diagnostics;
using Agent.Examples;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using var host = await ExampleBus.StartAsync(bus =>
{
    bus.AddConsumer<PriceConsumer>();
    bus.AddRequestClient<PriceOf>();
});
using var scope = host.Services.CreateScope();
var client = scope.ServiceProvider.GetRequiredService<IRequestClient<PriceOf>>();

foreach (var article in (string[])["apple", "pear", "unicorn"])
{
    var clock = Stopwatch.StartNew();
    var answer = await client.GetResponse<Price, NotSold>(new PriceOf(article));
    var said = answer.Is(out Response<Price>? price)
        ? $"{price.Message.Amount:0.00}"
        : answer.Is(out Response<NotSold>? reason) ? $"not sold, {reason.Message.Why}" : throw new UnreachableException();
    Console.WriteLine($"{article}: {said} ({clock.Elapsed.TotalMilliseconds:0.0} ms)");
}

await host.StopAsync();
