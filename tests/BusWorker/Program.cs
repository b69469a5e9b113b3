using Agent.BusWorker;
using Agent.RedisTransport;
using MassTransit;

// A process to be killed by a test: BusWorker hold|consume|produce <connection> <prefix> <queue> <log file>
// It writes a line to its log for each thing it did, opened for append and flushed, so that kill -9 loses none of them.
if (args is not [var mode, var connection, var prefix, var queue, var path, ..])
{
    await Console.Error.WriteLineAsync("usage: BusWorker hold|consume|produce <connection> <prefix> <queue> <log file>");
    return 2;
}

await using var log = new WorkLog(path);
var bus = Bus.Factory.CreateUsingRedis(cfg =>
{
    cfg.Host(connection, options =>
    {
        options.KeyPrefix = prefix;
        options.Lease = TimeSpan.FromSeconds(2);
        options.Sweep = TimeSpan.FromMilliseconds(250);
        options.Poll = TimeSpan.FromSeconds(1);
        options.DeliveryLimit = 1000;
        options.SendPatience = TimeSpan.FromMinutes(1);
    });
    if (mode != "produce")
    {
        cfg.ReceiveEndpoint(queue, endpoint => endpoint.Handler<WorkItem>(async context =>
        {
            log.Write(context.Message.Id, context.ReceiveContext.Redelivered);
            if (mode == "hold")
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            }
        }));
    }
});
await bus.StartAsync();
log.Write("ready", false);
if (mode == "produce")
{
    await Producing.RunAsync(bus, queue, log);
}

// The parent's end is ours: standard input closes with it.
while (await Console.In.ReadLineAsync() is not null)
{
    continue;
}

await bus.StopAsync();
return 0;
