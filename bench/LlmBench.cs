using System.ClientModel;
using System.ClientModel.Primitives;
using System.Diagnostics;
using System.Text.Json;
using Agent.Contracts;
using Agent.Llm;
using Agent.TestKit.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Chat;

namespace Agent.Bench;

/// <summary>What our client costs over the bare SDK, against the test server in a process of its own: with choice of API, gate, breaker and metering.</summary>
static class LlmBench
{
    const int WarmUp = 300;
    const int Calls = 1500;

    static readonly string Question = "How many files are there? " + new string('x', 2_000);
    static readonly ScriptedReply Reply = new(string.Join(' ', Enumerable.Repeat("word", 200)));

    public static async Task<int> RunAsync(string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["model-server"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true };
        using var server = Process.Start(start)!;
        try
        {
            var url = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The model server did not start.");
            var figures = await MeasureAsync(new Uri(url));
            if (args.Contains("--json"))
            {
                Console.WriteLine(JsonSerializer.Serialize(figures, ContractJson.Options));
            }
            else
            {
                Print(figures);
            }

            return 0;
        }
        finally
        {
            server.Kill();
        }
    }

    /// <summary>The server's side: answers until its input ends.</summary>
    public static async Task<int> ServeAsync()
    {
        await using var server = await FakeModelServer.StartAsync();
        server.Otherwise = _ => Reply;
        Console.WriteLine(server.BaseUrl);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    static async Task<List<Figures>> MeasureAsync(Uri url)
    {
        var sdk = new ChatClient(FakeModelServer.Model, new ApiKeyCredential("k"), new OpenAIClientOptions { Endpoint = url, RetryPolicy = new ClientRetryPolicy(0) });
        var chat = Ours(url, forceChat: true);
        var responses = new Dictionary<string, Func<Task>>
        {
            ["SDK"] = async () => await sdk.CompleteChatAsync(new UserChatMessage(Question)),
            ["ours"] = async () => await chat.GetResponseAsync(Question),
            ["SDK, streamed"] = async () =>
            {
                await foreach (var update in sdk.CompleteChatStreamingAsync(new UserChatMessage(Question)))
                {
                    _ = update.ContentUpdate.Count;
                }
            },
            ["ours, streamed"] = async () =>
            {
                await foreach (var update in chat.GetStreamingResponseAsync(Question))
                {
                    _ = update.Contents.Count;
                }
            },
        };

        // In turns, so that a busy moment of the machine falls on all of them.
        var times = responses.Keys.ToDictionary(name => name, _ => new List<double>());
        var bytes = responses.Keys.ToDictionary(name => name, _ => 0L);
        for (var call = 0; call < WarmUp + Calls; call++)
        {
            foreach (var (name, ask) in responses)
            {
                var allocated = GC.GetTotalAllocatedBytes();
                var started = Stopwatch.GetTimestamp();
                await ask();
                if (call >= WarmUp)
                {
                    times[name].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    bytes[name] += GC.GetTotalAllocatedBytes() - allocated;
                }
            }
        }

        return [.. responses.Keys.Select(name => new Figures(name, times[name].Order().ElementAt(Calls / 2), times[name].Order().ElementAt(Calls * 99 / 100), bytes[name] / 1024.0 / Calls))];
    }

    static IChatClient Ours(Uri url, bool forceChat)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("OPENAI_BASE_URL", url.ToString()), new("OPENAI_API_KEY", "k"), new("AGENT_MODEL", FakeModelServer.Model), new("AGENT_FORCE_CHAT_COMPLETIONS", forceChat ? "true" : "false")]).Build();
        return new ServiceCollection().AddLlm(configuration, ModelRole.Executor).BuildServiceProvider().GetRequiredService<IChatClient>();
    }

    static void Print(List<Figures> figures)
    {
        Console.WriteLine("| | p50 ms | p99 ms | KiB allocated a call |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var one in figures)
        {
            Console.WriteLine($"| {one.Client} | {one.P50Ms:0.000} | {one.P99Ms:0.00} | {one.KibPerCall:0.0} |");
        }

        Console.WriteLine($"over the SDK: {figures[1].P50Ms - figures[0].P50Ms:0.000} ms whole, {figures[3].P50Ms - figures[2].P50Ms:0.000} ms streamed (wanted ≤ 0.3); allocations streamed {figures[3].KibPerCall / figures[2].KibPerCall:0.00} x (wanted ≤ 1.2)");
    }

    sealed record Figures(string Client, double P50Ms, double P99Ms, double KibPerCall);
}
