using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Agent.Dashboard.Web.Access;

/// <summary>Keys and tokens the door knows; only their digests are kept.</summary>
sealed class AccessOptions
{
    public const string Section = "Access";

    public const int ShortestKey = 16;

    /// <summary>API keys: <c>Access:Keys:0:Name</c>, <c>:Sha256</c> (64 hex digits of the key's SHA-256) and <c>:Roles</c> (comma-delimited; default: operator, approver).</summary>
    public List<ApiKey> Keys { get; } = [];

    /// <summary>Digest of the one-time token of the console's login link; null = no link.</summary>
    public byte[]? LoginToken { get; private set; }

    public IReadOnlyList<string> Mistakes { get; private set; } = [];

    public void Read(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        if (configuration["AGENT_DOOR_KEY"] is { Length: > 0 } key)
        {
            if (key.Length < ShortestKey)
            {
                mistakes.Add($"AGENT_DOOR_KEY has {key.Length} characters; use at least {ShortestKey} random ones.");
            }

            Keys.Add(new ApiKey("local", Digest(key), [Role.Admin]));
        }

        foreach (var section in configuration.GetSection(Section + ":Keys").GetChildren())
        {
            if (section["Name"] is { Length: > 0 } name && section["Sha256"] is { Length: 64 } hex && hex.All(char.IsAsciiHexDigit))
            {
                var roles = ReadRoles(section["Roles"] ?? "operator,approver", section.Path, mistakes);
                Keys.Add(new ApiKey(name, Convert.FromHexString(hex), roles));
            }
            else
            {
                mistakes.Add($"{section.Path} needs a Name and a Sha256 of 64 hex digits (`printf %s KEY | sha256sum`).");
            }
        }

        if (Keys.Count == 0)
        {
            mistakes.Add("The door has no API key. Set AGENT_DOOR_KEY, or start the suite with `dotnet run --project AppHost`, which makes one.");
        }

        LoginToken = configuration["AGENT_LOGIN_TOKEN"] is { Length: > 0 } token ? Digest(token) : null;
        Mistakes = mistakes;
    }

    static List<Role> ReadRoles(string text, string path, List<string> mistakes)
    {
        var roles = new List<Role>();
        foreach (var word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (RoleNames.Parse(word) is { } role)
            {
                roles.Add(role);
            }
            else
            {
                mistakes.Add($"{path}:Roles names \"{word}\"; the roles are {RoleNames.All}.");
            }
        }

        return roles;
    }

    public static byte[] Digest(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}

/// <summary>Who a key stands for, the key's digest, and what they may do.</summary>
sealed record ApiKey(string Name, byte[] Sha256, IReadOnlyList<Role> Roles);

sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options) =>
        options.Mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Mistakes);
}
