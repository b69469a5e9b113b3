namespace Agent.Guardrails.Secrets;

/// <summary>Values this process was given as secrets: its keys and passwords. They are taken out of whatever is written, in whatever place they turn up.</summary>
public static class KnownSecrets
{
    /// <summary>Shorter values appear in ordinary text.</summary>
    public const int Shortest = 12;

    static readonly string[] Names = ["key", "token", "secret", "password", "passwd", "credential"];
    static readonly Lock Learning = new();

    static string[] _values = [];

    /// <summary>Learns the settings whose names say that they are secret.</summary>
    public static void Learn(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var found = settings.Where(setting => IsSecret(setting.Key, setting.Value)).Select(setting => setting.Value!)
            .Concat(settings.SelectMany(setting => PasswordsIn(setting.Value)));
        lock (Learning)
        {
            // The longest first: one may hold another.
            _values = [.. _values.Concat(found).Concat(found.Select(Encoded)).Where(value => value.Length >= Shortest).Distinct(StringComparer.Ordinal).OrderByDescending(value => value.Length)];
        }
    }

    public static string Mask(string text)
    {
        foreach (var value in Volatile.Read(ref _values))
        {
            text = text.Replace(value, "***", StringComparison.Ordinal);
        }

        return text;
    }

    // Paths of key files are no secrets.
    static bool IsSecret(string name, string? value) =>
        value is { Length: >= Shortest } && !value.Contains('/') && !value.Contains(' ') && Array.Exists(Names, word => name.EndsWith(word, StringComparison.OrdinalIgnoreCase));

    // host:port,password=…
    static IEnumerable<string> PasswordsIn(string? value) => (value ?? "").Split(',', ';')
        .Where(part => part.TrimStart().StartsWith("password=", StringComparison.OrdinalIgnoreCase)).Select(part => part.Trim()["password=".Length..]);

    static string Encoded(string value) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(value)).TrimEnd('=');
}
