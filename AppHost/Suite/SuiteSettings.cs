using System.Reflection;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
#if ASPIRE
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
#endif

namespace Agent.AppHost.Suite;

/// <summary>What this start of the suite was asked for, with every default filled in.</summary>
sealed class SuiteSettings
{
    public const int DefaultPort = 7081;

    SuiteSettings(int port, StateDirectory state)
    {
        Port = port;
        State = state;
        DoorKey = Variable("AGENT_DOOR_KEY") ?? Secret();
    }

    /// <summary>Of the repository this host was built from.</summary>
    public static string RepositoryRoot { get; } = typeof(SuiteSettings).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == "RepositoryRoot").Value!;

    public int Port { get; }

    public StateDirectory State { get; }

    public string DoorUrl => $"http://127.0.0.1:{Port}";

    public string DoorKey { get; }

    public string LoginToken { get; } = Secret();

    public string InternalKey { get; } = Secret();

    public required int Executors { get; init; }

    public required string ConnectionString { get; init; }

    /// <summary>Null when the store was given from outside.</summary>
    public required EmbeddedRedis? EmbeddedRedis { get; init; }

    /// <summary>What every service is told besides its references.</summary>
    public IEnumerable<(string Name, string? Value)> ServiceEnvironment =>
    [
        ("AGENT_INTERNAL_KEY", InternalKey),
        ("AGENT_STATE_DIR", State.Path),
        ("AGENT_WORKSPACE", Variable("AGENT_WORKSPACE") ?? Directory.GetCurrentDirectory()),
        ("AGENT_TOOLS_DIR", Variable("AGENT_TOOLS_DIR") ?? System.IO.Path.Combine(State.Path, "tools")),
        ("AGENT_POLICY_DIR", Variable("AGENT_POLICY_DIR") ?? System.IO.Path.Combine(RepositoryRoot, "policies")),
        ("AGENT_MCP_ENDPOINTS", Variable("AGENT_MCP_ENDPOINTS") ?? FirstThere(System.IO.Path.Combine(State.Path, "mcp_endpoints.json"), System.IO.Path.Combine(RepositoryRoot, "mcp_endpoints.json"))),
    ];

    /// <exception cref="StartRefusedException">A setting can not be taken.</exception>
    public static async Task<SuiteSettings> ReadAsync(int port, CancellationToken cancellationToken)
    {
        if (port == 0)
        {
            port = Local.Processes.FreePorts.Take();
        }
        else if (port is < 1 or > 65535)
        {
            throw new StartRefusedException(2, $"--port is {port}. Give a port from 1 to 65535, or 0 for any free one.");
        }
        else if (!Local.Processes.FreePorts.IsFree(port))
        {
            throw new StartRefusedException(
                2, $"Port {port} is taken, so the console can not listen there. End what uses it (`ss -ltnp 'sport = :{port}'` names it), or choose another: --port {port + 1}");
        }

        if (!int.TryParse(Variable("AGENT_EXECUTORS") ?? "1", out var executors) || executors is < 1 or > 32)
        {
            throw new StartRefusedException(2, $"AGENT_EXECUTORS is '{Variable("AGENT_EXECUTORS")}'. Set it to a number from 1 to 32, or leave it out for one executor.");
        }

        await BusCheck.AnswersAsync(Variable("Bus__Transport"), Variable("ConnectionStrings__rabbitmq"), cancellationToken);
        var state = StateDirectory.Open(Variable("AGENT_STATE_DIR") ?? System.IO.Path.Combine(RepositoryRoot, ".agent"));
        try
        {
            var given = Variable("ConnectionStrings__redis");
            var embedded = given is null ? await EmbeddedRedis.PrepareAsync(state, cancellationToken) : null;
            if (given is not null)
            {
                await StoreCheck.AnswersAsync(given, cancellationToken);
            }

            return new SuiteSettings(port, state) { Executors = executors, ConnectionString = given ?? embedded!.ConnectionString, EmbeddedRedis = embedded };
        }
        catch
        {
            state.Dispose();
            throw;
        }
    }

    public IDistributedApplicationBuilder CreateBuilder()
    {
#if ASPIRE
        // `aspire run` and IDEs say where their dashboard is to listen; `dotnet run` has none. What is on stdout is the command's answer, not a log.
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = [], DisableDashboard = Variable("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL") is null });
        builder.Services.AddLogging(logging => logging.ClearProviders());
#else
        var builder = DistributedApplication.CreateBuilder([]);
#endif
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = ConnectionString,
            ["LogDirectory"] = State.Logs,
        });
        return builder;
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    static string? FirstThere(params string[] paths) => Array.Find(paths, File.Exists);

    static string Secret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
}

/// <summary>The suite does not start; the message names what is wrong and the cure.</summary>
sealed class StartRefusedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
