using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Agent.Mcp.Gateway.Endpoints.Settings;
using ModelContextProtocol;
using ModelContextProtocol.Client;

namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>Cause and cure of a failure, for the person who runs the gateway.</summary>
sealed partial record Diagnosis(string Cause, string Cure)
{
    public static Diagnosis Of(Exception problem, EndpointSettings settings, string lastWords = "")
    {
        foreach (var layer in Layers(problem))
        {
            switch (layer)
            {
                case EndpointUnavailableException known:
                    return new(known.Message, known.Cure);
                case CooldownException cooldown:
                    return new(cooldown.Message, "Nothing to do: calls go on by themselves. If it happens often, lower 'rate_limit'.");
                case ClientTransportClosedException { Details: StdioClientCompletionDetails details }:
                    return Ended(details.ExitCode?.ToString(), details.StandardErrorTail, lastWords);
                case IOException io when ExitCode().Match(io.Message) is { Success: true } match:
                    // The client says it so when the process ends before the session is made.
                    return Ended(match.Groups["code"].Value, [], lastWords);
                case IOException when settings.Target is EndpointTarget.Stdio:
                    // Its end of the pipe was closed before its exit was seen.
                    return Ended(null, [], lastWords);
                case HttpRequestException { StatusCode: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } http:
                    return new($"The server refused the credentials (HTTP {(int)http.StatusCode!}).", "Check 'headers' and the environment variables they name.");
                case HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed } http:
                    return new($"There is no MCP server at this address (HTTP {(int)http.StatusCode!}).", "Check the path of 'url'; it is often /mcp.");
                case HttpRequestException { StatusCode: { } status }:
                    return new($"The server answered HTTP {(int)status}.", "Look into the server's log.");
                case SocketException socket:
                    return new($"The server can not be reached ({Plain(socket)}).", "Start the server, or correct host and port of 'url'.");
                case AuthenticationException:
                    return new("No TLS session could be made: the certificate is not trusted or the server does not speak TLS there.", "Check 'url' (http or https) and the server's certificate.");
                case McpProtocolException protocol:
                    return new($"The server answered with an error ({(int)protocol.ErrorCode}): {protocol.Message}", "Look into the server's log.");
                case TimeoutException or OperationCanceledException:
                    return new($"The server gave no answer in time.{LastWords([], lastWords)}", "If it is only slow, raise 'timeouts' for it; a server started by npx or uvx may be downloading.");
            }
        }

        return new($"{problem.GetType().Name}: {problem.Message}{LastWords([], lastWords)}", settings.Target is EndpointTarget.Stdio ? "Run the command by hand; correct 'command', 'args' or 'env'." : "Check 'url', and the server's log.");
    }

    public static IEnumerable<Exception> Layers(Exception? problem)
    {
        for (; problem is not null; problem = problem.InnerException)
        {
            yield return problem;
            if (problem is AggregateException { InnerExceptions: { Count: > 1 } several })
            {
                foreach (var inner in several.Skip(1).SelectMany(Layers))
                {
                    yield return inner;
                }
            }
        }
    }

    /// <summary>Servers answer a session they do not know with 404, some with 400.</summary>
    public static bool IsLostSession(Exception problem) => Layers(problem).Any(layer => layer
        is HttpRequestException { StatusCode: HttpStatusCode.NotFound or HttpStatusCode.BadRequest }
        or ClientTransportClosedException { Details: HttpClientCompletionDetails { HttpStatusCode: HttpStatusCode.NotFound or HttpStatusCode.BadRequest } });

    static Diagnosis Ended(string? code, IReadOnlyList<string>? tail, string lastWords) =>
        new($"The process ended{(code is null ? "" : $" with code {code}")}.{LastWords(tail, lastWords)}", "Run the command by hand; correct 'command', 'args' or 'env'.");

    static string Plain(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "unknown host name",
        SocketError.TimedOut => "no route or no answer",
        var other => other.ToString(),
    };

    static string LastWords(IReadOnlyList<string>? tail, string lastWords)
    {
        var words = tail is { Count: > 0 } ? string.Join(" / ", tail.Where(line => line.Trim().Length > 0).TakeLast(3)) : lastWords;
        return words.Length == 0 ? "" : $" It said: {(words.Length > 400 ? words[..400] + "…" : words)}";
    }

    [GeneratedRegex(@"exit code: (?<code>-?\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExitCode();
}
