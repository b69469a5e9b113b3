using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Agent.ServiceDefaults.Logs;

/// <summary>One JSON object a line: <c>timestamp, level, logger, message, trace_id, run_id, step_id</c>, and for domain events
/// <c>event_type, protocol, action, metadata</c>. The ids come from the message's own values or from a scope.</summary>
sealed class JsonLineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "agent-json";

    /// <summary>Values that get a field of their own, by the names code gives them.</summary>
    static readonly Dictionary<string, string> Fields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["RunId"] = "run_id",
        ["StepId"] = "step_id",
        ["EventType"] = "event_type",
        ["Protocol"] = "protocol",
        ["Action"] = "action",
        ["Metadata"] = "metadata",
    };

    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", time.GetUtcNow());
            json.WriteString("level", LevelOf(logEntry.LogLevel));
            json.WriteString("logger", logEntry.Category);
            json.WriteString("message", Redaction.Redact(logEntry.Formatter(logEntry.State, logEntry.Exception)));
            if (Activity.Current is { } activity)
            {
                json.WriteString("trace_id", activity.TraceId.ToHexString());
            }

            foreach (var (name, value) in FieldsOf(logEntry.State, scopeProvider))
            {
                json.WriteString(name, Redaction.Redact(value));
            }

            if (logEntry.Exception is { } exception)
            {
                json.WriteString("exception", Redaction.Redact(exception.ToString()));
            }

            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    static Dictionary<string, string> FieldsOf<TState>(TState state, IExternalScopeProvider? scopes)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        Collect(state, found);
        scopes?.ForEachScope(static (scope, into) => Collect(scope, into), found);
        return found;
    }

    static void Collect(object? from, Dictionary<string, string> into)
    {
        if (from is not IEnumerable<KeyValuePair<string, object?>> values)
        {
            return;
        }

        foreach (var (key, value) in values)
        {
            if (value is not null && Fields.TryGetValue(key, out var name))
            {
                into.TryAdd(name, value.ToString() ?? "");
            }
        }
    }

    static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };
}
