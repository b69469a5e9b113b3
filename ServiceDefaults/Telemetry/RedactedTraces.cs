using System.Diagnostics;
using Agent.ServiceDefaults.Logs;
using OpenTelemetry;

namespace Agent.ServiceDefaults.Telemetry;

/// <summary>Takes secrets and personal data out of what traces carry, before they leave: addresses that were asked for, messages of errors. What is recorded as an event of a span can not be changed any more.</summary>
sealed class RedactedTraces : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        List<KeyValuePair<string, object?>>? changed = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            if (tag.Value is string text && Redaction.Redact(text) is var open && open != text)
            {
                (changed ??= []).Add(new(tag.Key, open));
            }
        }

        changed?.ForEach(tag => data.SetTag(tag.Key, tag.Value));
        if (data.StatusDescription is { } description)
        {
            data.SetStatus(data.Status, Redaction.Redact(description));
        }
    }
}
