using System.Diagnostics;
using Agent.Contracts;
using Agent.Dashboard.Web.Runs;
using Agent.Journal;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>One journal entry as a log line, in the form all services log in.</summary>
sealed record LogLine(
    DateTimeOffset Timestamp, string Level, string Logger, string Message, string? TraceId, Guid RunId, string? StepId, string EventType, LogMetadata Metadata)
{
    public static LogLine Of(JournalEntry entry, string? traceId)
    {
        var told = EventStory.Tell(entry.Event);
        return new LogLine(
            entry.At, told.Tone is Tone.Bad ? "error" : told.Tone is Tone.Warn ? "warning" : "information", entry.Actor, told.Text, traceId, entry.RunId, told.StepId, entry.Type,
            new LogMetadata(entry.Sequence, entry.Hash, told.CallId));
    }

    public static string? TraceIdOf(JournalEntry entry) =>
        entry.Event is RunSubmitted { TraceParent: { } parent } && ActivityContext.TryParse(parent, null, out var context) ? context.TraceId.ToHexString() : null;
}

/// <summary>Where the line comes from.</summary>
sealed record LogMetadata(long Sequence, string Hash, string? CallId);
