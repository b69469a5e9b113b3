using System.Text.Json;
using Agent.Llm.OpenAi;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Smoke;

/// <summary>Tries what the suite needs of the configured model server, through both APIs.</summary>
public static class ModelSmoke
{
    static readonly JsonElement Path = JsonDocument.Parse("""{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}""").RootElement;

    static readonly JsonElement Number = JsonDocument.Parse("""{"type":"object","properties":{"number":{"type":"integer"}},"required":["number"]}""").RootElement;

    /// <summary>Null: no model is configured, the suite uses its offline model.</summary>
    /// <exception cref="FormatException">Names every setting that is wrong.</exception>
    public static async Task<SmokeReport?> RunAsync(IConfiguration configuration, CancellationToken cancellationToken = default)
    {
        if (ModelServer.Read(configuration, ModelRole.Executor) is not { } server)
        {
            return null;
        }

        using var http = new HttpClient { Timeout = server.Timeout };
        var lines = new List<SmokeLine> { await TryAsync("", "models", () => ModelsAsync(http, server, cancellationToken)) };
        using var chat = new ChatCompletionsClient(server, http);
        using var responses = new ResponsesApiClient(server, http);
        lines.AddRange(await ApiAsync("chat", chat, cancellationToken));
        lines.AddRange(await ApiAsync("responses", responses, cancellationToken));
        return new SmokeReport(server.BaseUrl.ToString(), server.Model, lines);
    }

    static async Task<IEnumerable<SmokeLine>> ApiAsync(string api, IChatClient client, CancellationToken cancellationToken)
    {
        var answer = await TryAsync(api, "answer", async () => Said((await client.GetResponseAsync("Answer with the word ready.", cancellationToken: cancellationToken)).Text));
        return answer.Works
            ?
            [
                answer,
                await TryAsync(api, "streaming", async () => Said((await client.GetStreamingResponseAsync("Answer with the word ready.", cancellationToken: cancellationToken).ToChatResponseAsync(cancellationToken)).Text)),
                await TryAsync(api, "tools", () => ToolsAsync(client, cancellationToken)),
                await TryAsync(api, "structured output", () => StructuredAsync(client, cancellationToken)),
                await TryAsync(api, "usage", async () => (await client.GetResponseAsync("Answer with the word ready.", cancellationToken: cancellationToken)).Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 } usage
                    ? $"{usage.InputTokenCount} in, {usage.OutputTokenCount} out"
                    : throw new ModelRefusedException("The server does not say how many tokens were used.")),
            ]
            : [answer];
    }

    static async Task<string> ModelsAsync(HttpClient http, ModelServer server, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, server.Route("models"));
        server.Authorize(request);
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!response.IsSuccessStatusCode || !JsonDocument.Parse(text).RootElement.TryGetProperty("data", out var data))
        {
            throw new ModelRefusedException($"{(int)response.StatusCode}: {ServerErrors.TextOf(text)}");
        }

        var names = data.EnumerateArray().Select(model => model.GetProperty("id").GetString()!).ToList();
        return names.Contains(server.Model, StringComparer.Ordinal)
            ? $"{names.Count}, {server.Model} among them"
            : throw new ModelRefusedException($"{server.Model} is not among them: {string.Join(", ", names.Take(8))}. Set AGENT_MODEL to one of them.");
    }

    static async Task<string> ToolsAsync(IChatClient client, CancellationToken cancellationToken)
    {
        var tool = AIFunctionFactory.CreateDeclaration("read_file", "Reads a file of the workspace.", Path);
        ChatMessage[] question = [new(ChatRole.User, "Use the tool read_file to read the file notes.txt.")];
        var response = await client.GetResponseAsync(question, new ChatOptions { Tools = [tool] }, cancellationToken);
        var call = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().FirstOrDefault()
            ?? throw new ModelRefusedException($"The model called no tool, it said: {Said(response.Text)}");
        if (call.Exception is { } malformed)
        {
            throw malformed;
        }

        ChatMessage[] conversation = [.. question, .. response.Messages, new(ChatRole.Tool, [new FunctionResultContent(call.CallId, "the notes")])];
        await client.GetResponseAsync(conversation, new ChatOptions { Tools = [tool] }, cancellationToken);
        return $"{call.Name}({JsonSerializer.Serialize(call.Arguments)}), and its result was taken";
    }

    static async Task<string> StructuredAsync(IChatClient client, CancellationToken cancellationToken)
    {
        var response = await client.GetResponseAsync("Answer with a JSON object whose member number is 12.", new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Number, "answer") }, cancellationToken);
        return JsonInText.FirstObject(response.Text, "number") is { } json ? json.GetRawText() : throw new ModelRefusedException($"No JSON object with a number, but: {Said(response.Text)}");
    }

    static async Task<SmokeLine> TryAsync(string api, string feature, Func<Task<string>> attempt)
    {
        try
        {
            return new SmokeLine(api, feature, true, await attempt());
        }
        catch (Exception failure) when (failure is ModelRefusedException or ModelUnavailableException or FormatException or JsonException or HttpRequestException or TaskCanceledException)
        {
            return new SmokeLine(api, feature, false, failure.Message);
        }
    }

    static string Said(string text) => text.Trim() is { Length: > 0 } said ? $"“{(said.Length > 60 ? said[..60] + "…" : said)}”" : throw new ModelRefusedException("The answer is empty.");
}

/// <summary>What was tried, and how it went.</summary>
public sealed record SmokeReport(string Server, string Model, IReadOnlyList<SmokeLine> Lines)
{
    /// <summary>At least one API does all the suite needs: answers and tools.</summary>
    public bool IsUsable => Lines.Where(line => line.Feature is "answer" or "tools").GroupBy(line => line.Api).Any(api => api.Count() == 2 && api.All(line => line.Works));
}

/// <summary>One thing tried.</summary>
/// <param name="Api"><c>chat</c>, <c>responses</c>, or empty for the server as such.</param>
public sealed record SmokeLine(string Api, string Feature, bool Works, string Detail);
