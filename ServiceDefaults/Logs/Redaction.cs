using System.Text.RegularExpressions;
using Agent.Guardrails.Secrets;

namespace Agent.ServiceDefaults.Logs;

/// <summary>Secrets are taken out where things are written, by their value where the process was given them, by the name they stand under and by their look.</summary>
public static partial class Redaction
{
    public const string Mask = "***";

    /// <summary><c>password=hunter2</c> → <c>password=***</c>; <c>Authorization: Bearer abc</c> → <c>Authorization: ***</c>; <c>sk-…</c> → <c>***</c>.</summary>
    public static string Redact(string text)
    {
        var open = Keys().Replace(Named().Replace(KnownSecrets.Mask(text), "$1$2" + Mask), Mask);
        return HidesPersonalData ? PersonalData.Redact(open) : open;
    }

    /// <summary>As <c>personal_data.logs</c> of the policies in force says; before they are known it is hidden.</summary>
    public static bool HidesPersonalData { get; set; } = true;

    // Both take time in proportion to the text, so they need no time-out, and a log line must not fail on a machine that is slow for a moment.
    [GeneratedRegex("""\b(password|passwd|secret|token|api[-_]?key|authorization|x-agent-key)("?\s*[=:]\s*"?)(?:bearer\s+)?[^\s"',;&]+""", RegexOptions.IgnoreCase)]
    private static partial Regex Named();

    [GeneratedRegex(@"\b(?:sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16})\b")]
    private static partial Regex Keys();
}
