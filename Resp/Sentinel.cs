using System.Globalization;
using System.Net;

namespace Agent.Resp;

/// <summary>Asks a sentinel where the primary is that it watches under a name.</summary>
static class Sentinel
{
    public static async Task<DnsEndPoint> PrimaryAsync(Stream stream, RespOptions options, CancellationToken limit)
    {
        using var link = new RespLink(stream, options);
        var reply = await AskAsync(link, options, limit);
        if (reply.Kind == RespKind.Error && options.Password is not null && reply.AsString()!.StartsWith("NOAUTH", StringComparison.Ordinal))
        {
            // Most sentinels have no password even where their servers have one, so it is shown only on demand.
            await SendAsync(link, options.User is null ? RespCommand.Of("AUTH", options.Password) : RespCommand.Of("AUTH", options.User, options.Password), limit);
            reply = await AskAsync(link, options, limit);
        }

        return reply switch
        {
            { Kind: RespKind.Error } => throw new RespServerException(reply.AsString()!),
            { IsNull: true } => throw new RespServerException($"No such primary: {options.ServiceName} (serviceName)"),
            _ => new DnsEndPoint(reply.AsArray()[0].AsString()!, int.Parse(reply.AsArray()[1].AsString()!, CultureInfo.InvariantCulture)),
        };
    }

    static Task<RespValue> AskAsync(RespLink link, RespOptions options, CancellationToken limit) =>
        SendAsync(link, RespCommand.Of("SENTINEL", "get-master-addr-by-name", options.ServiceName!), limit);

    static async Task<RespValue> SendAsync(RespLink link, RespCommand command, CancellationToken limit)
    {
        var reply = new BatchReply(1);
        return link.TrySend([command], atomic: false, reply) ? (await reply.Task.WaitAsync(limit))[0] : throw link.Closed();
    }
}
