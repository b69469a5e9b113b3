using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal;
using Agent.TestKit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Agent.Dashboard.Web.Tests.Harness;

/// <summary>The door on a port of its own, over a real store.</summary>
sealed class DoorHarness : IAsyncDisposable
{
    public const string Key = "a-key-for-these-tests-only";

    readonly Factory _factory;

    DoorHarness(Factory factory) => _factory = factory;

    public Uri Address { get; private init; } = null!;

    /// <summary>Knocks with the key.</summary>
    public HttpClient Client { get; private init; } = null!;

    public string LoginToken { get; private init; } = null!;

    public string State { get; private init; } = null!;

    public RunJournal Journal => _factory.Services.GetRequiredService<RunJournal>();

    public IServiceProvider Services => _factory.Services;

    public static async Task<DoorHarness> StartAsync(RedisServer? store = null, Dictionary<string, string?>? settings = null)
    {
        store ??= await SharedServers.FindAsync(ServerKind.Garnet) ?? throw new InvalidOperationException("Garnet is always to be had.");
        var token = Guid.CreateVersion7().ToString("N");
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:redis"] = store.ConnectionString,
            ["AGENT_DOOR_KEY"] = Key,
            ["AGENT_LOGIN_TOKEN"] = token,
            ["AGENT_INTERNAL_KEY"] = "internal",
            ["AGENT_STATE_DIR"] = Path.Combine(Path.GetTempPath(), "door-tests-" + token),
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var factory = new Factory(all);
        factory.UseKestrel(0);
        factory.StartServer();
        var address = factory.ClientOptions.BaseAddress;
        return new DoorHarness(factory) { Address = address, LoginToken = token, State = all["AGENT_STATE_DIR"]!, Client = Knocking(address, Key) };
    }

    public HttpClient Anonymous() => Knocking(Address, null);

    public static HttpClient Knocking(Uri address, string? key)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Submits a goal for the temporary directory.</summary>
    public async Task<HttpResponseMessage> SubmitAsync(object body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "runs") { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return await Client.SendAsync(request);
    }

    /// <summary>Writes a run as the other services would.</summary>
    public async Task<Guid> AppendAsync(IReadOnlyList<IRunEvent> events)
    {
        var runId = Guid.CreateVersion7();
        await AppendAsync(runId, events);
        return runId;
    }

    public async Task<JournalHead> AppendAsync(Guid runId, IReadOnlyList<IRunEvent> events)
    {
        var head = await Journal.HeadAsync(runId);
        foreach (var runEvent in events)
        {
            head = (await Journal.AppendAsync(runId, head, [runEvent], "test")).ShouldBeOfType<AppendResult.Appended>().Head;
        }

        return head;
    }

    public async Task<JsonElement> GetAsync(string path) => await Client.GetFromJsonAsync<JsonElement>(path);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _factory.DisposeAsync();
        if (Directory.Exists(State))
        {
            Directory.Delete(State, recursive: true);
        }
    }

    sealed class Factory(Dictionary<string, string?> settings) : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }
        }
    }
}

/// <summary>What a ProblemDetails says.</summary>
static class ProblemReading
{
    public static async Task<(int Status, string? Code, string Detail)> ProblemAsync(this HttpResponseMessage response)
    {
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return ((int)response.StatusCode, problem.GetProperty("code").GetString(), problem.GetProperty("detail").GetString()!);
    }
}
