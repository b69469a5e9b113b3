namespace Agent.RedisTransport.Topology;

/// <summary>Where messages go: <c>redis://127.0.0.1:6379/execute-step</c>, <c>…/Agent.Contracts:RunAdvanced?type=topic</c>, <c>…/bus_x?temporary=true</c>;
/// short: <c>queue:execute-step</c>, <c>topic:Agent.Contracts:RunAdvanced</c>. The host is a label: everything goes to the server of the bus.</summary>
readonly record struct RedisAddress(Uri Host, string Name, bool IsTopic, bool IsTemporary)
{
    public const string Scheme = "redis";

    public static RedisAddress Topic(Uri host, string name) => new(host, name, IsTopic: true, IsTemporary: false);

    public static RedisAddress Queue(Uri host, string name, bool temporary) => new(host, name, IsTopic: false, temporary);

    /// <exception cref="ArgumentException">The address is of no scheme this transport knows.</exception>
    public static RedisAddress Parse(Uri host, Uri address)
    {
        var (isTopic, name) = address.Scheme.ToLowerInvariant() switch
        {
            Scheme => (false, address.AbsolutePath.TrimStart('/')),
            "queue" => (false, address.AbsolutePath),
            "topic" or "exchange" => (true, address.AbsolutePath),
            _ => throw new ArgumentException($"The address {address} has the scheme '{address.Scheme}'; this bus knows redis://host/queue, queue:name and topic:name.", nameof(address)),
        };
        var temporary = false;
        foreach (var option in address.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            isTopic |= option == "type=topic";
            temporary |= option == "temporary=true";
        }

        return new RedisAddress(host, Uri.UnescapeDataString(name), isTopic, temporary);
    }

    public Uri ToUri() => new($"{Scheme}://{Host.Authority}/{Uri.EscapeDataString(Name).Replace("%3A", ":", StringComparison.Ordinal)}{(IsTopic ? "?type=topic" : IsTemporary ? "?temporary=true" : "")}");
}
