using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;
using Agent.Journal.Runs;
using Agent.Llm.Cassettes;

namespace Agent.Executor.Service.Replaying;

/// <summary>Tools, offers and outcomes as the record has them. Nothing here can act: no tool of the suite is reachable from it.</summary>
sealed class RecordedTools(RecordedStep step) : IToolSource, IToolOffers, IToolActs, IStandingAnswers, ICallChecks
{
    const string UnknownTool = "unknown-tool";
    const string NoBundle = "no-bundle";

    public Task<ToolOffer> OfferAsync(IReadOnlyList<string> hints, CancellationToken cancellationToken) =>
        Task.FromResult(ToolOffer.Recorded(step.ComingReply?.ToolsDigest ?? ""));

    public Task<ITool?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var isUnknown = step.Next?.Event is ToolCallDecided { Rule: UnknownTool, BundleDigest: "" } or ToolCallFinished { Provenance: { Rule: UnknownTool, BundleDigest: "" } };
        return Task.FromResult<ITool?>(isUnknown ? null : new RecordedTool(step, name));
    }

    /// <summary>Where a call was refused before policy saw it, it is refused here, with the same words.</summary>
    public Workspace Open(string directory) => step.Next?.Event switch
    {
        ToolCallDecided { BundleDigest: "", Rule: not NoBundle } refused => throw Refusal(refused.Rule, refused.Reason),
        ToolCallFinished { Provenance: { BundleDigest: "", Rule: not NoBundle } provenance } refused => throw Refusal(provenance.Rule, refused.Output[(refused.Output.IndexOf(": ", StringComparison.Ordinal) + 2)..]),
        _ => Workspace.ByName(directory),
    };

    public Task<ApprovalDecided?> AnswerAsync(ToolCall call, ApprovalRequested question) => Task.FromResult(step.Coming<ApprovalDecided>(call.Id));

    public Task<bool> HoldsAsync(ToolCall call, ToolCallState known) => Task.FromResult(
        step.Next?.Event is not ApprovalVoided voided || voided.Differences.All(difference => difference.What != "standing_approval"));

    public Task<string> IsolationAsync(PreparedCall prepared) => Task.FromResult(
        step.NextCall is { } call ? step.Coming<ApprovalRequested>(call)?.Sandbox ?? step.State.Calls.GetValueOrDefault(call)?.Approval?.Sandbox ?? "none" : "none");

    public Task<IRunEvent> ActAsync(ToolCall call, PreparedCall prepared, Decision decision, ToolContext context) => step.Next?.Event switch
    {
        ToolCallFinished finished when finished.CallId == call.Id => Task.FromResult<IRunEvent>(finished),
        ToolCallUnknown unknown when unknown.CallId == call.Id => Task.FromResult<IRunEvent>(unknown),
        _ => throw step.Left($"the outcome of call {call.Id} to {call.Tool}", "The record has no outcome of a call that was begun."),
    };

    public Task<ToolCallChecked> MakeAsync(ToolCall unknown, ToolCallCheckRequested wanted) => step.Next?.Event is ToolCallChecked made && made.CallId == wanted.CallId
        ? Task.FromResult(made)
        : throw step.Left($"what check {wanted.Check} of call {wanted.CallId} showed", "The record has no answer to a check that was wanted.");

    static Exception Refusal(string rule, string reason) => rule == "workspace" ? new ToolFailedException(reason) : new ToolRefusedException(rule, reason);

    /// <summary>A tool of which only its recorded calls are known.</summary>
    sealed class RecordedTool(RecordedStep step, string name) : ITool
    {
        public ToolDescription Description { get; } = Describe(step, name);

        public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
        {
            var (known, call) = (step.NextCall is { } id ? step.State.Calls.GetValueOrDefault(id) : null, step.NextCall ?? "");
            return new PreparedCall(
                step.Next?.Event is ToolCallEdited edited ? edited.Arguments : known?.Edited?.Arguments ?? step.Coming<ToolCallDecided>(call)?.Arguments ?? arguments.All,
                step.Coming<ToolCallStarted>(call)?.Effect ?? known?.Started?.Effect ?? EffectClass.Pure,
                (_, _) => throw new InvalidOperationException("Nothing acts in a replay."));
        }

        static ToolDescription Describe(RecordedStep step, string name)
        {
            var call = step.NextCall ?? "";
            var provenance = step.Coming<ToolCallFinished>(call)?.Provenance;
            var version = step.Coming<ApprovalRequested>(call)?.ToolVersion ?? provenance?.ToolVersion ?? step.State.Calls.GetValueOrDefault(call)?.Approval?.ToolVersion ?? "";
            return new ToolDescription(name, "", Schema(step), EffectClass.Irreversible, provenance?.ToolVersion ?? version, provenance?.ToolHash, provenance?.Endpoint);
        }

        // Takes whatever was given: whether the arguments were good was found out then.
        static JsonElement Schema(RecordedStep step)
        {
            var names = step.State.Step(step.Lease.StepId).Replies.SelectMany(reply => reply.Calls).Select(call => call.Arguments)
                .Concat(step.State.Calls.Values.Select(call => call.Arguments))
                .Concat(step.State.Calls.Values.Select(call => call.EditedArguments).OfType<JsonElement>())
                .Where(arguments => arguments.ValueKind == JsonValueKind.Object)
                .SelectMany(arguments => arguments.EnumerateObject().Select(member => member.Name)).Distinct(StringComparer.Ordinal);
            var properties = new JsonObject(names.Select(member => KeyValuePair.Create<string, JsonNode?>(member, new JsonObject())));
            return JsonSerializer.SerializeToElement(new JsonObject { ["type"] = "object", ["properties"] = properties }, ContractJson.Options);
        }
    }
}
