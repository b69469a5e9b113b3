using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Contracts;

namespace Agent.Mcp.Gateway.Audit;

/// <summary>Append-only, hash-chained file of every call made through the gateway, <c>&lt;state&gt;/audit/gateway.jsonl</c>. For calls outside of runs it is the only record;
/// those of runs stand in the run's journal too, and are kept here because whether a call belongs to a run is the caller's claim.
/// A line is the canonical entry plus <c>hash</c> and <c>prev</c>; <c>hash</c> is SHA-256 over <c>prev</c> (as hex text) and the entry without the two.</summary>
sealed class GatewayAudit(string directory, TimeProvider time) : IDisposable
{
    const int MostArgumentText = 8 * 1024;
    static readonly string NoHash = new('0', 64);
    readonly SemaphoreSlim _gate = new(1, 1);
    FileStream? _file;
    long _sequence;
    string _hash = NoHash;

    public string FilePath { get; } = Path.Combine(directory, "gateway.jsonl");

    /// <summary>Why nothing can be written down; null when it can. Asked before a call is made: what could not be recorded is not done.</summary>
    public async Task<string?> ObstacleAsync()
    {
        if (Volatile.Read(ref _file) is not null)
        {
            return null;
        }

        await _gate.WaitAsync();
        try
        {
            _file ??= Open();
            return null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return problem.Message;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task AppendAsync(GatewayCall call)
    {
        await _gate.WaitAsync();
        try
        {
            _file ??= Open();
            var data = new JsonObject
            {
                ["arguments"] = Bounded(Redaction.Of(call.Arguments)),
                ["arguments_digest"] = Digest(call.Arguments.ToJsonString()),
                ["bundle_digest"] = call.BundleDigest,
                ["call_id"] = call.CallId,
                ["duration_ms"] = Math.Round(call.DurationMs, 3),
                ["endpoint"] = call.Endpoint,
                ["outcome"] = call.Outcome,
                ["principal"] = call.Principal,
                ["result_digest"] = call.Result is { } result ? Digest(result.ToJsonString()) : null,
                ["rule"] = call.Rule,
                ["run_id"] = call.RunId,
                ["tool"] = call.Tool,
                ["trace_id"] = call.TraceId,
            };
            var entry = new JsonObject { ["actor"] = "mcp-gateway", ["at"] = time.GetUtcNow().ToString("O"), ["data"] = data, ["seq"] = ++_sequence, ["type"] = "mcp_invoke", ["v"] = 1 };
            var canonical = entry.ToJsonString(ContractJson.Options);
            var hash = Digest(_hash + canonical);
            entry["hash"] = hash;
            entry["prev"] = _hash;
            await _file.WriteAsync(Encoding.UTF8.GetBytes(entry.ToJsonString(ContractJson.Options) + "\n"));
            await _file.FlushAsync();
            _hash = hash;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The line from which on the chain does not hold, counted from 1; null if it holds.</summary>
    public static long? BrokenAt(IEnumerable<string> lines)
    {
        var (number, previous) = (0L, NoHash);
        foreach (var line in lines)
        {
            number++;
            if (Parse(line) is not { } entry || (string?)entry["prev"] != previous || (string?)entry["hash"] is not { } hash)
            {
                return number;
            }

            entry.Remove("hash");
            entry.Remove("prev");
            if (Digest(previous + entry.ToJsonString(ContractJson.Options)) != hash)
            {
                return number;
            }

            previous = hash;
        }

        return null;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _gate.Dispose();
    }

    /// <summary>Goes on where the file ends. A last line cut off by a crash is taken away: its call was never acknowledged. Anything else stays, for the check to find.</summary>
    FileStream Open()
    {
        Directory.CreateDirectory(directory);
        var file = new FileStream(FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _sequence++;
            _hash = (string?)Parse(line)?["hash"] ?? Digest(line);
        }

        file.SetLength(end);
        file.Seek(0, SeekOrigin.End);
        return file;
    }

    static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static JsonNode Bounded(JsonNode arguments)
    {
        var text = arguments.ToJsonString(ContractJson.Options);
        return text.Length <= MostArgumentText ? arguments : JsonValue.Create(text[..MostArgumentText] + "…");
    }

    static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <param name="Outcome">In one word: <c>ok</c>, <c>tool_error</c>, <c>throttled</c>, …</param>
sealed record GatewayCall(string Endpoint, string Tool, JsonObject Arguments, string Outcome, double DurationMs, JsonObject? Result, string? TraceId, string? RunId = null, string? CallId = null, string? Rule = null, string? BundleDigest = null, string? Principal = null);
