using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.OpenAi;

/// <summary>Where a role's model is.</summary>
/// <param name="Timeout">How long one answer may take.</param>
/// <param name="Parallel">How many requests the server is given at once, by this process.</param>
sealed record ModelServer(Uri BaseUrl, string? Key, string Model, bool ForceChatCompletions, TimeSpan Timeout, int Parallel)
{
    /// <summary>Where servers in Azure's style look for the key.</summary>
    public const string KeyHeader = "api-key";

    public const string DefaultModel = "gpt-4o-mini";

    static readonly Uri OpenAi = new("https://api.openai.com/v1");

    public bool IsOpenAi => BaseUrl.Host == OpenAi.Host;

    /// <summary>The base address has a query (<c>…/openai/deployments/x?api-version=2024-10-21</c>), as servers in Azure's style want it: it belongs to each route.</summary>
    public bool HasQuery => BaseUrl.Query.Length > 1;

    /// <summary>The base address without its query.</summary>
    public Uri Endpoint => HasQuery ? new UriBuilder(BaseUrl) { Query = "" }.Uri : BaseUrl;

    /// <summary>The address of a route, whatever the base address ends in.</summary>
    public Uri Route(string name) => new($"{Endpoint.AbsoluteUri.TrimEnd('/')}/{name}{BaseUrl.Query}");

    /// <summary>Puts the key where the server looks for it.</summary>
    public void Authorize(HttpRequestMessage request)
    {
        if (Key is null)
        {
            return;
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        if (HasQuery)
        {
            request.Headers.Add(KeyHeader, Key);
        }
    }

    /// <summary>The role's own settings (<c>Llm:Executor:BaseUrl</c>, <c>:Key</c>, <c>:Model</c>, <c>:Timeout</c>, <c>:Parallel</c>), else those of all roles; null: no model is configured.</summary>
    /// <exception cref="FormatException">Names every setting that is wrong.</exception>
    public static ModelServer? Read(IConfiguration configuration, ModelRole role)
    {
        var mistakes = new List<string>();
        var own = configuration.GetSection($"Llm:{role}");
        var address = Given(own["BaseUrl"]) ?? Given(configuration["OPENAI_BASE_URL"]);
        var key = Given(own["Key"]) ?? Given(configuration["OPENAI_API_KEY"]);
        if (address is null && key is null)
        {
            return null;
        }

        if (!Uri.TryCreate(address ?? OpenAi.AbsoluteUri, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            mistakes.Add($"OPENAI_BASE_URL is `{address}`, which is no http address. It looks like http://localhost:1234/v1.");
        }

        var timeout = TimeSpan.FromMinutes(5);
        if (Given(own["Timeout"] ?? configuration["Llm:Timeout"]) is { } timeText && !(TimeSpan.TryParse(timeText, CultureInfo.InvariantCulture, out timeout) && timeout > TimeSpan.Zero))
        {
            mistakes.Add($"Llm:Timeout is `{timeText}`, which is no time. It looks like 00:05:00.");
        }

        var parallel = 4;
        if (Given(own["Parallel"] ?? configuration["Llm:Parallel"]) is { } parallelText && !(int.TryParse(parallelText, CultureInfo.InvariantCulture, out parallel) && parallel is >= 1 and <= 1000))
        {
            mistakes.Add($"Llm:Parallel is `{parallelText}`; it is a number from 1 to 1000.");
        }

        var force = false;
        if (Given(configuration["AGENT_FORCE_CHAT_COMPLETIONS"]) is { } forceText && !bool.TryParse(forceText, out force))
        {
            mistakes.Add($"AGENT_FORCE_CHAT_COMPLETIONS is `{forceText}`; it is true or false.");
        }

        return mistakes.Count == 0
            ? new ModelServer(url!, key, Given(own["Model"]) ?? Given(configuration["AGENT_MODEL"]) ?? DefaultModel, force, timeout, parallel)
            : throw new FormatException(string.Join(Environment.NewLine, mistakes));
    }

    static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    /// <summary>Without the key.</summary>
    public override string ToString() => $"{Model} at {BaseUrl}";
}
