using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Executor.Service.Tools;

/// <summary>A file pattern: <c>*</c> and <c>?</c> within a name, <c>**</c> over directories, <c>{a,b}</c> and <c>[a-z]</c>. Without a slash it is matched against the name alone.</summary>
sealed class GlobPattern
{
    readonly Regex _regex;
    readonly bool _namesOnly;

    public GlobPattern(string pattern)
    {
        _namesOnly = !pattern.Contains('/');
        try
        {
            _regex = new Regex(Translate(pattern.TrimStart('/')), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            throw ToolArguments.Refused($"'{pattern}' is not a file pattern; use *, ?, **, {{a,b}} and [a-z].");
        }
    }

    public bool Matches(string path) => _regex.IsMatch(_namesOnly ? path[(path.LastIndexOf('/') + 1)..] : path);

    static string Translate(string pattern)
    {
        var regex = new StringBuilder("^");
        var depth = 0;
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*' when pattern.AsSpan(at).StartsWith("**/"):
                    regex.Append("(?:[^/]+/)*");
                    at += 2;
                    break;
                case '*' when pattern.AsSpan(at).StartsWith("**"):
                    regex.Append(".*");
                    at++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '{':
                    depth++;
                    regex.Append("(?:");
                    break;
                case '}' when depth > 0:
                    depth--;
                    regex.Append(')');
                    break;
                case ',' when depth > 0:
                    regex.Append('|');
                    break;
                case '[' when pattern.IndexOf(']', at + 1) is var end and > 0:
                    var set = pattern[(at + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal);
                    regex.Append('[').Append(set is ['!', ..] ? string.Concat("^", set.AsSpan(1)) : set).Append(']');
                    at = end;
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[at].ToString()));
                    break;
            }
        }

        return regex.Append('$').ToString();
    }
}
