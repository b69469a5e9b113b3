using Agent.Contracts;

namespace Agent.Planner.Service.Plans;

/// <summary>What a model's reply turned out to be.</summary>
abstract record PlanReply
{
    PlanReply()
    {
    }

    /// <summary>A plan without a mistake.</summary>
    public sealed record Good(Plan Plan) : PlanReply;

    /// <summary>The model says it can not be done.</summary>
    public sealed record Declined(string Why) : PlanReply;

    /// <summary>Not a plan; every mistake, each in words the model can act on.</summary>
    public sealed record Malformed(IReadOnlyList<string> Mistakes) : PlanReply;
}
