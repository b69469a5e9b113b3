using System.Text.Json;
using Agent.Contracts;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary>Answers one request a line: <c>{"id":1,"cmd":"git status"}</c> → <c>{"id":1,"decision":"allow","rule":"git-looks","reason":"…"}</c>. A line that is no request is denied and says so.
/// <c>"principal"</c> in a line says whose run it would be.</summary>
static class PolicyBatch
{
    static readonly JsonElement NoId = JsonDocument.Parse("null").RootElement;

    public static async Task RunAsync(PolicyBundle policies, string file, string workspace, string? principal, TextWriter output, CancellationToken cancellationToken)
    {
        using var input = file == "-" ? Console.In : Open(file);
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                await output.WriteAsync((JsonSerializer.Serialize(Answer(policies, line, workspace, principal), ContractJson.Options) + "\n").AsMemory(), cancellationToken);
            }
        }

        await output.FlushAsync(cancellationToken);
    }

    static StreamReader Open(string file)
    {
        try
        {
            return new StreamReader(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{file} can not be read: {exception.Message}");
        }
    }

    static BatchAnswer Answer(PolicyBundle policies, string line, string workspace, string? principal)
    {
        var id = NoId;
        try
        {
            using var document = JsonDocument.Parse(line);
            var request = document.RootElement;
            if (request.ValueKind != JsonValueKind.Object)
            {
                return Refused(id, "A request is a JSON object.");
            }

            id = request.TryGetProperty("id", out var given) ? given.Clone() : NoId;
            if (Read(request, workspace) is not { } call)
            {
                return Refused(id, "A request has `cmd`, or `op` (read or write) and `path`, or `method` and `url`.");
            }

            var decision = policies.Decide(call with { Principal = Text(request, "principal") ?? principal });
            return new BatchAnswer(id, PoliciesExplainCommand.Word(decision.Ruling), decision.Rule, decision.Reason);
        }
        catch (JsonException exception)
        {
            return Refused(id, $"The line is not JSON: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair or the like: JSON, but no text.
            return Refused(id, "The line holds text that is not valid Unicode.");
        }
    }

    static ToolRequest? Read(JsonElement request, string workspace)
    {
        if (Text(request, "cmd") is { } command)
        {
            return ToolRequests.ForCommand(command, workspace);
        }

        if (Text(request, "path") is { } path && Text(request, "op") is "read" or "write")
        {
            return ToolRequests.ForPath(Text(request, "op") == "write", path, workspace);
        }

        return Text(request, "url") is { } url ? ToolRequests.ForUrl(Text(request, "method") ?? "GET", url, workspace) : null;
    }

    static string? Text(JsonElement request, string name) =>
        request.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static BatchAnswer Refused(JsonElement id, string reason) => new(id, "deny", "invalid-request", reason);

    sealed record BatchAnswer(JsonElement Id, string Decision, string Rule, string Reason);
}
