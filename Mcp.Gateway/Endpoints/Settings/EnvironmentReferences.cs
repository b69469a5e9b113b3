using System.Text.RegularExpressions;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>Text with <c>${NAME}</c> or <c>${NAME:-default}</c> in it. Kept unresolved until a connection is made, so that no card, log or file shows a credential.</summary>
static partial class EnvironmentReferences
{
    public static bool HasAny(string template) => Reference().IsMatch(template);

    /// <summary>A <c>${</c> that is not a whole reference.</summary>
    public static bool IsMalformed(string template) => Reference().Replace(template, "").Contains("${", StringComparison.Ordinal);

    /// <summary>Fills in values; names without value and default are added to <paramref name="missing"/>.</summary>
    public static string Resolve(string template, Func<string, string?> environment, ICollection<string> missing, ICollection<string>? secrets = null) =>
        Reference().Replace(template, match =>
        {
            var name = match.Groups["name"].Value;
            if (environment(name) is { Length: > 0 } value)
            {
                secrets?.Add(value);
                return value;
            }

            if (match.Groups["default"] is { Success: true, Value: var fallback })
            {
                return fallback;
            }

            missing.Add(name);
            return "";
        });

    [GeneratedRegex(@"\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(:-(?<default>[^}]*))?\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Reference();
}
