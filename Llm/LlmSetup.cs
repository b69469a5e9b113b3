using System.Collections.Concurrent;
using Agent.Llm.Metering;
using Agent.Llm.Offline;
using Agent.Llm.OpenAi;
using Agent.Llm.Resilience;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Agent.Llm;

/// <summary>Which model a service talks to.</summary>
public static class LlmSetup
{
    /// <summary>Adds the <see cref="IChatClient"/> for a role: an OpenAI-compatible server when <c>OPENAI_BASE_URL</c> or <c>OPENAI_API_KEY</c> is set, else the offline model.</summary>
    /// <exception cref="FormatException">Names every setting that is wrong.</exception>
    public static IServiceCollection AddLlm(this IServiceCollection services, IConfiguration configuration, ModelRole role)
    {
        var (server, prices) = (ModelServer.Read(configuration, role), new Prices(configuration));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ServerGates>();
        services.AddSingleton<IChatClient>(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new MeteredChatClient(
                server is null ? new OfflineChatClient() : Online(server, configuration["AGENT_STATE_DIR"], provider.GetRequiredService<ServerGates>(), time),
                role.ToString().ToLowerInvariant(),
                prices,
                time);
        });
        return services;
    }

    internal static IChatClient Online(ModelServer server, string? stateDirectory, ServerGates gates, TimeProvider time) =>
        new ResilientChatClient(new EitherApiClient(server, new ApiMemory(stateDirectory), Http), gates.Of(server), time);

    // Time limits are set by request; answers of minutes are not unusual.
    static HttpClient Http { get; } = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = TimeSpan.FromSeconds(10) }) { Timeout = Timeout.InfiniteTimeSpan };
}

/// <summary>One gate per server, shared by all who talk to it.</summary>
sealed class ServerGates(TimeProvider time)
{
    readonly ConcurrentDictionary<Uri, ServerGate> _gates = new();

    public ServerGate Of(ModelServer server) => _gates.GetOrAdd(server.BaseUrl, _ => new ServerGate(server.ToString(), server.Parallel, BreakerLimits.Default, time));
}

/// <summary>Who asks the model.</summary>
public enum ModelRole
{
    Planner,
    Executor,
    Reviewer,
}
