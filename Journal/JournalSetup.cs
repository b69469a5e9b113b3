using Agent.Journal.Audit;
using Agent.Journal.Operators;
using Agent.Journal.Retention;
using Agent.Journal.Slots;
using Agent.Journal.Stops;
using Agent.Journal.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Journal;

/// <summary>What a service that reads or writes journals needs.</summary>
public static class JournalSetup
{
    /// <summary>Adds journal, leases, artefacts, idempotency keys, the archive and the operators' log over the service's <see cref="Resp.RespConnection"/>.</summary>
    public static IServiceCollection AddJournal(this IServiceCollection services)
    {
        services.AddSingleton<RunJournal>();
        services.AddSingleton<Leases>();
        services.AddSingleton<Artefacts>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<RunArchive>();
        services.AddSingleton<KillSwitch>();
        services.AddSingleton<OperatorLog>();
        services.AddSingleton<StandingApprovals>();
        services.AddSingleton<SlotBook>();
        services.AddSingleton<WebhookBook>();
        services.AddSingleton<WebhookDeliveries>();
        return services;
    }

    /// <summary>Writes every journal to <c>&lt;AGENT_STATE_DIR&gt;/audit/run-&lt;id&gt;.jsonl</c>. For one kind of service: of its instances, one writes.</summary>
    public static IServiceCollection AddAuditTrail(this IServiceCollection services)
    {
        services.AddSingleton(provider => new AuditFiles(Path.GetFullPath(Path.Combine(
            provider.GetRequiredService<IConfiguration>()["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent",
            "audit"))));
        services.AddHostedService<AuditTrail>();
        return services;
    }
}
