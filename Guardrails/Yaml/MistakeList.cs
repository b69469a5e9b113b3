using YamlDotNet.Core;

namespace Agent.Guardrails.Yaml;

/// <summary>Collects every mistake of a load, so that an author sees all of them at once.</summary>
sealed class MistakeList
{
    readonly List<PolicyMistake> _mistakes = [];

    public int Count => _mistakes.Count;

    public void Add(string file, Mark at, string problem, string cure) =>
        Add(new Place(file, (int)at.Line, (int)at.Column), problem, cure);

    public void Add(Place place, string problem, string cure) =>
        _mistakes.Add(new PolicyMistake(place.File, place.Line, place.Column, problem, cure));

    public IReadOnlyList<PolicyMistake> InOrder() =>
        [.. _mistakes.OrderBy(mistake => mistake.File, StringComparer.Ordinal).ThenBy(mistake => mistake.Line).ThenBy(mistake => mistake.Column)];
}

/// <summary>Where something stands in a policy file; 1-based.</summary>
readonly record struct Place(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}";
}
