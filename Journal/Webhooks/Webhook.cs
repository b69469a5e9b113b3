using Agent.Contracts;
using Agent.Journal.Operators;
using Agent.Resp;

namespace Agent.Journal.Webhooks;

/// <summary>Somebody who wants to be told when runs end.</summary>
/// <param name="Id">Tells it from an earlier one of the same name.</param>
/// <param name="Ends">The ends it is told of.</param>
/// <param name="OnlyNamed">Only of runs that name it when they are submitted; otherwise of every run's end.</param>
/// <param name="Secret">Key of the signature. Shown once when the webhook is added; in no journal, log or answer after that.</param>
/// <param name="Principal">Who added it.</param>
public sealed record Webhook(Guid Id, string Name, string Url, IReadOnlyList<RunPhase> Ends, bool OnlyNamed, string Secret, string Principal, DateTimeOffset AddedAt)
{
    /// <summary>Every way a run can end.</summary>
    public static IReadOnlyList<RunPhase> AllEnds { get; } = [RunPhase.Succeeded, RunPhase.Failed, RunPhase.Cancelled, RunPhase.Stopped];
}

/// <summary>The webhooks there are, by name.</summary>
public sealed class WebhookBook(RespConnection connection, OperatorLog log) : NamedRecords<Webhook>(connection, log, "webhook");
