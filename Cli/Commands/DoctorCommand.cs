using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent doctor</c>: looks at everything the suite needs; each thing that is not well names its cure.</summary>
static class DoctorCommand
{
    static readonly TimeSpan MostClockDifference = TimeSpan.FromSeconds(5);

    public static Command Create(IDoorSource source)
    {
        var upgrade = new Option<bool>("--upgrade-check") { Description = "Also read every open run with this version and decide what is owed to it, without doing it." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("doctor", "Look at everything the suite needs: runtime, policies, services, store, sandbox, model, disk, clock.") { upgrade, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            List<CheckView> checks = [Runtime(), Policies(), Model(Environment.GetEnvironmentVariable), .. await SuiteAsync(source, parsed, parsed.GetValue(upgrade), cancellationToken)];
            var isWell = checks.TrueForAll(check => check.Ok);
            var talk = Talk.Of(parsed);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(new { ok = isWell, checks });
            }
            else
            {
                talk.Answer(string.Join(Environment.NewLine, checks.Select(Text)));
            }

            return (int)(isWell ? ExitCode.Done : ExitCode.Infrastructure);
        });
        return command;
    }

    static string Text(CheckView check) => $"{(check.Ok ? "ok  " : "BAD ")}  {check.Name,-16}  {check.Found}{(check.Cure is { } cure ? $"{Environment.NewLine}{"",24}→ {cure}" : "")}";

    static CheckView Runtime() => new("runtime", true, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors");

    static CheckView Policies()
    {
        var directory = PolicyDirectory.Find(null);
        try
        {
            var result = PolicyDirectory.Load(directory);
            return result.Bundle is { } bundle
                ? new CheckView("policy files", true, $"{directory}, {bundle.RuleCount} rules, digest {bundle.Digest[..12]}")
                : new CheckView("policy files", false, $"{directory}: {result.Mistakes.Count} mistakes", "`agent policies validate` names each with its cure; the last good bundle stays in force.");
        }
        catch (CommandException missing)
        {
            return new CheckView("policy files", false, missing.Message, "Set AGENT_POLICY_DIR to the directory that holds tools.yaml.");
        }
    }

    /// <summary>Which API of the model's server was found, and why: as the suite noted it in its state directory.</summary>
    internal static CheckView Model(Func<string, string?> variable)
    {
        var state = Path.GetFullPath(variable("AGENT_STATE_DIR") is { Length: > 0 } set ? set : ".agent");
        var file = Path.Combine(state, "model-apis.json");
        var server = variable("OPENAI_BASE_URL");
        if (server is not { Length: > 0 } && variable("OPENAI_API_KEY") is not { Length: > 0 })
        {
            return new CheckView("model", true, "none configured: the offline model answers. Set OPENAI_BASE_URL to use one.");
        }

        try
        {
            var found = File.Exists(file)
                ? JsonSerializer.Deserialize<Dictionary<string, FoundApi>>(File.ReadAllText(file), JsonSerializerOptions.Web)!.Select(api => $"{api.Key}: {api.Value.Api} ({api.Value.Why})")
                : ["not asked yet; `agent smoke` asks"];
            return new CheckView("model", true, string.Join("; ", found));
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException or UnauthorizedAccessException)
        {
            return new CheckView("model", false, $"{file} can not be read: {unreadable.Message}", "Remove it: the API is found out again.");
        }
    }

    static async Task<IReadOnlyList<CheckView>> SuiteAsync(IDoorSource source, ParseResult parsed, bool upgrade, CancellationToken cancellationToken)
    {
        try
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var report = await door.GetAsync<ReportView>($"doctor?upgrade={(upgrade ? "true" : "false")}", cancellationToken);
            var apart = (TimeProvider.System.GetUtcNow() - report.At).Duration();
            var clock = apart <= MostClockDifference
                ? new CheckView("clock", true, $"{apart.TotalSeconds:F1} s from the suite's")
                : new CheckView("clock", false, $"{apart.TotalSeconds:F0} s from the suite's", "Set both machines' clocks by NTP: approvals and budgets go by time.");
            return [new CheckView("door", true, door.Url.ToString()), clock, .. report.Checks];
        }
        catch (Exception away) when (away is DoorException or CommandException)
        {
            return [new CheckView("door", false, away.Message, "Start the suite with `dotnet run --project AppHost`.")];
        }
    }

    sealed record ReportView(DateTimeOffset At, IReadOnlyList<CheckView> Checks);

    sealed record FoundApi(string Api, string Why);

    /// <param name="Cure">What to do; null if all is well.</param>
    internal sealed record CheckView(string Name, bool Ok, string Found, string? Cure = null);
}
