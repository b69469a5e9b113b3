using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Contracts;

namespace Agent.Cli.Commands;

/// <summary><c>agent runs plan | approve-plan | reject-plan</c>: a person reads a plan and answers for it.</summary>
static class RunsPlanCommands
{
    public static Command Show(IDoorSource source)
    {
        var (run, json) = (Run(), new Option<bool>("--json") { Description = "Print JSON; \"plan\" in it is what --plan FILE takes." });
        var command = new Command("plan", "Show a run's plan, and whether it waits for a signature.") { run, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var path = $"runs/{parsed.GetValue(run)}/plan";
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(await door.GetAsync<JsonElement>(path, cancellationToken));
                return (int)ExitCode.Done;
            }

            var view = await door.GetAsync<PlanView>(path, cancellationToken);
            talk.Answer(Text(view));
            if (view.SignOff is { State: "waiting" })
            {
                talk.Say($"Sign it:     agent runs approve-plan {view.RunId} --version {view.Version} [--plan FILE]\nReject it:   agent runs reject-plan {view.RunId} --reason \"…\"");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    public static Command Approve(IDoorSource source)
    {
        var (run, version, comment) = (Run(), Version(), new Option<string?>("--comment") { Description = "Goes to the journal." });
        var plan = new Option<FileInfo?>("--plan") { Description = "A JSON file with the plan to take instead; it is checked like a planner's, and every mistake is named." };
        var command = new Command("approve-plan", "Sign the plan that waits for it, or another one in its place.") { run, version, plan, comment };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var body = new { approve = true, version = parsed.GetValue(version), plan = await PlanFile.ReadAsync(parsed.GetValue(plan), cancellationToken), comment = parsed.GetValue(comment) };
            return await SignAsync(source, parsed, parsed.GetValue(run), body, "The plan is signed; the run goes on.", cancellationToken);
        });
        return command;
    }

    public static Command Reject(IDoorSource source)
    {
        var (run, version, reason) = (Run(), Version(), new Option<string>("--reason") { Description = "What is wrong with it; the next plan is made with it.", Required = true });
        var command = new Command("reject-plan", "Reject the plan that waits for a signature; another one is made.") { run, version, reason };
        command.SetAction((parsed, cancellationToken) => SignAsync(
            source, parsed, parsed.GetValue(run), new { approve = false, version = parsed.GetValue(version), comment = parsed.GetValue(reason) }, "The plan is rejected; another one is made.", cancellationToken));
        return command;
    }

    static async Task<int> SignAsync(IDoorSource source, ParseResult parsed, Guid run, object body, string done, CancellationToken cancellationToken)
    {
        using var door = await source.OpenAsync(parsed, cancellationToken);
        await door.PostAsync<JsonElement>($"runs/{run}/plan/sign", body, cancellationToken);
        Talk.Of(parsed).Say(done);
        return (int)ExitCode.Done;
    }

    static string Text(PlanView view)
    {
        var text = new StringBuilder();
        text.AppendLine($"run      {view.RunId}");
        text.AppendLine($"version  {view.Version}");
        text.AppendLine($"summary  {view.Plan.Summary}");
        if (view.SignOff is { } signOff)
        {
            text.AppendLine($"signed   {(signOff.State == "waiting" ? $"not yet. {signOff.Reason}" : $"{signOff.State} by {signOff.Principal}{(signOff.Comment is { Length: > 0 } why ? $": {why}" : "")}")}");
        }

        foreach (var step in view.Plan.Steps)
        {
            text.AppendLine().AppendLine($"{step.Id}  {step.Title}");
            text.AppendLine($"  {Columns.Shorten(step.Instruction, 400)}");
            text.AppendLine($"  after {(step.DependsOn.Count == 0 ? "nothing" : string.Join(", ", step.DependsOn))}; tools {(step.Tools.Count == 0 ? "all" : string.Join(", ", step.Tools))}; effect {JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Effect.ToString())}");
            foreach (var criterion in step.Acceptance)
            {
                text.AppendLine($"  accepted if {Columns.Shorten(JsonSerializer.Serialize(criterion, ContractJson.Options), 200)}");
            }
        }

        return text.ToString();
    }

    static Argument<Guid> Run() => new("run") { Description = "The run's id." };

    static Option<int?> Version() => new("--version") { Description = "The version you have read; refused if it is no longer the present one." };

    sealed record PlanView(Guid RunId, int Version, Plan Plan, SignOff? SignOff);

    sealed record SignOff(string State, string Reason, string? Principal, string? Comment);
}
