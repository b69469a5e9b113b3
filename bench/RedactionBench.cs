using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Agent.Guardrails.Secrets;
using Agent.ServiceDefaults.Logs;

namespace Agent.Bench;

/// <summary>How fast secrets and personal data are looked for in what is written.</summary>
static class RedactionBench
{
    const int Rounds = 40;

    public static int Run(string[] args)
    {
        var source = string.Concat(Directory.EnumerateFiles("Guardrails", "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        var logs = string.Concat(Enumerable.Range(0, 5000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"2026-11-29T01:{i % 60:00}:33.{i:000000}Z info request {Guid.CreateVersion7()} from 10.0.{i % 200}.{i % 251} GET /users/{i}?mail=jane{i}@example.com 200 in {i * 7} ms, +49 30 {1000000 + i}\n")));
        Result[] results = [.. new (string Name, string Text, Func<string, string> Redact)[]
        {
            ("source, personal data", source, PersonalData.Redact),
            ("log lines, personal data", logs, PersonalData.Redact),
            ("source, secrets of output", source, SecretText.Redact),
            ("log lines, all of a log line", logs, Redaction.Redact),
        }.Select(one => new Result(one.Name, Measure(one.Text, one.Redact)))];
        if (args.Contains("--json"))
        {
            Console.WriteLine(JsonSerializer.Serialize(results));
            return 0;
        }

        foreach (var result in results)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.What,-30} {result.MegabytesPerSecond:0} MB/s"));
        }

        return 0;
    }

    static double Measure(string text, Func<string, string> redact)
    {
        redact(text);
        var times = Enumerable.Range(0, Rounds).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            redact(text);
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }).Order().ToList();
        return text.Length / 1e6 / times[Rounds / 2];
    }

    sealed record Result(string What, double MegabytesPerSecond);
}
