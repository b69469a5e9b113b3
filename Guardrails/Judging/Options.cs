namespace Agent.Guardrails.Judging;

/// <summary>Finds an option among arguments in the ways programs take it: exact, with a value, shortened, in a cluster.</summary>
static class Options
{
    /// <param name="option"><c>--force</c>, <c>-f</c>, <c>-exec</c> (one dash, long), or with a trailing <c>*</c>.</param>
    public static bool Has(IReadOnlyList<string> argv, string option)
    {
        for (var i = 1; i < argv.Count; i++)
        {
            if (Is(argv[i], option))
            {
                return true;
            }
        }

        return false;
    }

    static bool Is(string argument, string option)
    {
        if (option.EndsWith('*'))
        {
            return argument.StartsWith(option.AsSpan(0, option.Length - 1), StringComparison.Ordinal);
        }

        if (option.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            return name.Length > 2 && name.StartsWith("--", StringComparison.Ordinal) && option.StartsWith(name, StringComparison.Ordinal);
        }

        if (option.Length == 2 && option[0] == '-')
        {
            return argument.Length > 1 && argument[0] == '-' && argument[1] != '-' && argument.Contains(option[1]);
        }

        return string.Equals(argument, option, StringComparison.Ordinal);
    }
}
