using System.Collections;
using System.Text.Json;
using Agent.Guardrails;

namespace Agent.Cli.Commands;

/// <summary>What a run did, was told and read, as its audit file is gone through. Grows only, so that a moment of it is three lengths.</summary>
sealed class RecordedPast
{
    readonly List<PastCall> _calls = [];
    readonly List<string> _said = [];
    readonly List<string> _returned = [];
    readonly Dictionary<string, (string Tool, string? Path)> _decided = new(StringComparer.Ordinal);

    public void Said(string? text) => Add(_said, text);

    public void Returned(string? output) => Add(_returned, output);

    public void Decided(string callId, string tool, JsonElement arguments) => _decided[callId] = (tool, PathOf(arguments));

    public void Started(string callId, DateTimeOffset at)
    {
        if (_decided.TryGetValue(callId, out var call))
        {
            _calls.Add(new PastCall(call.Tool, call.Path, at));
        }
    }

    public PastMoment Now() => new(this, _calls.Count, _said.Count, _returned.Count);

    /// <summary>What rules that look back are told, as the executor tells them.</summary>
    internal ToolRequest Complete(ToolRequest request, JsonElement arguments, PastMoment moment) => request with
    {
        History = _calls.GetRange(0, moment.Calls),
        UntrustedArguments = new LateList(() => Origins.Untrusted(arguments, _said.GetRange(0, moment.Said), _returned.GetRange(0, moment.Returned))),
    };

    static void Add(List<string> texts, string? text)
    {
        if (text is not null)
        {
            texts.Add(text);
        }
    }

    static string? PathOf(JsonElement arguments) =>
        arguments.ValueKind == JsonValueKind.Object && arguments.TryGetProperty("path", out var path) && path.ValueKind == JsonValueKind.String ? path.GetString() : null;
}

/// <summary>How far a run's past reached when something was decided.</summary>
sealed record PastMoment(RecordedPast Past, int Calls, int Said, int Returned)
{
    public ToolRequest Complete(ToolRequest request, JsonElement arguments) => Past.Complete(request, arguments, this);
}

/// <summary>Made when somebody looks: most decisions meet no rule that asks where a value came from, and finding out means reading all a run has read.</summary>
sealed class LateList(Func<IReadOnlyList<string>> make) : IReadOnlyList<string>
{
    readonly Lazy<IReadOnlyList<string>> _made = new(make);

    public int Count => _made.Value.Count;

    public string this[int index] => _made.Value[index];

    public IEnumerator<string> GetEnumerator() => _made.Value.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
