using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Agent.Contracts;

namespace Agent.Mcp.Gateway.Endpoints.Settings;

/// <summary>One entry of the endpoints file, checked field by field.</summary>
static partial class EndpointReader
{
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static EndpointSettings Read(string file, string? name, JsonPlace place, List<Mistake> mistakes)
    {
        var entry = new EntryReader(file, place, mistakes);
        var given = entry.Text("name");
        name ??= given;
        if (name is null)
        {
            entry.Wrong("The endpoint has no name.", "Add \"name\": it becomes the prefix of the endpoint's tools.");
        }
        else if (!Name().IsMatch(name) || name.Contains("__", StringComparison.Ordinal))
        {
            entry.Wrong(entry.Field("name") ?? place, $"'{name}' can not be an endpoint's name.", "Use 1 to 32 letters, digits, '-' and single '_', beginning and ending with a letter or digit.");
        }

        var timeouts = entry.Entry("timeouts");
        var call = timeouts?.Duration("call", TimeSpan.FromSeconds(60), Tick, Hour) ?? TimeSpan.FromSeconds(60);
        var settings = new EndpointSettings
        {
            Name = name ?? "",
            Fingerprint = Fingerprint(place),
            Target = Target(entry),
            Enabled = entry.Flag("enabled", true) && !entry.Flag("disabled", false),
            ConnectTimeout = timeouts?.Duration("connect", TimeSpan.FromSeconds(30), Tick, Hour) ?? TimeSpan.FromSeconds(30),
            CallTimeout = call,
            ProbeTimeout = timeouts?.Duration("probe", call, Tick, Hour) ?? call,
            MaxConcurrent = entry.Count("max_concurrent", 16, 1, 1024),
            RateLimit = RateLimit(entry.Entry("rate_limit")),
            Health = Health(entry.Entry("health")),
            Breaker = Breaker(entry.Entry("breaker")),
            AllowedTools = entry.Texts("allowed_tools", ["*"]),
            Effects = Effects(entry),
            TrustHints = entry.Flag("trust_hints", false),
        };
        if (settings.ProbeTimeout < settings.CallTimeout)
        {
            timeouts!.Wrong(timeouts.Field("probe")!, "A probe gives up sooner than a call may take, so that a slow endpoint would be called dead.", $"Leave it out, or make it at least {settings.CallTimeout:c}.");
        }

        timeouts?.NothingElse();
        entry.NothingElse();
        return settings;
    }

    static EndpointTarget Target(EntryReader entry)
    {
        var type = entry.Text("type") ?? entry.Text("transport");
        var url = entry.Text("url");
        var command = entry.Text("command");
        var arguments = entry.Texts("args", []);
        var directory = entry.Text("cwd");
        var environment = Templates(entry, "env");
        var headers = Templates(entry, "headers");
        foreach (var (field, text) in arguments.Select(argument => ("args", (string?)argument)).Append(("command", command)).Append(("cwd", directory)).Append(("url", url)))
        {
            if (text is not null && EnvironmentReferences.IsMalformed(text))
            {
                entry.Wrong(entry.Field(field)!, $"'{text}' has a '${{' that is no reference.", "Write ${NAME} or ${NAME:-default}.");
            }
        }

        if (url is null == command is null)
        {
            entry.Wrong(url is null ? "There is neither 'url' nor 'command'." : "There are both 'url' and 'command'.", "Give 'url' for a Streamable HTTP server, or 'command' (with 'args', 'env') for one to be started.");
        }

        if (type is not null && !(url is not null && type is "http" or "streamable-http" or "streamableHttp" or "streamable_http") && !(command is not null && type == "stdio"))
        {
            entry.Wrong(entry.Field("type") ?? entry.Field("transport")!, $"Type '{type}' does not go with this entry.", "Leave it out: 'url' means Streamable HTTP, 'command' means stdio. The older SSE transport is not spoken.");
        }

        if (url is null)
        {
            Misplaced(entry, "headers", "url");
            if (command is { } text && string.IsNullOrWhiteSpace(text))
            {
                entry.Wrong(entry.Field("command")!, "The command is empty.", "Name the program to start.");
            }

            return new EndpointTarget.Stdio(command ?? "", arguments, environment, directory);
        }

        Misplaced(entry, "args", "command");
        Misplaced(entry, "env", "command");
        Misplaced(entry, "cwd", "command");
        if (!EnvironmentReferences.HasAny(url) && (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https") || parsed.UserInfo.Length > 0))
        {
            entry.Wrong(entry.Field("url")!, $"'{url}' is not an http or https address without user name.", "Write e.g. https://host/mcp; credentials go into 'headers'.");
        }

        return new EndpointTarget.Http(url, headers);
    }

    static void Misplaced(EntryReader entry, string field, string owner)
    {
        if (entry.Field(field) is { } place)
        {
            entry.Wrong(place, $"'{field}' goes with '{owner}', which is not given.", "Remove one or add the other.");
        }
    }

    static Dictionary<string, string> Templates(EntryReader entry, string field)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, place) in entry.Map(field))
        {
            if (EnvironmentReferences.IsMalformed(place.Text))
            {
                entry.Wrong(place, "There is a '${' that is no reference.", "Write ${NAME} or ${NAME:-default}.");
            }
            else if (CredentialName().IsMatch(key) && place.Text.Length > 0 && !EnvironmentReferences.HasAny(place.Text))
            {
                entry.Wrong(place, $"'{key}' looks like a credential written into the file.", "Put it into an environment variable and write ${NAME}.");
            }

            map[key] = place.Text;
        }

