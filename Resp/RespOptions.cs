using System.Net;

namespace Agent.Resp;

/// <summary>Where a server is and how to talk to it.</summary>
public sealed record RespOptions
{
    /// <summary>Servers to try, in order.</summary>
    public required IReadOnlyList<DnsEndPoint> Endpoints { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public bool Tls { get; init; }

    /// <summary>Name to check the certificate against; default: the endpoint's host.</summary>
    public string? TlsHost { get; init; }

    /// <summary>File with the certificates (PEM) of who may have signed the server's; default: whom the machine trusts.</summary>
    public string? TrustedIssuer { get; init; }

    /// <summary>If set, <see cref="Endpoints"/> are sentinels, and this names the primary they watch: they are asked for it at each connect.</summary>
    public string? ServiceName { get; init; }

    public int Database { get; init; }

    public string? ClientName { get; init; }

    /// <summary>2 or 3. Default: 2. A subscriber always speaks 2.</summary>
    public int Protocol { get; init; } = 2;

    /// <summary>How long a command may wait for a connection, retries included. Default: 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one command may wait for its reply. Default: 5 s.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a silent subscriber connection is checked. Default: 15 s.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections kept for <c>RespConnection.WatchAsync</c>. Default: 4.</summary>
    public int WatchConnections { get; init; } = 4;

    /// <summary>Ask the server to write its append-only file (Garnet's COMMITAOF) behind each batch that writes, and give no answer before it has: for a Garnet that does not do so by itself
    /// (<c>--aof-commit-freq -1</c>). One request serves all commands that went out together, where the server's own <c>--aof-commit-wait</c> writes the file for each record. Default: false.</summary>
    public bool CommitAof { get; init; }

    /// <summary>One of a cluster's nodes: it does not look for the others.</summary>
    internal bool IsClusterNode { get; init; }

    /// <summary>Reads a StackExchange-style connection string: <c>host:port,password=…,ssl=true,…</c>.</summary>
    /// <exception cref="FormatException">Names the part that can not be read.</exception>
    public static RespOptions Parse(string connectionString) => ConnectionStrings.Parse(connectionString);

    /// <summary>The servers, for messages; never the password.</summary>
    public override string ToString() =>
        string.Join(',', Endpoints.Select(endpoint => $"{endpoint.Host}:{endpoint.Port}")) + (ServiceName is null ? "" : $" (sentinels of {ServiceName})");
}
