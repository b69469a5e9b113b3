using System.CommandLine;
using Agent.Cli.Door;
using Agent.Cli.Output;
using Agent.Journal.Audit;

namespace Agent.Cli.Commands;

/// <summary><c>agent audit verify RUN</c>: recomputes a run's hash chain.</summary>
static class AuditCommand
{
    public static Command Create(IDoorSource source) => new("audit", "Prove what happened.") { Verify(source), Files() };

    /// <summary>The trail on the disk: needs no suite and no store.</summary>
    static Command Files()
    {
        var directory = new Argument<string?>("directory") { Description = "Audit directory (default: audit/ in AGENT_STATE_DIR, else .agent/audit).", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("files", "Recompute the chain of every run's audit file, without the suite.") { directory, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            var path = Path.GetFullPath(parsed.GetValue(directory) ?? Path.Combine(Environment.GetEnvironmentVariable("AGENT_STATE_DIR") is { Length: > 0 } state ? state : ".agent", "audit"));
            if (!Directory.Exists(path))
            {
                talk.Say($"{path} is no directory. Name the audit directory, or set AGENT_STATE_DIR.");
                return (int)ExitCode.Usage;
            }

            var files = new AuditFiles(path);
            var verdicts = new List<AuditVerdict>();
            foreach (var run in files.Runs().Order())
            {
                verdicts.Add(await files.VerifyAsync(run, cancellationToken));
            }

            if (parsed.GetValue(json))
            {
                talk.AnswerJson(verdicts);
            }
            else
            {
                foreach (var broken in verdicts.Where(verdict => !verdict.Chain.Holds))
                {
                    talk.Answer($"{files.PathOf(broken.RunId)} is broken at entry {broken.Chain.BrokenAt}: {broken.Chain.Reason}");
                }

                talk.Answer($"{verdicts.Count(verdict => verdict.Chain.Holds)} of {verdicts.Count} files hold, {verdicts.Sum(verdict => verdict.Chain.Entries)} entries");
            }

            return (int)(verdicts.TrueForAll(verdict => verdict.Chain.Holds) ? ExitCode.Done : ExitCode.ReviewFailed);
        });
        return command;
    }

    static Command Verify(IDoorSource source)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("verify", "Recompute a run's hash chain.") { run, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var chain = await door.VerifyAsync(parsed.GetValue(run), cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(chain);
            }
            else
            {
                talk.Answer(chain.Holds
                    ? $"The chain of run {chain.RunId} holds: {chain.Entries} entries, head {chain.Head}"
                    : $"The chain of run {chain.RunId} is broken at entry {chain.BrokenAt}: {chain.Reason}");
            }

            return (int)(chain.Holds ? ExitCode.Done : ExitCode.ReviewFailed);
        });
        return command;
    }
}