        return map;
    }

    static RateLimitSettings? RateLimit(EntryReader? entry)
    {
        if (entry is null)
        {
            return null;
        }

        var perSecond = entry.Field("per_second") is not null;
        var perMinute = entry.Field("per_minute") is not null;
        if (perSecond == perMinute)
        {
            entry.Wrong("The rate limit needs one of 'per_second' and 'per_minute'.", "E.g. {\"per_second\": 5, \"burst\": 10}.");
        }

        var rate = perMinute ? entry.Number("per_minute", 60, 0.01, 6_000_000) / 60 : entry.Number("per_second", 1, 0.0001, 100_000);
        var limit = new RateLimitSettings(rate, entry.Count("burst", (int)Math.Clamp(Math.Ceiling(rate), 1, 100_000), 1, 100_000), entry.Duration("max_wait", TimeSpan.FromSeconds(1), TimeSpan.Zero, Hour));
        entry.NothingElse();
        return limit;
    }

    static HealthSettings Health(EntryReader? entry)
    {
        var health = new HealthSettings();
        if (entry is null)
        {
            return health;
        }

        health = new()
        {
            Interval = entry.Duration("interval", health.Interval, Tick, Hour),
            UnhealthyAfter = entry.Count("unhealthy_after", health.UnhealthyAfter, 1, 100),
            HealthyAfter = entry.Count("healthy_after", health.HealthyAfter, 1, 100),
        };
        entry.NothingElse();
        return health;
    }

    static BreakerSettings Breaker(EntryReader? entry)
    {
        var breaker = new BreakerSettings();
        if (entry is null)
        {
            return breaker;
        }

        breaker = new()
        {
            ConsecutiveFailures = entry.Count("consecutive_failures", breaker.ConsecutiveFailures, 1, 1000),
            TotalFailures = entry.Count("total_failures", breaker.TotalFailures, 1, 1000),
            Window = entry.Count("window", breaker.Window, 1, 1000),
            OpenFor = entry.Duration("open_for", breaker.OpenFor, Tick, Hour),
        };
        if (breaker.TotalFailures > breaker.Window)
        {
            entry.Wrong($"{breaker.TotalFailures} failures never fit into a window of {breaker.Window} calls.", "Make 'window' at least 'total_failures'.");
        }

        entry.NothingElse();
        return breaker;
    }

    static List<KeyValuePair<string, EffectClass>> Effects(EntryReader entry)
    {
        var effects = new List<KeyValuePair<string, EffectClass>>();
        foreach (var (tool, place) in entry.Map("effects"))
        {
            if (Enum.TryParse<EffectClass>(place.Text, ignoreCase: true, out var effect) && !char.IsAsciiDigit(place.Text[0]))
            {
                effects.Add(new(tool, effect));
            }
            else
            {
                entry.Wrong(place, $"'{place.Text}' is not an effect class.", "Use pure, idempotent, compensatable or irreversible.");
            }
        }

        return effects;
    }

    static string Fingerprint(JsonPlace place)
    {
        var text = new StringBuilder();
        Write(place, text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));

        static void Write(JsonPlace place, StringBuilder text)
        {
            text.Append((int)place.Kind).Append(':').Append(place.Text.Length).Append(':').Append(place.Text).Append(place.Properties.Count + place.Items.Count).Append('(');
            foreach (var (name, value) in place.Properties)
            {
                text.Append(JsonSerializer.Serialize(name));
                Write(value, text);
            }

            place.Items.ForEach(item => Write(item, text));
            text.Append(')');
        }
    }

    [GeneratedRegex("^[A-Za-z0-9]([A-Za-z0-9_-]{0,30}[A-Za-z0-9])?$", RegexOptions.None, 1000)]
    private static partial Regex Name();

    [GeneratedRegex("(authorization|cookie|[-_]key|apikey|accesskey|secret|password|passwd|token)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CredentialName();
}
