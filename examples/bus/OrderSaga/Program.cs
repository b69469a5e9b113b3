using Agent.Examples;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var arrivals = new Arrivals();
var counter = new Counter();
using var host = await ExampleBus.StartAsync(bus =>
{
    bus.AddSingleton(arrivals);
    bus.AddSingleton(counter);
    bus.AddSagaStateMachine<OrderSaga, Order>().InMemoryRepository();
    bus.AddConsumer<ShipConsumer>(consumer => consumer.UseMessageRetry(retry => retry.Interval(3, 100)));
    bus.AddConsumer<ShippedConsumer>();
    bus.AddRequestClient<PlaceOrder>();
});
using var scope = host.Services.CreateScope();
var desk = scope.ServiceProvider.GetRequiredService<IRequestClient<PlaceOrder>>();
var publisher = host.Services.GetRequiredService<IBus>();

foreach (var article in (string[])["apple", "pear"])
{
    var order = NewId.NextGuid();
    await desk.GetResponse<OrderTaken>(new PlaceOrder(order, article));
    Console.WriteLine($"placed {article}");
    Console.WriteLine($"paid {article}");
    await publisher.Publish(new OrderPaid(order));
    Console.WriteLine($"shipped {(await arrivals.NextAsync()).Article}");
}

await host.StopAsync();
