using Agent.Guardrails;
using Agent.Journal.Slots;
using Agent.Planner.Service.Plans;
using Agent.Planner.Service.Supervision;
using Agent.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace Agent.Planner.Service.Runs;

/// <summary>The limits that hold now: of settings and policy bundle the tighter ones. Without a bundle the policy's defaults hold, for a planner acts on nothing itself.</summary>
sealed class RunRules(IOptions<RunOptions> options, CurrentBundle bundle)
{
    /// <summary>For runs in this workspace.</summary>
    public RunOptions For(string workspace) => With(options.Value, Limits, workspace);

    public PlanOptions Of(PlanOptions settings) => new()
    {
        MaxSteps = Math.Min(settings.MaxSteps, (int)Limits["run.steps"]),
        MaxDepth = settings.MaxDepth,
        MaxInstruction = settings.MaxInstruction,
        ModelTimeout = settings.ModelTimeout,
    };

    public SlotCaps CapsOf(string workspace)
    {
        var limits = Limits;
        var own = limits.For(workspace);
        return new SlotCaps(own.Path ?? workspace, (int)limits["installation.parallel_steps"], own.ParallelSteps, own.ParallelRuns);
    }

    /// <summary>The policy bundle on trial. It tries rules: limits are those of the current bundle until it is promoted.</summary>
    public CanaryBundle? Trial => bundle.Canary;

    public PolicyLimits Limits => bundle.Value?.Limits ?? PolicyLimits.Default;

    public static RunOptions With(RunOptions settings, PolicyLimits limits, string workspace = "") => new()
    {
        PlanSignOff = limits.For(workspace).SignOff,
        WorkingCopy = limits.For(workspace).WorkingCopy,
        MaxParallelSteps = Math.Min(settings.MaxParallelSteps, (int)limits["run.parallel_steps"]),
        MaxAttempts = Math.Min(settings.MaxAttempts, (int)limits["run.attempts_per_step"]),
        MaxPlanRefusals = settings.MaxPlanRefusals,
        MaxPlanVersions = settings.MaxPlanVersions,
        MaxRunTime = TimeSpan.FromSeconds(Math.Min(settings.MaxRunTime.TotalSeconds, limits["run.wall_clock_seconds"])),
        MaxToolCalls = Math.Min(settings.MaxToolCalls, (long)limits["run.tool_calls"]),
        MaxTokens = Math.Min(settings.MaxTokens, (long)limits["run.tokens"]),
        MaxCostUsd = limits["run.cost_usd"] is > 0 and var cost ? Math.Min(settings.MaxCostUsd, (decimal)cost) : settings.MaxCostUsd,
        SoftShare = Math.Min(settings.SoftShare, limits["budget.soft_share"]),
        Supervision = SupervisionLimits.From(limits),
        CancelGrace = settings.CancelGrace,
        SweepInterval = settings.SweepInterval,
        ResendAfter = settings.ResendAfter,
    };
}
