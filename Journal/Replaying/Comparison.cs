using System.Text;
using System.Text.Json.Nodes;
using Agent.Contracts;

namespace Agent.Journal.Replaying;

/// <summary>Whether an event that was made again is the recorded one. What only tells when and how long is left out.</summary>
public static class Comparison
{
    const int LongestText = 400;

    static readonly string[] Names = ["step_id", "call_id"];

    public static bool IsSame(IRunEvent made, IRunEvent recorded) => (made, recorded) switch
    {
        // The report tells times, which are the run's own.
        (RunEnded a, RunEnded b) => (a.State, a.StopReason) == (b.State, b.StopReason),
        (ModelReplied a, ModelReplied b) => IsSameJson(Timeless(a, b), b),
        (ApprovalRequested a, ApprovalRequested b) => IsSameJson(a with { ExpiresAt = b.ExpiresAt }, b),
        _ => made.GetType() == recorded.GetType() && IsSameJson(made, recorded),
    };

    /// <summary>An event in a few words.</summary>
    public static string Text(IRunEvent runEvent) => runEvent switch
    {
        RunEnded ended => $"RunEnded {ended.State} {ended.StopReason}",
        _ => Cut($"{RunEventTypes.NameOf(runEvent)} {Encoding.UTF8.GetString(CanonicalJson.Of(runEvent))}"),
    };

    /// <summary>Two events in a few words; where they are of one kind, only what differs, and which step and call it is about.</summary>
    public static (string Made, string Recorded) Tell(IRunEvent made, IRunEvent recorded)
    {
        if (made.GetType() != recorded.GetType() || made is RunEnded)
        {
            return (Text(made), Text(recorded));
        }

        var (a, b) = (Members(made is ModelReplied reply ? Timeless(reply, (ModelReplied)recorded) : made), Members(recorded));
        var shown = a.Select(member => member.Key).Union(b.Select(member => member.Key)).Where(name => Names.Contains(name) || !JsonNode.DeepEquals(a[name], b[name])).ToList();
        return (Shown(a), Shown(b));

        string Shown(JsonObject members) =>
            Cut($"{RunEventTypes.NameOf(made)} {new JsonObject(shown.Where(members.ContainsKey).Select(name => KeyValuePair.Create(name, members[name]?.DeepClone()))).ToJsonString(ContractJson.Options)}");
    }

    static JsonObject Members(IRunEvent happened) => JsonNode.Parse(CanonicalJson.Of(happened))!.AsObject();

    static string Cut(string text) => text.Length > LongestText ? $"{text[..LongestText]}…" : text;

    // Journals of before the key covered everything have a key of another form, which says nothing here.
    static ModelReplied Timeless(ModelReplied made, ModelReplied recorded) => recorded.ToolsDigest is null
        ? made with { DurationMs = recorded.DurationMs, AskedAt = recorded.AskedAt, Reasoning = recorded.Reasoning, RequestDigest = recorded.RequestDigest, ToolsDigest = null, ToolNames = recorded.ToolNames, Usage = recorded.Usage }
        : made with { DurationMs = recorded.DurationMs, AskedAt = recorded.AskedAt, Reasoning = recorded.Reasoning, Usage = recorded.Usage };

    static bool IsSameJson(IRunEvent made, IRunEvent recorded) => CanonicalJson.Of(made).AsSpan().SequenceEqual(CanonicalJson.Of(recorded));
}
