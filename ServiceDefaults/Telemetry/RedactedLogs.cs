using Agent.ServiceDefaults.Logs;
using OpenTelemetry;
using OpenTelemetry.Logs;

namespace Agent.ServiceDefaults.Telemetry;

/// <summary>Takes secrets and personal data out of log records that go to a collector, as <see cref="JsonLineFormatter"/> does for those on standard output.</summary>
sealed class RedactedLogs : BaseProcessor<LogRecord>
{
    public override void OnEnd(LogRecord data)
    {
        data.FormattedMessage = Open(data.FormattedMessage);
        data.Body = Open(data.Body);
        List<KeyValuePair<string, object?>> attributes = [.. (data.Attributes ?? []).Select(one => one.Value is string text ? new(one.Key, Redaction.Redact(text)) : one)];
        if (data.Exception is { } exception)
        {
            // By the names that the conventions give them.
            attributes.Add(new("exception.type", exception.GetType().FullName));
            attributes.Add(new("exception.message", Redaction.Redact(exception.Message)));
            attributes.Add(new("exception.stacktrace", Redaction.Redact(exception.ToString())));
            data.Exception = null;
        }

        data.Attributes = attributes;
    }

    static string? Open(string? text) => text is null ? null : Redaction.Redact(text);
}
