using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails.Distribution;
using Agent.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Agent.Policy.Service.Tests;

/// <summary>A policy directory, a state directory, and a policy service on a real port over them.</summary>
sealed class PolicyWorld : IAsyncDisposable
{
    public const string Sound = "rules:\n  - { id: reads, answer: allow, reason: Because., tools: [read_file] }\n";
    public const string Other = "rules:\n  - { id: reads, answer: ask, reason: Because., tools: [read_file] }\n";
    public const string Broken = "rules:\n  - { id: reads, anser: allow, reason: Because., tools: [read_file] }\n  - { id: reads, answer: no, reason: r, tools: [x] }\n";

    readonly List<IAsyncDisposable> _started = [];

    public string Policies { get; } = Directory.CreateTempSubdirectory("policies-").FullName;

    public string State { get; } = Directory.CreateTempSubdirectory("state-").FullName;

    public Uri? Address { get; private set; }

    /// <summary>What the services have said.</summary>
    public ConcurrentQueue<string> Said { get; } = new();

    public void Write(string tools) => File.WriteAllText(Path.Combine(Policies, "tools.yaml"), tools);

    public HttpClient Start(string? policies = null)
    {
        var factory = new Service(this, policies ?? Policies);
        factory.UseKestrel(0);
        factory.StartServer();
        _started.Add(factory);
        var client = factory.CreateClient();
        client.DefaultRequestHeaders.Add("X-Agent-Key", "key");
        Address = client.BaseAddress;
        return client;
    }

    public async Task StopAsync()
    {
        foreach (var started in _started)
        {
            await started.DisposeAsync();
        }

        _started.Clear();
    }

    /// <summary>A service that enforces.</summary>
    public async Task<CurrentBundle> EnforceAsync(string? state = null, string? allowNetwork = null, string? address = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["services:policy-service:http:0"] = address ?? Address!.ToString(),
            ["AGENT_INTERNAL_KEY"] = "key",
            ["AGENT_STATE_DIR"] = state ?? State,
            ["ALLOW_NET"] = allowNetwork,
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddGuardrails();
        var app = builder.Build();
        _started.Add(app);
        await app.StartAsync();
        return app.Services.GetRequiredService<CurrentBundle>();
    }

    public static async Task<SignedBundle> CurrentAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<SignedBundle>("/bundles/current", ContractJson.Options))!;

    public static async Task<JsonElement> StatusAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/policies/status");

    /// <summary>Asks again until it holds; at most a minute.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!await holds())
        {
            await ticks.WaitForNextTickAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Policies, recursive: true);
        Directory.Delete(State, recursive: true);
    }

    sealed class Listener(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => said.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    sealed class Service(PolicyWorld world, string policies) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.ConfigureLogging(logging => logging.AddProvider(new Listener(world.Said)));
            builder.UseSetting("AGENT_POLICY_DIR", policies);
            builder.UseSetting("AGENT_STATE_DIR", world.State);
            builder.UseSetting("AGENT_INTERNAL_KEY", "key");
            builder.UseSetting("Bus:Transport", "memory");
            builder.UseSetting("ConnectionStrings:redis", "127.0.0.1:1");
        }
    }
}
