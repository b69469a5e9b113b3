using System.Text.RegularExpressions;

namespace Agent.Guardrails.Secrets;

/// <summary>Takes out of tool outputs and model replies what is a secret by its look, or because this process was given it as one, before it reaches journal and model. What merely stands under the name "password" stays:
/// source code is full of such names, and a model that is shown changed code edits it wrongly.</summary>
public static partial class SecretText
{
    public static string Redact(string text)
    {
        try
        {
            return Keys().Replace(KnownSecrets.Mask(text), "***");
        }
        catch (RegexMatchTimeoutException)
        {
            return $"[not shown: {text.Length} characters that could not be searched for secrets in time]";
        }
    }

    [GeneratedRegex(
        @"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|\z)"
        + @"|\b(?:sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{20,}|AKIA[0-9A-Z]{16}|AIza[A-Za-z0-9_-]{35}|npm_[A-Za-z0-9]{36})\b"
        + @"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}",
        RegexOptions.CultureInvariant, 2000)]
    private static partial Regex Keys();
}
