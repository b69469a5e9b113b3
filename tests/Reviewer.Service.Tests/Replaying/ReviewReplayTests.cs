using Agent.Contracts;
using Agent.Guardrails;
using Agent.Journal;
using Agent.Journal.Replaying;
using Agent.Journal.Runs;
using Agent.Reviewer.Service.Checks;
using Agent.Reviewer.Service.Replaying;
using Agent.Reviewer.Service.Reviews;
using Agent.Reviewer.Service.Tests.Checks;
using Microsoft.Extensions.Options;

namespace Agent.Reviewer.Service.Tests.Replaying;

/// <summary>A step whose file, command and judgement were checked, played again where neither file nor command nor model is.</summary>
public class ReviewReplayTests
{
    const string Judged = """{"passed":true,"verdict":"accept","evidence":[],"feedback":""}""";

    static readonly IOptions<CheckOptions> Settings = Options.Create(new CheckOptions());

    static readonly AcceptanceCriterion File = new(CriterionKind.FileExists, Path: "a.txt");
    static readonly AcceptanceCriterion Command = new(CriterionKind.CommandSucceeds, Argv: ["true"]);
    static readonly AcceptanceCriterion Opinion = new(CriterionKind.Judged, Text: "Is it good?");

    [Fact]
    public async Task Play_OfWhatWasReviewed_Holds()
    {
        var part = await PlayAsync(await ReviewedAsync(passed: true));

        part.Divergence.ShouldBeNull();
        part.Compared.ShouldBe(2);
    }

    [Fact]
    public async Task Play_OfAFailedCheck_AsksForWhatTheCheckAskedFor()
    {
        var events = await ReviewedAsync(passed: false);

        events.OfType<StepReviewed>().Single().Verdict.ShouldBe(Verdict.Escalate);
        (await PlayAsync(events)).Divergence.ShouldBeNull();
    }

    [Fact]
    public async Task Play_VerdictWasChanged_NamesIt()
    {
        var events = await ReviewedAsync(passed: true);
        events[^1] = ((StepReviewed)events[^1]) with { Verdict = Verdict.Fail };

        var divergence = (await PlayAsync(events)).Divergence.ShouldNotBeNull();

        (divergence.Sequence, divergence.Type).ShouldBe((7, nameof(StepReviewed)));
        divergence.Expected.ShouldContain("\"verdict\":\"accept\"");
    }

    [Fact]
    public async Task Play_WhatWasJudgedWasChanged_SaysTheModelWouldBeAskedSomethingElse()
    {
        var events = await ReviewedAsync(passed: true);
        events[4] = ((StepExecuted)events[4]) with { Answer = "Forged." };

        (await PlayAsync(events)).Divergence.ShouldNotBeNull().Why.ShouldContain("asked something else");
    }

    [Fact]
    public async Task Play_OtherPoliciesForbidTheCommand_SaysSo()
    {
        var policies = PolicyBundle.Load(new Dictionary<string, string>(StringComparer.Ordinal) { ["tools.yaml"] = "version: 1\nrules: []\n" }, GuardrailSettings.None).Bundle!;

        var divergence = (await PlayAsync(await ReviewedAsync(passed: true), policies)).Divergence.ShouldNotBeNull();

        divergence.Expected.ShouldStartWith("the check `true` succeeds not run: deny");
    }

    [Fact]
    public async Task Play_APersonsVerdict_IsTheirs()
    {
        var events = await ReviewedAsync(passed: true);
        events[^2] = new StepReviewed("a", 1, Verdict.Fail, "no", [new CheckResult("a person's judgement", false, "ada")]);

        (await PlayAsync(events[..^1])).Divergence.ShouldBeNull();
    }

    static Task<ReplayPart> PlayAsync(IReadOnlyList<IRunEvent> events, PolicyBundle? policies = null) =>
        new ReviewReplay(Settings, TimeProvider.System).PlayAsync(new RecordedRun(Entries(events)), policies, TestContext.Current.CancellationToken);

    static async Task<List<IRunEvent>> ReviewedAsync(bool passed)
    {
        List<IRunEvent> events =
        [
            new RunSubmitted("Do it", "/nowhere", "ada"),
            new PlanAccepted(1, new Plan("p", [new PlanStep("a", "A", "Do a", [], [], EffectClass.Pure, [Opinion, File, Command])])),
            new StepDispatched("a", 1),
            new StepLeased("a", 1, "executor", 1),
            new StepExecuted("a", 1, "Done.", [], 1),
        ];
        var state = new RunState(RunId);
        Entries(events).ForEach(state.Apply);
        using var model = new ScriptedModel(Judged);
        var reviewer = new StepReviewer([new AnswerGivenCheck(), new Told(File, "`a.txt` exists", true), new Told(Command, "`true` succeeds", passed), new JudgedCheck(new Judgement(model, Settings, TimeProvider.System))]);
        return [.. events, .. await reviewer.ReviewAsync(new StepUnderReview(state, state.Step("a")), TestContext.Current.CancellationToken)];
    }

    static readonly Guid RunId = Guid.CreateVersion7();

    static List<JournalEntry> Entries(IEnumerable<IRunEvent> events) =>
        [.. events.Select((happened, index) => new JournalEntry(RunId, index + 1, $"{index + 1:x64}", $"{index:x64}", DateTimeOffset.UnixEpoch, "test", RunEventTypes.NameOf(happened), 1, happened, default))];

    /// <summary>A check of which only the outcome is of interest.</summary>
    sealed class Told(AcceptanceCriterion about, string criterion, bool passed) : ICriterionCheck
    {
        public CriterionKind Kind => about.Kind;

        public Task<Finding> CheckAsync(AcceptanceCriterion wanted, StepUnderReview step, CancellationToken cancellationToken) =>
            Task.FromResult(new Finding(criterion, passed, "seen", Verdict.Escalate));
    }
}
