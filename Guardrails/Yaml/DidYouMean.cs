namespace Agent.Guardrails.Yaml;

/// <summary>Finds the known word nearest to a misspelt one.</summary>
static class DidYouMean
{
    /// <summary><c>Did you mean `hosts`?</c>, or the list of what is known.</summary>
    public static string Cure(string word, IReadOnlyCollection<string> known)
    {
        var nearest = Nearest(word, known);
        return nearest is null
            ? $"Known here: {string.Join(", ", known)}."
            : $"Did you mean `{nearest}`? Known here: {string.Join(", ", known)}.";
    }

    static string? Nearest(string word, IEnumerable<string> known)
    {
        var limit = Math.Max(1, word.Length / 3);
        return known
            .Select(candidate => (candidate, distance: Distance(word.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    // Levenshtein with two rows.
    static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1] + 1, previous[j] + 1), previous[j - 1] + change);
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
