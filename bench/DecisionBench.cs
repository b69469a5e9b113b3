using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Agent.Guardrails;

namespace Agent.Bench;

/// <summary>How long one decision takes in process, with 1 000 and with 10 000 rules; how long to load them.</summary>
static class DecisionBench
{
    const int Rounds = 200_000;

    static readonly string[] Lines = ["git status -s", "dotnet test --no-build", "cat README.md | head -20", "git ls-files | wc -l", "grep -rn TODO src", "tool7 --flag", "rm -rf build", "cd src && dotnet build 2>&1 | tail -40"];

    public static Task<int> RunAsync(string[] args)
    {
        var results = new[] { Measure(1_000), Measure(10_000) };
        if (args.Contains("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(results));
            return Task.FromResult(0);
        }

        foreach (var result in results)
        {
            Console.WriteLine($"{result.Rules,6} rules: load {result.LoadMs:0} ms, decision p50 {result.P50:0.0} µs, p99 {result.P99:0.0} µs, {result.BytesEach:0} bytes each");
        }

        return Task.FromResult(0);
    }

    static Result Measure(int rules)
    {
        var files = new Dictionary<string, string> { ["tools.yaml"] = Tools(rules / 2), ["paths.yaml"] = Paths(rules / 4), ["network.yaml"] = Network(rules / 4) };
        var loading = Stopwatch.StartNew();
        var bundle = PolicyBundle.Load(files, GuardrailSettings.None).Bundle ?? throw new InvalidOperationException("The generated rules do not load.");
        var load = loading.Elapsed;

        var workspace = WorkspaceRoot.Resolve(Directory.GetCurrentDirectory());
        var requests = Lines.Select(line => ToolRequests.ForCommand(line, workspace))
            .Concat(Enumerable.Range(0, 8).Select(at => ToolRequests.ForPath(at % 2 == 0, $"src/dir{at}/file{at}.cs", workspace)))
            .Concat(Enumerable.Range(0, 4).Select(at => ToolRequests.ForUrl("GET", $"https://host{at * 7}.example.org/x", workspace)))
            .Concat(Enumerable.Range(0, 4).Select(at => new ToolRequest { Tool = $"tool{at * 11}", Effect = EffectStrength.Pure, ArgumentsJson = "{}", WorkspaceRoot = workspace }))
            .ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            bundle.Decide(requests[i % requests.Length]);
        }

        var rounds = rules > 1_000 ? Rounds / 10 : Rounds;
        var times = new double[rounds];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            bundle.Decide(requests[i % requests.Length]);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)rounds;
        Array.Sort(times);
        return new Result(rules, load.TotalMilliseconds, times[rounds / 2], times[(int)(rounds * 0.99)], bytes);
    }

    static string Tools(int count)
    {
        var text = new StringBuilder("rules:\n  - { id: t, answer: allow, reason: r, tools: [\"*\"] }\n  - { id: c, answer: allow, reason: r, commands: [git status, dotnet test, dotnet build, cat, head, tail, wc, grep, git ls-files, cd] }\n");
        for (var i = 0; i < count; i++)
        {
            text.Append(i % 2 == 0 ? $"  - {{ id: t{i}, answer: ask, reason: r, tools: [tool{i}, \"other{i}_*\"] }}\n" : $"  - {{ id: c{i}, answer: deny, reason: r, commands: [tool{i} run, git verb{i}], without: [--dry-run] }}\n");
        }

        return text.ToString();
    }

    static string Paths(int count)
    {
        var text = new StringBuilder("rules:\n  - { id: p, answer: allow, reason: r, paths: [\"**\"] }\n");
        for (var i = 0; i < count; i++)
        {
            text.Append($"  - {{ id: p{i}, answer: deny, reason: r, paths: [\"**/secret{i}/**\", \"area{i}/**/*.key{i}\", \"**/*.pem{i}\"] }}\n");
        }

        return text.ToString();
    }

    static string Network(int count)
    {
        var text = new StringBuilder("rules:\n");
        for (var i = 0; i < count; i++)
        {
            text.Append($"  - {{ id: n{i}, answer: {(i % 2 == 0 ? "allow" : "deny")}, reason: r, hosts: [host{i}.example.org, \"*.zone{i}.net\"], methods: [GET], ports: [443] }}\n");
        }

        return text.ToString();
    }

    sealed record Result(int Rules, double LoadMs, double P50, double P99, double BytesEach);
}
