using System.CommandLine;
using System.Text;
using Agent.Cli.Output;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies explain</c>: why something is or is not allowed. Needs no running suite.</summary>
static class PoliciesExplainCommand
{
    public static Command Create()
    {
        var line = new Option<string>("--command") { Description = "A command line, as a shell would be given it." };
        var path = new Option<string[]>("--path") { Description = "`read` or `write`, and a path.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var url = new Option<string[]>("--url") { Description = "A method and a URL.", Arity = new ArgumentArity(2, 2), AllowMultipleArgumentsPerToken = true };
        var batch = new Option<string>("--batch") { Description = "A file (or -) with one request a line: {\"id\",\"cmd\"}, {\"id\",\"op\",\"path\"} or {\"id\",\"method\",\"url\"}." };
        var bundle = PolicyDirectory.Option();
        var workspace = new Option<string>("--workspace") { Description = "The directory paths belong to (default: here)." };
        var principal = new Option<string>("--principal") { Description = "Whose run it would be; for rules and layers of principals (default: nobody's)." };
        var sandbox = new Option<string>("--sandbox") { Description = "The sandbox it would run in (default: one that is strong enough)." };
        sandbox.AcceptOnlyFromAmong([.. SandboxLevel.All]);
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("explain", "Say what policy decides about a command, a path or a URL, by which rules, and what would allow it.") { line, path, url, batch, bundle, workspace, principal, sandbox, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var root = Root(parsed.GetValue(workspace));
            var given = new object?[] { parsed.GetValue(line), parsed.GetValue(path) is { Length: > 0 } named ? named : null, parsed.GetValue(url) is { Length: > 0 } asked ? asked : null, parsed.GetValue(batch) };
            if (given.Count(value => value is not null) != 1)
            {
                throw new CommandException(ExitCode.Usage, "Ask about one thing: --command \"…\", --path read|write PATH, --url METHOD URL, or --batch FILE.");
            }

            var policies = PolicyDirectory.LoadValid(parsed.GetValue(bundle));
            if (parsed.GetValue(batch) is { } file)
            {
                await PolicyBatch.RunAsync(policies, file, root, parsed.GetValue(principal), parsed.InvocationConfiguration.Output, cancellationToken);
                return (int)ExitCode.Done;
            }

            var request = parsed.GetValue(line) is { } text ? ToolRequests.ForCommand(text, root)
                : parsed.GetValue(path) is [var operation, var wanted] ? ToolRequests.ForPath(IsWrite(operation), wanted, root)
                : parsed.GetValue(url) is [var method, var address] ? ToolRequests.ForUrl(method, address, root)
                : throw new CommandException(ExitCode.Usage, "--path takes `read` or `write` and a path; --url takes a method and a URL.");
            var explanation = policies.Explain(request with { Principal = parsed.GetValue(principal), Sandbox = parsed.GetValue(sandbox) });
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(Shape(explanation));
            }
            else
            {
                talk.Answer(Text(explanation));
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    public static string Word(Ruling ruling) => ruling switch { Ruling.Allow => "allow", Ruling.Ask => "ask", _ => "deny" };

    public static bool IsWrite(string operation) => operation switch
    {
        "read" => false,
        "write" => true,
        _ => throw new CommandException(ExitCode.Usage, $"`{operation}` is neither read nor write."),
    };

    static string Root(string? given)
    {
        var directory = Path.GetFullPath(given ?? Directory.GetCurrentDirectory());
        return Directory.Exists(directory)
            ? WorkspaceRoot.Resolve(directory)
            : throw new CommandException(ExitCode.Usage, $"The workspace {directory} does not exist. Name an existing directory with --workspace.");
    }

    static object Shape(Explanation explanation) => new
    {
        decision = Word(explanation.Decision.Ruling),
        rule = explanation.Decision.Rule,
        reason = explanation.Decision.Reason,
        bundle_digest = explanation.Decision.BundleDigest,
        least_sandbox = explanation.Decision.LeastSandbox,
        monitored = explanation.Decision.Monitored,
        chain = explanation.Steps.Select(step => new { part = step.Part, subject = step.Subject, decision = Word(step.Ruling), rule = step.Rule, reason = step.Reason, at = step.Place }),
        to_allow = explanation.ToAllow,
    };

    static string Text(Explanation explanation)
    {
        var text = new StringBuilder();
        var decision = explanation.Decision;
        text.AppendLine($"{Word(decision.Ruling)}  by {decision.Rule}: {decision.Reason}");
        foreach (var step in explanation.Steps)
        {
            text.AppendLine($"  {step.Part,-8} {Columns.Shorten(step.Subject, 60),-60}  {Word(step.Ruling),-5}  {step.Rule}{(step.Place is null ? " (built in)" : $" ({step.Place})")}: {step.Reason}");
        }

        foreach (var change in explanation.ToAllow)
        {
            text.AppendLine($"To allow it: {change}");
        }

        if (decision is { Ruling: not Ruling.Deny, LeastSandbox: not SandboxLevel.None })
        {
            text.AppendLine($"It may run in the sandbox {decision.LeastSandbox} or a stronger one; in a weaker one it is denied.");
        }

        foreach (var rule in decision.Monitored)
        {
            text.AppendLine($"Rule {rule} matches too, but only watches (mode: monitor).");
        }

        return text.ToString().TrimEnd();
    }
}
