using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>What was done to the world, by token: through an MCP tool, or by a command that appends a line to a file.</summary>
sealed class EffectCounter(string workspace)
{
    public const string Command = "./effect.sh";
    public const string AskedCommand = "./asked.sh";

    // More than a model is shown, so that the output is kept as an artefact.
    static readonly string LongOutput = string.Concat(Enumerable.Repeat("This line says nothing and only makes the output long.\n", 500));

    readonly ConcurrentDictionary<string, int> _acted = new(StringComparer.Ordinal);

    /// <summary>A line for each effect of a command.</summary>
    public string LinesFile { get; } = Path.Combine(workspace, "effects");

    /// <summary>Action keys by token, as they came with the calls.</summary>
    public ConcurrentDictionary<string, ConcurrentBag<string>> Keys { get; } = new(StringComparer.Ordinal);

    public void WriteCommands()
    {
        foreach (var name in (string[])[Command, AskedCommand])
        {
            var path = Path.Combine(workspace, name);
            File.WriteAllText(path, $"#!/bin/sh\necho \"$1\" >> \"{LinesFile}\"\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    public string Act(JsonObject call)
    {
        var token = (string)call["arguments"]!["token"]!;
        Keys.GetOrAdd(token, _ => []).Add((string?)call["_meta"]?["agent/idempotency-key"] ?? "");
        _acted.AddOrUpdate(token, 1, (_, times) => times + 1);
        return "acted\n" + LongOutput;
    }

    public int Count(string token) => _acted.GetValueOrDefault(token) + Lines().Count(line => line == token);

    public IReadOnlyDictionary<string, int> All() =>
        Lines().Concat(_acted.SelectMany(acted => Enumerable.Repeat(acted.Key, acted.Value))).GroupBy(token => token, StringComparer.Ordinal).ToDictionary(token => token.Key, token => token.Count(), StringComparer.Ordinal);

    string[] Lines() => File.Exists(LinesFile) ? File.ReadAllLines(LinesFile) : [];
}
