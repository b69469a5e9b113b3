using Agent.Guardrails.Paths;
using Agent.Guardrails.Rules;

namespace Agent.Guardrails.Commands.Shell;

/// <summary>Matches a pattern against the files that are there, as the shell does before it starts a command.</summary>
static class PathGlob
{
    public static IEnumerable<string> Expand(string field, string directory, IFiles files)
    {
        var segments = field.Split('/');
        var found = new List<string> { "" };
        for (var i = 0; i < segments.Length; i++)
        {
            var segment = segments[i];
            var isLast = i == segments.Length - 1;
            if (!Marks.HasWildcard(segment))
            {
                found = [.. found.Select(start => start + segment + (isLast ? "" : "/"))];
                continue;
            }

            var glob = Rules.Glob.Parse(Marks.Written(segment));
            var startsWithDot = segment.StartsWith('.');
            found = [.. found.SelectMany(start => files.Names(start.StartsWith('/') ? start : $"{directory}/{start}")
                .Where(name => (startsWithDot || !name.StartsWith('.')) && glob.Matches(name))
                .Select(name => start + name + (isLast ? "" : "/")))];
        }

        return found;
    }
}
