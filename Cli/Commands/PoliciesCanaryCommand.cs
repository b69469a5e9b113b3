using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies canary</c>: tries a bundle on a share of new runs.</summary>
static class PoliciesCanaryCommand
{
    public static Command Create(IDoorSource source) => new("canary", "Try a bundle on a share of new runs; it is rolled back when it holds them up much more than the others.")
    {
        Start(source),
        Ask(source, "status", "Say which bundle is on trial, what it decided, and how the last trial ended.", (door, stop) => door.GetAsync<JsonElement>("policies/canary", stop)),
        Ask(source, "promote", "Make the bundle on trial the current one: its files take the place of those in the policy directory.", (door, stop) => door.PostAsync<JsonElement>("policies/canary/promote", new { }, stop)),
        Stop(source),
    };

    static Command Start(IDoorSource source)
    {
        var bundle = new Option<string>("--bundle") { Description = "Directory that holds the policies to try.", Required = true };
        var share = new Option<string>("--share") { Description = "Of new runs: 10%, or 0.1.", Required = true };
        var spike = new Option<double?>("--spike") { Description = "Roll back when this many times as many decisions ask or deny as on the current bundle (default: canary.spike_factor of limits.yaml)." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("start", "Put a share of new runs on another bundle.") { bundle, share, spike, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var directory = Path.GetFullPath(parsed.GetValue(bundle)!);
            var part = ShareOf(parsed.GetValue(share)!);

            // Checked here too: the mistakes are told with the files at hand, before anything is sent.
            PolicyDirectory.LoadValid(directory);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var status = await door.PostAsync<JsonElement>(
                "policies/canary", new { files = BundleFiles.Read(directory, GuardrailSettings.None), share = part, source = directory, factor = parsed.GetValue(spike) }, cancellationToken);
            Tell(Talk.Of(parsed), status, parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Stop(IDoorSource source)
    {
        var comment = new Option<string>("--comment") { Description = "Why; it stands in the operator log." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("stop", "End the trial; its runs follow the current bundle.") { comment, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await door.PostAsync<JsonElement>("policies/canary/stop", new { comment = parsed.GetValue(comment) }, cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Ask(IDoorSource source, string name, string description, Func<DoorClient, CancellationToken, Task<JsonElement>> ask)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(name, description) { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            Tell(Talk.Of(parsed), await ask(door, cancellationToken), parsed.GetValue(json));
            return (int)ExitCode.Done;
        });
        return command;
    }

    internal static double ShareOf(string text)
    {
        var isPercent = text.EndsWith('%');
        return double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && (isPercent ? number / 100 : number) is > 0 and <= 0.9 and var share
            ? share
            : throw new CommandException(ExitCode.Usage, $"--share {text} is no share of runs. Write a part of at most 90 %, such as 10% or 0.1.");
    }

    static void Tell(Talk talk, JsonElement status, bool asJson)
    {
        if (asJson)
        {
            talk.AnswerJson(status);
        }
        else
        {
            talk.Answer(Text(status));
        }
    }

    static string Text(JsonElement status)
    {
        if (!status.TryGetProperty("state", out _))
        {
            return "No bundle was on trial yet.";
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Canary {status.GetProperty("number")}: {status.GetProperty("state").GetString()!.Replace('_', ' ')}, {status.GetProperty("share").GetDouble():P1} of new runs, bundle {Short(status, "digest")}, started by {status.GetProperty("started_by")}");
        text.AppendLine($"  on the canary       {Counts(status.GetProperty("decisions"), status.GetProperty("held_share"))}");
        text.AppendLine($"  on the current one  {Counts(status.GetProperty("current_decisions"), status.GetProperty("current_held_share"))}");
        if (status.TryGetProperty("reason", out var reason))
        {
            text.AppendLine($"  ended by {status.GetProperty("ended_by")}: {reason}");
        }

        return text.ToString().TrimEnd();
    }

    static string Short(JsonElement status, string name) => status.GetProperty(name).GetString()![..12];

    static string Counts(JsonElement counts, JsonElement held) =>
        string.Create(CultureInfo.InvariantCulture, $"{counts.GetProperty("allowed")} allowed, {counts.GetProperty("asked")} asked, {counts.GetProperty("denied")} denied ({held.GetDouble():P1} held up)");
}
