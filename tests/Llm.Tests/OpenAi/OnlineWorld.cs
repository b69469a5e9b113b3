using Agent.Llm.OpenAi;
using Agent.Llm.Resilience;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;

namespace Agent.Llm.Tests.OpenAi;

/// <summary>A model server and our client of it, as a service has it.</summary>
sealed class OnlineWorld : IAsyncDisposable
{
    readonly ServerGates _gates = new(TimeProvider.System);
    readonly DirectoryInfo _state = Directory.CreateTempSubdirectory("agent-llm-");

    OnlineWorld(FakeModelServer server) => Server = server;

    public FakeModelServer Server { get; }

    public string StateDirectory => _state.FullName;

    public static async Task<OnlineWorld> StartAsync(ModelServerKind kind = ModelServerKind.Full) => new(await FakeModelServer.StartAsync(kind));

    public ModelServer Settings(bool forceChat = false, TimeSpan? timeout = null, int parallel = 4) =>
        new(Server.BaseUrl, "secret", FakeModelServer.Model, forceChat, timeout ?? TimeSpan.FromSeconds(60), parallel);

    /// <summary>With everything: choice of API, gate, retries.</summary>
    public IChatClient Client(ModelServer? settings = null) => LlmSetup.Online(settings ?? Settings(), StateDirectory, _gates, TimeProvider.System);

    public ServerGate Gate() => _gates.Of(Settings());

    /// <summary>One API alone.</summary>
    public IChatClient Bare(string api, TimeSpan? timeout = null) => api == "chat"
        ? new ChatCompletionsClient(Settings(timeout: timeout), Http)
        : new ResponsesApiClient(Settings(timeout: timeout), Http);

    public static HttpClient Http { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _state.Delete(recursive: true);
    }
}
