using System.Reflection;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Runs;
using FsCheck;
using FsCheck.Fluent;

namespace Agent.Journal.Tests.Runs;

/// <summary>Whatever is said in whatever order: the fold takes it, and always the same way.</summary>
public class RunStatePropertyTests
{
    static readonly string[] StepIds = ["survey", "report", "extra"];

    static readonly Gen<IRunEvent[]> Histories = Event().ArrayOf().Select(events => (IRunEvent[])[Sample.Submitted(), .. events]);

    [Fact]
    public void Folding_is_total_and_deterministic() =>
        Prop.ForAll(Histories.ToArbitrary(), events =>
        {
            var entries = Chain.Of(events);
            Picture(RunState.Fold(Chain.RunId, entries)).ShouldBe(Picture(RunState.Fold(Chain.RunId, Chain.Of(events))));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(60));

    [Fact]
    public void What_its_owner_appended_counts_as_if_it_had_been_read() =>
        Prop.ForAll(Histories.ToArbitrary(), events =>
        {
            var entries = Chain.Of(events);
            var appended = new RunState(Chain.RunId);
            foreach (var entry in entries)
            {
                appended.Apply([entry.Event], new AppendResult.Appended(entry.Head) { At = entry.At }, entry.Actor);
            }

            Picture(appended).ShouldBe(Picture(RunState.Fold(Chain.RunId, entries)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(60));

    [Fact]
    public void A_copy_goes_on_by_itself() =>
        Prop.ForAll(Histories.ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(), (events, at) =>
        {
            var entries = Chain.Of(events);
            var state = RunState.Fold(Chain.RunId, entries.Take(at));
            var before = Picture(state);

            var (first, second) = (state.Copy(), state.Copy());
            foreach (var entry in entries.Skip(at))
            {
                first.Apply(entry);
            }

            Picture(state).ShouldBe(before);
            Picture(second).ShouldBe(before);
            Picture(first).ShouldBe(Picture(RunState.Fold(Chain.RunId, entries)));
            foreach (var entry in entries.Skip(at))
            {
                state.Apply(entry);
            }

            Picture(second).ShouldBe(before);
            Picture(state).ShouldBe(Picture(first));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(60));

    /// <summary>What is added to the fold later is not to be shared by a copy.</summary>
    [Fact]
    public void A_copy_shares_no_collection_that_changes()
    {
        var state = RunState.Fold(Chain.RunId, Chain.Of(Sample.Submitted(), new PlanAccepted(1, Sample.Plan(StepIds)), new StepDispatched("survey", 1), Sample.Decided("survey.1#1", "survey", 1)));
        var holder = new object();

        Shared(state, state.Copy()).ShouldBeEmpty();
        var steps = new PlanSteps();
        steps.Take(Sample.Plan(StepIds));
        Shared(steps, steps.Copy()).ShouldBeEmpty();
        var calls = new RunCalls();
        Shared(calls, calls.Copy()).ShouldBeEmpty();
        Shared(state.Step("survey"), state.Step("survey").Copy(holder)).ShouldBeEmpty();
        Shared(state.Calls["survey.1#1"], state.Calls["survey.1#1"].Copy(holder)).ShouldBeEmpty();

        static IEnumerable<string> Shared(object one, object other) =>
            from field in one.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            where field.FieldType.IsGenericType && field.FieldType.GetGenericTypeDefinition() is var type && (type == typeof(List<>) || type == typeof(Dictionary<,>) || type == typeof(HashSet<>) || type == typeof(SortedSet<>))
                || field.FieldType == typeof(Waits) || field.FieldType == typeof(PlanSteps) || field.FieldType == typeof(RunCalls) || field.FieldType.IsArray
            where ReferenceEquals(field.GetValue(one), field.GetValue(other))
            select field.Name;
    }

    [Fact]
    public void At_every_point_a_run_and_its_steps_are_in_one_known_state() =>
        Prop.ForAll(Histories.ToArbitrary(), events =>
        {
            var state = new RunState(Chain.RunId);
            foreach (var entry in Chain.Of(events))
            {
                var ended = state.End;
                var tokens = state.InputTokens;
                state.Apply(entry);

                Enum.IsDefined(state.Phase).ShouldBeTrue();
                state.Steps.Count.ShouldBe(state.Plan?.Steps.Count ?? 0);
                state.BegunSteps.ShouldBe(state.Steps.Where(step => step.Phase is not (StepPhase.Pending or StepPhase.Accepted)));
                state.OpenSteps.ShouldBe(state.Steps.Where(step => step.Phase != StepPhase.Accepted));
                state.AreAllAccepted.ShouldBe(state.Plan is not null && state.Steps.All(step => step.Phase == StepPhase.Accepted));
                state.InputTokens.ShouldBeGreaterThanOrEqualTo(tokens);
                var waits = state.IsPaused || state.HeldBy is not null || state.SignOff is { Answer: null } || state.WorkingCopy is { WaitsForPerson: true } || state.Waits.Count > 0 || state.Steps.Any(step => step.Phase is StepPhase.WaitingApproval or StepPhase.Unknown);
                (state.Waited(entry.At.AddHours(1)) > state.Waited(entry.At)).ShouldBe(waits && state.End is null);
                if (ended is not null)
                {
                    state.End.ShouldBe(ended);
                }

                foreach (var step in state.Steps)
                {
                    (step.Phase == StepPhase.Running).ShouldBe(step.Phase == StepPhase.Running && step.Owner is not null);
                    step.CallIds.ShouldAllBe(id => state.Calls[id].Decided.StepId == step.Id && state.Calls[id].Decided.Attempt == step.Attempt);
                    (step.Phase is StepPhase.WaitingApproval or StepPhase.Unknown && step.CallIds.Count == 0).ShouldBeFalse();
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(60));

    static string Picture(RunState state) => JsonSerializer.Serialize(new { state.Phase, state.Head, state.Summary, state.Steps, Begun = state.BegunSteps.Select(step => step.Id), Open = state.OpenSteps.Select(step => step.Id), state.Calls, state.Waits, state.WaitReason, state.Review, state.WorkingCopy, state.OwedToCopy }, ContractJson.Options);

    static Gen<IRunEvent> Event() =>
        from kind in Gen.Choose(0, 45)
        from step in Gen.Elements(StepIds)
        from attempt in Gen.Choose(1, 3)
        from token in Gen.Choose(0, 4)
        from number in Gen.Choose(1, 3)
        from yes in Gen.Elements(true, false)
        let call = $"{step}.{attempt}#{number}"
        select Make(kind, step, attempt, token, call, yes);

    static IRunEvent Make(int kind, string step, int attempt, int token, string call, bool yes) => kind switch
    {
        0 => new PlanAccepted(attempt, Sample.Plan(yes ? StepIds : ["survey", "report"])),
        1 or 2 => new StepDispatched(step, attempt),
        3 or 4 => new StepLeased(step, attempt, $"executor-{token}", token),
        5 or 6 => Sample.Decided(call, step, attempt),
        7 => new ApprovalRequested(call, step, attempt, "write_file", Sample.Json("{}"), "r", "why", "b1", DateTimeOffset.UnixEpoch),
        8 => new ApprovalDecided(call, step, yes, "grace"),
        9 => Sample.Started(call, step, attempt),
        10 or 11 => Sample.Finished(call, step, attempt),
        12 => new ToolCallUnknown(call, step, attempt, "run_command", "died"),
        13 => new ToolCallResolved(call, step, yes, "grace"),
        14 or 15 => new StepExecuted(step, attempt, "answer", [call], token),
        16 => new StepFailed(step, attempt, "tool", "why", yes, token),
        17 => new StepReviewed(step, attempt, yes ? Verdict.Accept : Verdict.Retry, "so", []),
        18 => new RunReviewed(attempt, Verdict.Accept, "so", []),
        19 => new RunWaiting(yes ? "capacity" : "approval", "why", token == 0 ? null : step),
        20 => new RunWaitEnded(yes ? "capacity" : "approval", token == 0 ? null : step),
        21 => yes ? new RunPaused("ada") : new RunResumed("ada"),
        22 => Sample.Replied(yes ? step : null, attempt),
        23 => new RunCancelRequested("ada"),
        24 => new StepRetryRequested(step, "ada"),
        25 => new OperatorMessage("ada", "text", step),
        26 => new PlanProposed(Sample.Plan(step), "ada"),
        27 => new RunForked(Chain.RunId, token, new string('a', 64), "ada"),
        33 => new ApprovalVoided(call, step, attempt, []),
        34 => new ApprovalExpired(call, step, attempt, DateTimeOffset.UnixEpoch),
        35 => new ToolCallEdited(call, step, attempt, "write_file", Sample.Json("{}"), Sample.Json("{}"), "grace", CallDecision.Ask, "r", "why", "b1"),
        36 => new ToolCallCheckRequested(call, step, attempt, "read_file", Sample.Json("{}"), "grace"),
        37 => new ToolCallChecked(call, step, attempt, attempt, "read_file", Sample.Json("{}"), CallDecision.Allow, "r", "why", ToolCallOutcome.Ok, "text", "d1", false, 1, Sample.Finished(call).Provenance),
        28 => new CriticalStateEntered(CriticalState.Deadlock, "another_way", "why", step, attempt),
        29 => new PlanSignOffRequested(attempt, "why"),
        30 => new PlanSignOffDecided(attempt, yes, "grace", "so"),
        31 => yes ? new KillSwitchEngaged(token, "ada") : new KillSwitchLifted(token, "ada"),
        32 => new RunPriorityChanged(token, "ada"),
        38 => new WorkingCopyRequested([["true"]], yes, "why"),
        39 => new WorkingCopyMade("/copy", "b", 1, 1, []),
        40 => new ChangesFound($"d{token % 2}", token, 0, 0, [], "x", []),
        41 => new ChangesChecked($"d{token % 2}", 0, ["true"], yes, 0, "", "x", false, 1, "plain", "r", "b"),
        42 => new PromotionApprovalRequested($"d{token % 2}", "why"),
        43 => new PromotionDecided($"d{token % 2}", yes, "grace"),
        44 => yes ? new PromotionStarted($"d{token % 2}", 1) : new PromotionEnded($"d{token % 2}", token == 3 ? PromotionOutcome.Conflict : PromotionOutcome.Promoted, 1, []),
        _ when token == 0 && yes => new RunEnded(RunPhase.Cancelled, StopReason.Operator, ""),
        _ => new PlanRefused(attempt, ["no"]),
    };
}
