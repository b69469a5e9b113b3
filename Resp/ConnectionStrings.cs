using System.Globalization;
using System.Net;

namespace Agent.Resp;

/// <summary>Reads connection strings as StackExchange.Redis and Aspire write them:
/// <c>127.0.0.1:6379,password=secret,ssl=true,abortConnect=false</c>.</summary>
static class ConnectionStrings
{
    // Known to StackExchange.Redis, without a meaning here.
    static readonly HashSet<string> Ignored = new(StringComparer.OrdinalIgnoreCase)
    {
        "abortConnect", "allowAdmin", "checkCertificateRevocation", "configChannel", "configCheckSeconds", "connectRetry", "highIntegrity",
        "includeDetailInExceptions", "includePerformanceCountersInExceptions", "libname", "preserveAsyncOrder", "resolveDns", "responseTimeout",
        "setlib", "sslProtocols", "tiebreaker", "version", "writeBuffer", "heartbeatInterval",
    };

    public static RespOptions Parse(string connectionString)
    {
        var endpoints = new List<(string Host, int? Port)>();
        var options = new RespOptions { Endpoints = [] };
        foreach (var part in connectionString.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                endpoints.Add(Endpoint(part));
            }
            else
            {
                options = With(options, part[..equals].Trim(), part[(equals + 1)..].Trim());
            }
        }

        if (endpoints.Count == 0)
        {
            throw new FormatException("The Redis connection string (ConnectionStrings__redis) names no server. Write host:port[,password=…].");
        }

        var defaultPort = options.ServiceName is not null ? 26379 : options.Tls ? 6380 : 6379;
        return options with { Endpoints = [.. endpoints.Select(endpoint => new DnsEndPoint(endpoint.Host, endpoint.Port ?? defaultPort))] };
    }

    static RespOptions With(RespOptions options, string key, string value) => key.ToUpperInvariant() switch
    {
        "PASSWORD" => options with { Password = value },
        "USER" or "USERNAME" => options with { User = value },
        "SSL" or "TLS" => options with { Tls = Flag(key, value) },
        "SSLHOST" => options with { TlsHost = value, Tls = true },
        "NAME" or "CLIENTNAME" => options with { ClientName = value },
        "DEFAULTDATABASE" => options with { Database = Number(key, value, 0, 1024) },
        "PROTOCOL" => options with { Protocol = Protocol(value) },
        "CONNECTTIMEOUT" => options with { ConnectTimeout = Milliseconds(key, value) },
        "SYNCTIMEOUT" or "ASYNCTIMEOUT" => options with { CommandTimeout = Milliseconds(key, value) },
        "KEEPALIVE" => options with { KeepAlive = TimeSpan.FromSeconds(Number(key, value, 1, 3600)) },
        "SERVICENAME" => options with { ServiceName = value.Length > 0 ? value : throw Wrong(key, value, "write the name the sentinels watch the primary under") },
        "TRUSTISSUER" => options with { TrustedIssuer = File.Exists(value) ? value : throw Wrong(key, value, "there is no such file; write the path of a PEM file"), Tls = true },
        "COMMITAOF" => options with { CommitAof = Flag(key, value) },
        "PROXY" or "TUNNEL" => throw Wrong(key, value, "proxies and tunnels are not supported"),
        "CHANNELPREFIX" => throw Wrong(key, value, "channel prefixes are not supported; use a server or a database of its own"),
        _ when Ignored.Contains(key) => options,
        _ => throw new FormatException($"The Redis connection string (ConnectionStrings__redis) has an unknown setting '{key}'. Known: password, user, ssl, sslHost, trustIssuer, serviceName, name, defaultDatabase, connectTimeout, syncTimeout, asyncTimeout, keepAlive, protocol, commitAof."),
    };

    static (string Host, int? Port) Endpoint(string text)
    {
        // [::1]:6379, ::1, host, host:6379
        var colon = text.LastIndexOf(':');
        var bareIPv6 = colon > 0 && !text.StartsWith('[') && text.IndexOf(':', StringComparison.Ordinal) != colon;
        if (colon < 0 || bareIPv6 || text.EndsWith(']'))
        {
            return (text.Trim('[', ']'), null);
        }

        var host = text[..colon].Trim('[', ']');
        if (host.Length == 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
        {
            throw new FormatException($"The Redis connection string (ConnectionStrings__redis) names the server '{text}', which is not host:port with a port of 1-65535.");
        }

        return (host, port);
    }

    static bool Flag(string key, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => throw Wrong(key, value, "write true or false"),
    };

    static int Number(string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Wrong(key, value, $"write a number of {least}-{most}");

    static TimeSpan Milliseconds(string key, string value) => TimeSpan.FromMilliseconds(Number(key, value, 1, 600_000));

    static int Protocol(string value) => value.ToUpperInvariant() switch
    {
        "2" or "RESP2" => 2,
        "3" or "RESP3" => 3,
        _ => throw Wrong("protocol", value, "write resp2 or resp3"),
    };

    static FormatException Wrong(string key, string value, string cure) =>
        new($"The Redis connection string (ConnectionStrings__redis) has {key}={value}: {cure}.");
}
