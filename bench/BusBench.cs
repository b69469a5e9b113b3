using System.Text.Json;
using Agent.Bench.Bus;

namespace Agent.Bench;

/// <summary><c>bench -- bus [--json] [--quick] [--no-bullmq]</c>: the queue alone, the queue under MassTransit, and others for comparison; all in one run.</summary>
static class BusBench
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Any(arg => arg is not ("--json" or "--quick" or "--no-bullmq")))
        {
            await Console.Error.WriteLineAsync("usage: dotnet run -c Release --project bench -- bus [--json] [--quick] [--no-bullmq]");
            return 2;
        }

        var quick = args.Contains("--quick");
        var report = new BusReport();
        await foreach (var server in BenchServers.EachAsync())
        {
            await using (server)
            {
                await Console.Error.WriteLineAsync($"… {server.Name}");
                report.Queues.Add(await QueueMeasurement.RunAsync(server, quick));
                if (server.WithMassTransit)
                {
                    report.Buses.Add(await BusMeasurement.OnRedisAsync(server, quick));
                }
            }
        }

        await Console.Error.WriteLineAsync("… memory, RabbitMQ, BullMQ");
        report.Buses.Add(await BusMeasurement.InMemoryAsync(quick));
        if (await BusMeasurement.OnRabbitAsync(quick) is { } rabbit)
        {
            report.Buses.Add(rabbit);
        }

        if (!args.Contains("--no-bullmq") && await BullMq.RunAsync(quick) is { } bull)
        {
            report.Queues.Add(bull);
        }

        await Console.Out.WriteLineAsync(args.Contains("--json") ? JsonSerializer.Serialize(report.WithRatios(), Indented) : report.ToText());
        return 0;
    }
}
