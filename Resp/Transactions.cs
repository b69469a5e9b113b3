namespace Agent.Resp;

/// <summary>What MULTI … EXEC answered: <c>OK, QUEUED…, [results]</c>.</summary>
static class Transactions
{
    /// <summary>The results; null when a watched key had changed.</summary>
    public static RespValue[]? Outcome(ReadOnlySpan<RespValue> replies)
    {
        // Redis refuses the whole transaction when a command could not be queued; Garnet runs the others. Either way the caller did not get what it asked for.
        // The first refusal says why; EXEC itself only says that something was refused.
        foreach (var reply in replies)
        {
            if (reply.Kind == RespKind.Error)
            {
                throw new RespServerException(reply.AsString()!);
            }
        }

        var exec = replies[^1];
        return exec.Kind is RespKind.Array ? exec.AsArray() : exec.IsNull ? null : throw new RespServerException($"EXEC answered {exec.Kind}.");
    }
}
