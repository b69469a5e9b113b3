using System.Security.Cryptography;
using System.Text;
using Agent.Guardrails.Cases;
using Agent.Guardrails.Rules;
using Agent.Guardrails.Yaml;

namespace Agent.Guardrails;

/// <summary>Files to bundle: read, check, run the examples, digest.</summary>
static class BundleLoader
{
    /// <summary>What <see cref="BundleFiles"/> adds for the environment of the policy service.</summary>
    public const string EnvironmentFile = "environment.yaml";

    static readonly string[] KnownFiles = ["tools.yaml", "paths.yaml", "network.yaml", "limits.yaml", EnvironmentFile];

    public static BundleResult Load(IReadOnlyDictionary<string, string> files, GuardrailSettings settings)
    {
        var mistakes = new MistakeList();
        var reader = new RuleReader(mistakes);
        var rules = new List<RuleWithExamples>();
        var cases = new List<PolicyCase>();
        var limits = PolicyLimits.Default;
        var canonical = new StringBuilder();

        foreach (var (name, text) in files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (KindOf(name, mistakes) is not { } kind || Layer.Of(name) is not { } layer || YamlFile.Read(name, text, mistakes) is not { } file)
            {
                continue;
            }

            canonical.Append(name).Append('\n').Append(file.Canonical()).Append('\n');
            switch (kind)
            {
                case FileKind.Limits:
                    limits = PolicyLimits.Read(file, mistakes);
                    break;
                case FileKind.Cases:
                    cases.AddRange(PolicyCase.Read(file, layer, mistakes));
                    break;
                case FileKind.Environment:
                    settings = Merge(settings, file, mistakes);
                    break;
                default:
                    rules.AddRange(reader.Read(file, kind, layer));
                    break;
            }
        }

        if (!files.ContainsKey("tools.yaml"))
        {
            mistakes.Add(new Place("tools.yaml", 1, 1), "The file is missing.", "Without it nothing is allowed: write it, or point AGENT_POLICY_DIR at the directory that holds it.");
        }

        foreach (var rule in rules)
        {
            ExampleChecks.RunRule(rule, mistakes);
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        var bundle = new PolicyBundle([.. rules.Select(rule => rule.Rule)], limits, settings, digest);
        if (mistakes.Count == 0)
        {
            // Cases hold for the files alone: what an operator grants by the environment must not break them.
            var plain = new PolicyBundle([.. rules.Select(rule => rule.Rule)], limits, GuardrailSettings.None, digest);
            foreach (var example in cases)
            {
                ExampleChecks.RunCase(example, plain, mistakes);
            }
        }

        return mistakes.Count == 0 ? new BundleResult(bundle, []) : new BundleResult(null, mistakes.InOrder());
    }

    static FileKind? KindOf(string name, MistakeList mistakes)
    {
        var file = name[(name.LastIndexOf('/') + 1)..];
        var isLayer = name.Contains('/');
        FileKind? kind = file switch
        {
            _ when file.EndsWith(".cases.yaml", StringComparison.Ordinal) => FileKind.Cases,
            "tools.yaml" => FileKind.Tools,
            "paths.yaml" => FileKind.Paths,
            "network.yaml" => FileKind.Network,
            "limits.yaml" when !isLayer => FileKind.Limits,
            EnvironmentFile when !isLayer => FileKind.Environment,
            _ => null,
        };
        if (kind is null)
        {
            mistakes.Add(new Place(name, 1, 1), $"`{name}` is not a policy file.", DidYouMean.Cure(file, KnownFiles) + " Case files end in `.cases.yaml`.");
        }
        else if (Layer.Of(name) is null)
        {
            mistakes.Add(new Place(name, 1, 1), $"`{name}` lies in no known directory.", "Layers lie in workspaces/<workspace>/ and principals/<principal>/.");
            return null;
        }

        return kind;
    }

    static GuardrailSettings Merge(GuardrailSettings settings, YamlFile file, MistakeList mistakes)
    {
        var section = new YamlSection(file.Name, file.Root, ["allowed_commands", "allow_net"], mistakes);
        return new GuardrailSettings(
            [.. settings.AllowedCommands.Union(section.Has("allowed_commands") ? section.Texts("allowed_commands").Select(command => command.Text) : [], StringComparer.Ordinal)],
            settings.AllowNetwork && section.Flag("allow_net", otherwise: true));
    }
}
