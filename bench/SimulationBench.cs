using System.Diagnostics;
using System.Text.Json;
using Agent.Cli.Commands;
using Agent.Guardrails;

namespace Agent.Bench;

/// <summary>How long it takes to decide 100 000 recorded decisions again: reading the audit files, and judging. The default policies, and the same with a rule that looks back.</summary>
static class SimulationBench
{
    const int Runs = 500;
    const int DecisionsEach = 200;

    const string LooksBack = "\n  - { id: looks-back, answer: ask, reason: Bench., tools: [http_request], origin: untrusted }\n";

    static readonly string[] Commands = ["git status -s", "dotnet test --no-build", "cat README.md | head -20", "grep -rn TODO src", "rm -rf build", "cd src && dotnet build 2>&1 | tail -40"];

    public static int Run(string[] args)
    {
        var state = Directory.CreateTempSubdirectory("simulation-bench-");
        try
        {
            Write(Directory.CreateDirectory(Path.Combine(state.FullName, "audit")).FullName, state.FullName);
            var files = new Dictionary<string, string>(BundleFiles.Read(Path.GetFullPath("policies"), GuardrailSettings.None), StringComparer.Ordinal);
            Result[] results = [Measure("default policies", state.FullName, files), Measure("with a rule that looks back", state.FullName, new(files, StringComparer.Ordinal) { ["tools.yaml"] = files["tools.yaml"] + LooksBack })];
            foreach (var result in results)
            {
                Console.WriteLine(args.Contains("--json")
                    ? JsonSerializer.Serialize(result)
                    : $"{result.What}: {result.Judged} of {result.Decisions} decisions, read in {result.ReadSeconds:0.00} s, judged in {result.JudgeSeconds:0.00} s, {result.Changed} would change");
            }

            return 0;
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    static Result Measure(string what, string state, Dictionary<string, string> files)
    {
        var bundle = PolicyBundle.Load(files, GuardrailSettings.None).Bundle ?? throw new InvalidOperationException("Run it from the repository's root: its policies are used.");
        var watch = Stopwatch.StartNew();
        var decisions = RecordedDecisions.Read(state, DateTimeOffset.MinValue);
        var read = watch.Elapsed.TotalSeconds;
        watch.Restart();
        var simulation = PoliciesSimulateCommand.Simulate(bundle, decisions);
        return new Result(what, decisions.Count, simulation.Judged, simulation.Changed.Count, read, watch.Elapsed.TotalSeconds);
    }

    static void Write(string audit, string workspace)
    {
        var output = JsonSerializer.Serialize(string.Concat(Enumerable.Repeat("what a tool returned, line by line\n", 20)));
        for (var run = 0; run < Runs; run++)
        {
            using var file = File.CreateText(Path.Combine(audit, $"run-{run:D6}.jsonl"));
            file.WriteLine(Entry(1, "RunSubmitted", $$"""{"goal":"Bench","workspace":{{JsonSerializer.Serialize(workspace)}},"principal":"bench"}"""));
            for (var call = 0; call < DecisionsEach; call++)
            {
                var (tool, arguments, effect) = (call % 4) switch
                {
                    0 => ("run_command", $$"""{"shell":{{JsonSerializer.Serialize(Commands[(call / 4) % Commands.Length])}}}""", "irreversible"),
                    1 => ("read_file", $$"""{"path":"src/dir{{call}}/file{{run}}.cs"}""", "pure"),
                    2 => ("write_file", $$"""{"path":"src/dir{{call}}/file{{run}}.cs","content":"x"}""", "idempotent"),
                    _ => ("http_request", $$"""{"method":"POST","url":"https://host{{call}}.example.org/{{run}}"}""", "irreversible"),
                };
                file.WriteLine(Entry(3 * call + 2, "ToolCallDecided", $$"""{"call_id":"a.1#{{call}}","step_id":"a","tool":"{{tool}}","arguments":{{arguments}},"decision":"allow","rule":"bench"}"""));
                file.WriteLine(Entry(3 * call + 3, "ToolCallStarted", $$"""{"call_id":"a.1#{{call}}","effect":"{{effect}}"}"""));
                file.WriteLine(Entry(3 * call + 4, "ToolCallFinished", $$"""{"call_id":"a.1#{{call}}","output":{{output}}}"""));
            }
        }
    }

    static string Entry(int sequence, string type, string data) => $$"""{"seq":{{sequence}},"type":"{{type}}","actor":"bench","at":"2026-01-01T00:00:00Z","data":{{data}}}""";

    sealed record Result(string What, int Decisions, int Judged, int Changed, double ReadSeconds, double JudgeSeconds);
}
