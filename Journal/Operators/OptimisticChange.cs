using Agent.Resp;

namespace Agent.Journal.Operators;

static class OptimisticChange
{
    /// <summary>Optimistic transaction, tried again as often as somebody else was quicker.</summary>
    /// <returns>False: <paramref name="decide"/> gave up.</returns>
    public static async Task<bool> ChangeAsync(this RespConnection connection, IReadOnlyList<string> keys, Func<IRespReader, Task<RespCommand[]?>> decide, CancellationToken cancellationToken)
    {
        while (true)
        {
            var gaveUp = false;
            var done = await connection.WatchAsync(
                keys,
                async reader =>
                {
                    var commands = await decide(reader);
                    gaveUp = commands is null;
                    return commands;
                },
                cancellationToken);
            if (done is not null || gaveUp)
            {
                return done is not null;
            }
        }
    }
}
