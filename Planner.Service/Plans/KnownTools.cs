namespace Agent.Planner.Service.Plans;

/// <summary>Tools a plan may name: the built-in ones.</summary>
static class KnownTools
{
    public static IReadOnlySet<string> BuiltIn { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "read_file", "write_file", "edit_file", "list_files", "search_text", "run_command", "git", "http_get", "http_request",
    };
}
