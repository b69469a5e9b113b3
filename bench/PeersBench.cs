using System.Text.Json;
using Agent.Bench.Peers;
using Agent.Contracts;

namespace Agent.Bench;

/// <summary><c>bench -- peers [--quick] [--json]</c>: steps that do nothing, durably, on the suite and on LangGraph and DBOS with PostgreSQL; the same DAGs, one after the other in one run.</summary>
static class PeersBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Any(arg => arg is not ("--json" or "--quick")))
        {
            await Console.Error.WriteLineAsync("usage: dotnet run -c Release --project bench -- peers [--quick] [--json]");
            return 2;
        }

        var quick = args.Contains("--quick");
        var loads = PeerLoad.All(quick);
        var seconds = quick ? 2 : 5;

        // Every side alike: what is compared is how they run, not how they start.
        var warmth = quick ? 20 : 60;
        var report = new PeersReport();
        await Console.Error.WriteLineAsync("… " + OurRuns.Side);
        report.Figures.AddRange(await OurRuns.RunAsync(loads, seconds, warmth));
        try
        {
            var programs = await PeerPrograms.InstallAsync();
            foreach (var waits in (bool[])[true, false])
            {
                await using var cluster = await PostgresCluster.StartAsync(waits);
                var commit = "synchronous_commit=" + (waits ? "on" : "off");
                await AddAsync(report, programs, cluster, "langgraph.mjs", "LangGraph, " + commit, loads, seconds, warmth);
                await AddAsync(report, programs, cluster, "dbos.mjs", "DBOS, " + commit, loads, seconds, warmth);
                if (waits)
                {
                    // It takes a second or two for each step, whatever else is set.
                    await AddAsync(report, programs, cluster, "dbos-queue.mjs", "DBOS, each step on a queue, " + commit, loads.Where(load => load is { Dag: "fan10", InFlight: 8 }), seconds, warmth);
                }
            }
        }
        catch (PeerMissingException missing)
        {
            await SkipAsync(report, "LangGraph and DBOS: " + missing.Message);
        }

        await Console.Out.WriteLineAsync(args.Contains("--json") ? JsonSerializer.Serialize(report.ToJson(), ContractJson.Options) : report.ToText());
        return 0;
    }

    static async Task AddAsync(PeersReport report, PeerPrograms programs, PostgresCluster cluster, string program, string side, IEnumerable<PeerLoad> loads, int seconds, int warmth)
    {
        await Console.Error.WriteLineAsync("… " + side);
        try
        {
            report.Figures.AddRange(await programs.RunAsync(program, side, cluster, loads, seconds, warmth));
        }
        catch (PeerMissingException missing)
        {
            await SkipAsync(report, $"{side}: {missing.Message}");
        }
    }

    static Task SkipAsync(PeersReport report, string reason)
    {
        report.Skipped.Add(reason);
        return Console.Error.WriteLineAsync("… skipped: " + reason);
    }
}
