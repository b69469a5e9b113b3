using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent budgets [RUN]</c> and <c>agent budgets raise RUN</c>.</summary>
static class BudgetsCommand
{
    public static Command Create(IDoorSource source)
    {
        var run = new Argument<Guid?>("run") { Description = "A run, for its own budgets.", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("budgets", "How the budgets of workspaces, day and installation stand, or those of a run.") { run, json, Raise(source) };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var path = parsed.GetValue(run) is { } runId ? $"runs/{runId}/budget" : "budgets";
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(await door.GetAsync<JsonElement>(path, cancellationToken));
            }
            else
            {
                var list = await door.GetAsync<BudgetList>(path, cancellationToken);
                talk.Answer(Columns.Of(
                    ["SCOPE", "UNIT", "SPENT", "RESERVED", "ASKS AT", "CAP", "WORKSPACE"],
                    list.Budgets.Select(budget => (IReadOnlyList<string>)
                        [budget.Scope, budget.Unit, Number(budget.Spent), Number(budget.Reserved), Number(budget.SoftLimit), Number(budget.Cap), budget.Workspace ?? ""])));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    static Command Raise(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var unit = new Option<string>("--unit") { Description = "What there is to be more of.", Required = true };
        unit.AcceptOnlyFromAmong("tokens", "cost_usd", "tool_calls", "steps", "wall_clock_seconds");
        var by = new Option<decimal>("--by") { Description = "More than the cap; 0: the run goes on up to the cap." };
        var comment = new Option<string?>("--comment") { Description = "Why; goes to the journal." };
        var command = new Command("raise", "Raise a run's budget, or let a run that asks go on up to the cap.") { run, unit, by, comment };
        command.Validators.Add(result =>
        {
            if (result.GetValue(by) < 0)
            {
                result.AddError("--by is what there is to be more: 0 or greater.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var door = await source.OpenAsync(parsed, cancellationToken);
            await door.PostAsync<JsonElement>($"runs/{parsed.GetValue(run)}/budget", new { unit = parsed.GetValue(unit), by = parsed.GetValue(by), comment = parsed.GetValue(comment) }, cancellationToken);
            Talk.Of(parsed).Say("The run goes on.");
            return (int)ExitCode.Done;
        });
        return command;
    }

    static string Number(decimal? number) => number is { } value ? value.ToString("0.######", CultureInfo.InvariantCulture) : "–";

    sealed record BudgetList(IReadOnlyList<BudgetLine> Budgets);

    sealed record BudgetLine(string Scope, string? Workspace, string Unit, decimal Spent, decimal Reserved, decimal? Cap, decimal? SoftLimit);
}
