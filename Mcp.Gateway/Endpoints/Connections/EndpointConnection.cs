using Agent.Mcp.Gateway.Endpoints.Settings;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Agent.Mcp.Gateway.Endpoints.Connections;

/// <summary>One endpoint's MCP session: made when first needed, shared by all calls, made again after it was lost.</summary>
sealed class EndpointConnection(EndpointSettings settings, Func<string, string?> environment, ILoggerFactory loggers, TimeProvider time) : IAsyncDisposable
{
    static readonly TimeSpan LastWordsMayTake = TimeSpan.FromMilliseconds(500);
    readonly SemaphoreSlim _gate = new(1, 1);
    readonly LastWords _lastWords = new();
    McpClient? _client;
    bool _isDisposed;
    IReadOnlyList<string> _secrets = [];

    /// <summary>The server said its tools changed.</summary>
    public Action? ToolsChanged { get; set; }

    /// <summary>A session ended that nobody had dropped: with its cause and how long it had lived.</summary>
    public Action<Diagnosis, TimeSpan>? Lost { get; set; }

    public Action? Opened { get; set; }

    /// <summary>Sessions made so far.</summary>
    public long Sessions { get; private set; }

    public bool IsOpen => Volatile.Read(ref _client) is { Completion.IsCompleted: false };

    public Implementation? Server => Volatile.Read(ref _client)?.ServerInfo;

    public string? ProtocolVersion => Volatile.Read(ref _client)?.NegotiatedProtocolVersion;

    /// <exception cref="EndpointUnavailableException">With cause and cure.</exception>
    /// <exception cref="CooldownException">The endpoint wants to be left alone.</exception>
    public async Task<McpClient> GetAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _client) is { Completion.IsCompleted: false } open)
        {
            return open;
        }

        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _client is { Completion.IsCompleted: false } meanwhile ? meanwhile : await OpenAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Forgets a session that is of no use any more, if it is still the current one, and ends it.</summary>
    public async Task DropAsync(McpClient client)
    {
        if (Interlocked.CompareExchange(ref _client, null, client) == client)
        {
            await client.DisposeAsync();
        }
    }

    public Diagnosis Diagnose(Exception problem)
    {
        var diagnosis = Diagnosis.Of(problem, settings, _lastWords.ToString());
        return diagnosis with { Cause = Redact(diagnosis.Cause) };
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isDisposed, true);
        await EndAsync();
    }

    async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _client, null) is { } client)
        {
            await client.DisposeAsync();
        }
    }

    async Task<McpClient> OpenAsync(CancellationToken cancellationToken)
    {
        _lastWords.Clear();
        var (target, secrets) = ResolvedTarget.Of(settings, environment);
        _secrets = secrets;
        var transport = Transport(target);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(settings.ConnectTimeout + TimeSpan.FromSeconds(1));
        McpClient client;
        try
        {
            client = await McpClient.CreateAsync(transport, Options(), loggers, deadline.Token);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            if (transport is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }

            if (Diagnosis.Layers(problem).OfType<CooldownException>().FirstOrDefault() is { } cooldown)
            {
                throw cooldown;
            }

            if (target is EndpointTarget.Stdio)
            {
                await Task.WhenAny(_lastWords.Spoken, Task.Delay(LastWordsMayTake, time, cancellationToken));
            }

            var (cause, cure) = Diagnose(problem);
            throw new EndpointUnavailableException(cause, cure, problem);
        }

        Volatile.Write(ref _client, client);
        if (Volatile.Read(ref _isDisposed))
        {
            // Ended while it was being made: nobody else would end it.
            await EndAsync();
            throw new OperationCanceledException($"The endpoint '{settings.Name}' was removed.");
        }

        Sessions++;
        Opened?.Invoke();
        _ = WatchAsync(client, time.GetTimestamp());
        return client;
    }

    async Task WatchAsync(McpClient client, long since)
    {
        var details = await client.Completion;
        if (Interlocked.CompareExchange(ref _client, null, client) == client)
        {
            Lost?.Invoke(Diagnose(new ClientTransportClosedException(details)), time.GetElapsedTime(since));
            await client.DisposeAsync();
        }
    }

    IClientTransport Transport(EndpointTarget target)
    {
        switch (target)
        {
            case EndpointTarget.Stdio stdio:
                var variables = StdioClientTransportOptions.GetDefaultEnvironmentVariables();
                foreach (var (name, value) in stdio.Environment)
                {
                    variables[name] = value;
                }

                return new StdioClientTransport(
                    new()
                    {
                        Name = settings.Name,
                        Command = stdio.Command,
                        Arguments = [.. stdio.Arguments],
                        WorkingDirectory = stdio.WorkingDirectory,
                        InheritEnvironmentVariables = false,
                        EnvironmentVariables = variables!,
                        ShutdownTimeout = TimeSpan.FromSeconds(2),
                        StandardErrorLines = _lastWords.Add,
                    },
                    loggers);
            case EndpointTarget.Http http:
                var client = new HttpClient(new EndpointHttpHandler(EndpointHttpHandler.Sockets(settings), time)) { Timeout = Timeout.InfiniteTimeSpan };
                return new HttpClientTransport(
                    new()
                    {
                        Name = settings.Name,
                        Endpoint = new Uri(http.Url),
                        TransportMode = HttpTransportMode.StreamableHttp,
                        AdditionalHeaders = http.Headers.ToDictionary(),
                        ConnectionTimeout = settings.ConnectTimeout,
                    },
                    client,
                    loggers,
                    ownsHttpClient: true);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    McpClientOptions Options() => new()
    {
        ClientInfo = new() { Name = "agent-gateway", Version = typeof(EndpointConnection).Assembly.GetName().Version?.ToString(3) ?? "0" },
        InitializationTimeout = settings.ConnectTimeout,
        Handlers = new()
        {
            NotificationHandlers =
            [
                new(NotificationMethods.ToolListChangedNotification, (_, _) =>
                {
                    ToolsChanged?.Invoke();
                    return ValueTask.CompletedTask;
                }),
            ],
        },
    };

    string Redact(string text) => _secrets.Aggregate(text, (redacted, secret) => redacted.Replace(secret, "***", StringComparison.Ordinal));
}
