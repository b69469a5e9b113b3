using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;

namespace Agent.Executor.Service.Tools;

/// <summary>A part of the choke point, used by it alone: a call that only reads, made for a person to find out what became of another. The same order of things:
/// normalise → decide → act → outcome. No intent is written, for a call that only reads can be made again, and nothing but an allow lets it be made: nobody is asked for it.</summary>
sealed class CallChecks(IToolSource catalogue, IToolPolicy policy, IToolActs acts) : ICallChecks
{
    const string MustRead = "check-only-reads";

    public async Task<ToolCallChecked> MakeAsync(ToolCall unknown, ToolCallCheckRequested wanted)
    {
        var step = unknown.Step;
        var call = new ToolCall(step, $"{wanted.CallId}?{wanted.Check}", wanted.Tool, "");
        if (await catalogue.FindAsync(wanted.Tool, step.Stop) is not { } tool)
        {
            return Refused(call, wanted, wanted.Arguments, new Decision(Ruling.Deny, "unknown-tool", $"There is no tool '{wanted.Tool}' here now.", ""));
        }

        call = call with { Description = tool.Description };
        try
        {
            call = call with { Workspace = acts.Open(step.Run.Workspace) };
            var prepared = tool.Prepare(new ToolArguments(wanted.Arguments, tool.Description), call.Workspace);
            call = call with { Sandbox = prepared.StartsProcess ? await acts.IsolationAsync(prepared) : null };
            var decision = Judge(call, prepared);
            return decision.Ruling == Ruling.Allow ? await MakeAsync(call, wanted, prepared, decision) : Refused(call, wanted, prepared.Arguments, decision);
        }
        catch (ToolRefusedException refusal)
        {
            return Refused(call, wanted, wanted.Arguments, new Decision(Ruling.Deny, refusal.Rule, refusal.Message, ""));
        }
        catch (ToolFailedException failure)
        {
            return Refused(call, wanted, wanted.Arguments, new Decision(Ruling.Deny, "workspace", failure.Message, ""));
        }
    }

    Decision Judge(ToolCall call, PreparedCall prepared)
    {
        if (prepared.Effect != EffectClass.Pure)
        {
            return new Decision(Ruling.Deny, MustRead, $"A check only reads, and this call of {call.Tool} may change something ({prepared.Effect.ToString().ToLowerInvariant()}). Use a tool or command that only reads, such as read_file or cat.", policy.DigestFor(call.Step.Run) ?? "");
        }

        return policy.Decide(call, prepared);
    }

    async Task<ToolCallChecked> MakeAsync(ToolCall call, ToolCallCheckRequested wanted, PreparedCall prepared, Decision decision)
    {
        var run = call.Step.Run;
        var context = new ToolContext(run.RunId, call.Id, ActionKey.Of(run, call.Step.Step.Id, call.Id, call.Tool, prepared.Arguments))
        {
            ReadRefusal = policy.ReadRefusals(call.Description!, prepared, call.Workspace!, run),
            UrlRefusal = policy.UrlRefusals(call.Description!, prepared, call.Workspace!, run, approved: false),
        };
        var made = await acts.ActAsync(call, prepared, decision, context);

        // What only reads is never of unknown outcome.
        return Of(call, wanted, prepared.Arguments, decision, (ToolCallFinished)made);
    }

    static ToolCallChecked Refused(ToolCall call, ToolCallCheckRequested wanted, JsonElement arguments, Decision decision) =>
        Of(call, wanted, CanonicalJson.Ordered(arguments), decision, call.Finished(ToolCallOutcome.Denied, decision.Ruling == Ruling.Ask
            ? $"error: not made: rule '{decision.Rule}' wants a person's approval of such a call, and a check is made only where policy allows it as it is. {decision.Reason}"
            : $"error: denied by rule '{decision.Rule}': {decision.Reason}", decision));

    static ToolCallChecked Of(ToolCall call, ToolCallCheckRequested wanted, JsonElement arguments, Decision decision, ToolCallFinished made) => new(
        wanted.CallId, wanted.StepId, call.Step.Attempt, wanted.Check, call.Tool, arguments, ToolCall.Word(decision), decision.Rule, decision.Reason,
        made.Outcome, made.Output, made.OutputDigest, made.Truncated, made.DurationMs, made.Provenance);
}
