using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Judging;

/// <summary>The strongest matching rule; a fallback only where there is no other; the first among equals.</summary>
struct Pick
{
    Rule? _rule;
    Rule? _fallback;
    ApprovalDemand _demand;
    ApprovalDemand _fallbackDemand;
    string? _sandbox;

    public readonly Rule? Result => _rule ?? _fallback;

    /// <summary>What all rules together want that ask: the result alone could ask for less than another one.</summary>
    public readonly ApprovalDemand Demand => _rule is null ? _fallbackDemand : _demand;

    /// <summary>The strongest sandbox that any of them demands.</summary>
    public readonly string Sandbox => _sandbox ?? SandboxLevel.None;

    public void Offer(Rule rule, ref List<string>? monitored, bool onlyForbids = false)
    {
        if (onlyForbids && rule.Answer != Ruling.Deny)
        {
            return;
        }

        if (rule.Monitor)
        {
            // A rule may be found by several of its names.
            if (monitored?.Contains(rule.Id) != true)
            {
                (monitored ??= []).Add(rule.Id);
            }

            return;
        }

        if (rule.Answer == Ruling.Ask)
        {
            ref var demand = ref rule.Fallback ? ref _fallbackDemand : ref _demand;
            demand = demand.And(rule.Demand);
        }

        _sandbox = SandboxLevel.Stronger(Sandbox, rule.Sandbox);
        ref var place = ref rule.Fallback ? ref _fallback : ref _rule;
        if (place is null || rule.Answer > place.Answer || (rule.Answer == place.Answer && rule.Order < place.Order))
        {
            place = rule;
        }
    }
}
