using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Agent.Resp;

/// <summary>Opens a connection: TCP, TLS, greeting. Every failure says which setting, which server and why.</summary>
static class RespDialer
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(25);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>Tries all endpoints, again and again with growing pauses, for as long as <see cref="RespOptions.ConnectTimeout"/>.
    /// What more trying can not cure (wrong password, not a Redis server) fails at once.</summary>
    public static async Task<T> DialAsync<T>(RespOptions options, Func<Stream, CancellationToken, Task<T>> greet, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout);
        var pause = FirstPause;
        RespConnectionException? failure = null;
        while (true)
        {
            foreach (var endpoint in options.Endpoints)
            {
                var place = endpoint;
                try
                {
                    if (options.ServiceName is not null)
                    {
                        place = await OpenAsync(options, endpoint, (stream, token) => Sentinel.PrimaryAsync(stream, options, token), limit.Token);
                    }

                    return await OpenAsync(options, place, greet, limit.Token);
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    var (cause, curable) = Explain(error);
                    if (failure is not null && limit.IsCancellationRequested)
                    {
                        // The time ran out in the middle of another try; what failed before says more.
                        throw failure;
                    }

                    failure = new RespConnectionException($"Can not use {What(options, endpoint, place)} (ConnectionStrings__redis): {cause}", error);
                    if (!curable && options.Endpoints.Count == 1)
                    {
                        throw failure;
                    }
                }
            }

            try
            {
                await Task.Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw failure!;
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    static string What(RespOptions options, DnsEndPoint endpoint, DnsEndPoint place) =>
        options.ServiceName is null ? $"Redis at {place.Host}:{place.Port}"
        : ReferenceEquals(endpoint, place) ? $"the sentinel at {endpoint.Host}:{endpoint.Port}"
        : $"Redis at {place.Host}:{place.Port}, which the sentinel at {endpoint.Host}:{endpoint.Port} calls the primary {options.ServiceName}";

    /// <summary>Looks at one reply to the greeting.</summary>
    /// <exception cref="RespServerException">The server does not let us in, or is not the one that was wanted.</exception>
    public static void Check(in RespCommand command, in RespValue reply)
    {
        // A name is a courtesy; not every server knows the command.
        if (reply.Kind == RespKind.Error && command.Name != "CLIENT")
        {
            throw new RespServerException(reply.AsString()!);
        }

        if (command.Name == "ROLE" && reply.AsArray()[0].AsString() is not "master" and var role)
        {
            throw new RespServerException($"I am a {role}; the sentinels have not agreed on another primary yet");
        }
    }

    /// <summary>Greets a server: password, database, name; behind sentinels also whether it still is the primary.</summary>
    public static IEnumerable<RespCommand> Greeting(RespOptions options, int protocol)
    {
        if (protocol == 3)
        {
            yield return options.Password is null
                ? RespCommand.Of("HELLO", "3")
                : RespCommand.Of("HELLO", "3", "AUTH", options.User ?? "default", options.Password);
        }
        else if (options.Password is not null)
        {
            yield return options.User is null
                ? RespCommand.Of("AUTH", options.Password)
                : RespCommand.Of("AUTH", options.User, options.Password);
        }

        if (options.Database != 0)
        {
            yield return RespCommand.Of("SELECT", options.Database);
        }

        if (options.ClientName is not null)
        {
            yield return RespCommand.Of("CLIENT", "SETNAME", options.ClientName.Replace(' ', '-'));
        }

        yield return RespCommand.Of(options.ServiceName is null ? "PING" : "ROLE");
    }

    static async Task<T> OpenAsync<T>(RespOptions options, DnsEndPoint endpoint, Func<Stream, CancellationToken, Task<T>> greet, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls)
            {
                stream = await RespTls.SecureAsync(stream, options, endpoint, cancellationToken);
            }

            return await greet(stream, cancellationToken);
        }
        catch
        {
            await (stream?.DisposeAsync() ?? ValueTask.CompletedTask);
            socket.Dispose();
            throw;
        }
    }

    static (string Cause, bool Curable) Explain(Exception error) => error switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ("the connection was refused. Is the server running there?", true),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => ("the host name is not known.", true),
        SocketException socket => ($"{socket.Message}.", true),
        AuthenticationException tls => ($"no TLS: {tls.Message}", false),
        OperationCanceledException => ("no answer in time.", true),
        RespServerException server when IsPassword(server.Message) => ($"the password (or user) was not accepted: {server.Message}", false),
        RespServerException server => ($"it answered '{server.Message}'.", true),
        RespConnectionException { InnerException: RespProtocolException protocol } => ($"it is not a Redis server (it sent {protocol.Message}).", false),
        RespConnectionException => ("it closed the connection while being greeted. Is it a Redis server, and does it want ssl=true?", true),
        _ => (error.Message, true),
    };

    static bool IsPassword(string message) =>
        message.StartsWith("WRONGPASS", StringComparison.Ordinal)
        || message.StartsWith("NOAUTH", StringComparison.Ordinal)
        || message.Contains("AUTH", StringComparison.Ordinal)
        || message.Contains("invalid password", StringComparison.OrdinalIgnoreCase);
}
