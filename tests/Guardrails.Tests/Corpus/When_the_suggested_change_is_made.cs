using System.Text.RegularExpressions;

namespace Agent.Guardrails.Tests.Corpus;

/// <summary>What <c>explain</c> proposes is written into the files: the request is allowed then, and of the corpus nothing else that does not hold the same part.</summary>
public sealed partial class When_the_suggested_change_is_made(CorpusWorkspace workspace) : IClassFixture<CorpusWorkspace>
{
    [Fact]
    public void A_command_is_allowed_and_nothing_beyond_it() => Check("commands.jsonl", every: 211, entry => ToolRequests.ForCommand(entry.Command!, workspace.Root));

    [Fact]
    public void A_path_is_allowed_and_nothing_beyond_it() =>
        Check("paths.jsonl", every: 29, entry => ToolRequests.ForPath(entry.Operation == "write", entry.Path!.Replace("{ws}", workspace.Root, StringComparison.Ordinal), workspace.Root));

    [Fact]
    public void A_url_is_allowed_and_nothing_beyond_it() => Check("urls.jsonl", every: 13, entry => ToolRequests.ForUrl(entry.Method!, entry.Url!, workspace.Root));

    static void Check(string file, int every, Func<CorpusTests.Entry, ToolRequest> request)
    {
        var requests = CorpusTests.Read(file).Select(request).ToList();
        var tried = 0;
        foreach (var asked in requests.Where((_, at) => at % every == 0))
        {
            var explanation = DefaultPolicies.Bundle.Explain(asked);
            if (explanation.Decision.Ruling == Ruling.Allow || Changed(explanation.ToAllow) is not { } changed)
            {
                continue;
            }

            tried++;
            var name = asked.ShellCommand ?? asked.Url?.Url ?? asked.UnresolvedPaths[0].ResolvedPath;
            changed.Decide(asked).Ruling.ShouldBe(Ruling.Allow, $"{name}: {string.Join(' ', explanation.ToAllow)}");
            var parts = Parts(explanation);
            foreach (var other in requests)
            {
                if (changed.Decide(other).Ruling == Ruling.Allow && DefaultPolicies.Bundle.Explain(other) is { Decision.Ruling: not Ruling.Allow } before)
                {
                    Parts(before).ShouldBeSubsetOf(parts, $"{name} opened {other.ShellCommand ?? other.Url?.Url ?? other.UnresolvedPaths[0].ResolvedPath}");
                }
            }
        }

        tried.ShouldBeGreaterThan(3);
    }

    static IEnumerable<string> Parts(Explanation explanation) =>
        explanation.Steps.Where(step => step.Ruling != Ruling.Allow).Select(step => $"{step.Part} {Place(step)}").Distinct().ToList();

    // The same file or URL may be written in several ways.
    static string Place(ExplainedStep step) => step.Part switch
    {
        "url" when Uri.TryCreate(step.Subject, UriKind.Absolute, out var url) => url.Host.TrimEnd('.'),
        _ => step.Target ?? step.Subject,
    };

    /// <summary>The shipped files with the changes written in; null if the change is advice, not a rule.</summary>
    static PolicyBundle? Changed(IReadOnlyList<string> changes)
    {
        var files = BundleFiles.Read(DefaultPolicies.Directory, GuardrailSettings.None).Where(file => !file.Key.Contains(".cases.", StringComparison.Ordinal)).ToDictionary();
        var number = 0;
        foreach (var change in changes)
        {
            if (Adding().Match(change) is { Success: true } added)
            {
                var file = added.Groups["file"].Value;
                files[file] += $"\n  - {added.Groups["rule"].Value.Replace("id: …", $"id: tried-{++number}", StringComparison.Ordinal).Replace("reason: …", "reason: tried", StringComparison.Ordinal)}\n";
            }
            else if (Excepting().Match(change) is { Success: true } excepted)
            {
                var file = excepted.Groups["file"].Value;
                files[file] = Except(files[file], excepted.Groups["rule"].Value, excepted.Groups["pattern"].Value);
            }
            else
            {
                return null;
            }
        }

        var result = PolicyBundle.Load(files, GuardrailSettings.None);

        // Examples of the rules may forbid it: whoever makes the change must change them too.
        result.Mistakes.Where(mistake => !mistake.Problem.Contains("match", StringComparison.Ordinal)).ShouldBeEmpty(string.Join(' ', changes));
        return result.Bundle;
    }

    static string Except(string text, string rule, string pattern)
    {
        var start = text.IndexOf($"- id: {rule}\n", StringComparison.Ordinal);
        var end = text.IndexOf("\n  - id:", start, StringComparison.Ordinal);
        var body = end < 0 ? text[start..] : text[start..end];
        var list = body.IndexOf("except: [", StringComparison.Ordinal);
        var changed = list < 0 ? body.TrimEnd() + $"\n    except: [{pattern}]\n" : body.Insert(list + "except: [".Length, pattern + ", ");
        return text[..start] + changed + (end < 0 ? "" : text[end..]);
    }

    [GeneratedRegex(@"^Add to (?<file>\w+\.yaml): (?<rule>\{.*\})\.(?: For all .*)?$", RegexOptions.None, 1000)]
    private static partial Regex Adding();

    [GeneratedRegex("""^Add (?<pattern>".*") to `except` of rule `(?<rule>[^`]+)` \((?<file>\w+\.yaml):\d+\)\.$""", RegexOptions.None, 1000)]
    private static partial Regex Excepting();
}
