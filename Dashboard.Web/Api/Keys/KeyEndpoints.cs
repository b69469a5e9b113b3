using System.Security.Claims;
using System.Text.RegularExpressions;
using Agent.Dashboard.Web.Access;
using Agent.Journal.Operators;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Agent.Dashboard.Web.Api.Keys;

/// <param name="Roles">viewer, operator, approver, admin; default: operator.</param>
sealed record AddKey(string? Name, IReadOnlyList<string>? Roles);

/// <summary>A new key; this is the only time it is shown.</summary>
sealed record KeyAdded(string Name, IReadOnlyList<Role> Roles, string Key);

sealed record KeyList(IReadOnlyList<StoredKey> Keys);

sealed record OperatorEntries(IReadOnlyList<OperatorEntry> Entries);

/// <summary>Who may come in, and what operators did beside runs.</summary>
static partial class KeyEndpoints
{
    const int MostListed = 1000;

    public static RouteGroupBuilder MapKeys(this IEndpointRouteBuilder app)
    {
        var keys = app.MapGroup("").WithTags("Access");

        keys.MapGet("/keys", List).Needs(Role.Admin).WithSummary("Keys that were added: names, roles, fingerprints");
        keys.MapPost("/keys", Add).Needs(Role.Admin).WithSummary("Add a key for a person or program; the answer shows it, once");
        keys.MapPost("/keys/{name}/revoke", Revoke).Needs(Role.Admin).WithSummary("Revoke a key; its sessions end too");
        keys.MapGet("/operator-log", Log).WithSummary("What operators did that belongs to no run, newest first");
        return keys;
    }

    static async Task<Ok<KeyList>> List(StoredKeys keys, CancellationToken cancellationToken) => TypedResults.Ok(new KeyList(await keys.ListAsync(cancellationToken)));

    static async Task<Results<Ok<KeyAdded>, ProblemHttpResult>> Add(AddKey body, ApiKeys all, StoredKeys keys, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        if (body.Name is not { } name || !Name().IsMatch(name))
        {
            return Problems.Of(400, "invalid_name", $"\"{body.Name}\" is no name for a key. Use 1 to 64 letters, digits, dots, dashes and underscores.");
        }

        var words = body.Roles ?? ["operator"];
        if (words.FirstOrDefault(word => RoleNames.Parse(word) is null) is { } unknown)
        {
            return Problems.Of(400, "invalid_role", $"\"{unknown}\" is no role. The roles are {RoleNames.All}.");
        }

        Role[] roles = [.. words.Select(word => RoleNames.Parse(word)!.Value).Distinct()];
        return !await all.IsTakenAsync(name, cancellationToken) && await keys.AddAsync(name, roles, user.PrincipalName(), cancellationToken) is { } secret
            ? TypedResults.Ok(new KeyAdded(name, roles, secret))
            : Problems.Of(409, "name_taken", $"There is a key for {name} already. Revoke it first, or choose another name.");
    }

    static async Task<Results<NoContent, ProblemHttpResult>> Revoke(string name, StoredKeys keys, ClaimsPrincipal user, CancellationToken cancellationToken) =>
        await keys.RevokeAsync(name, user.PrincipalName(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Of(404, "unknown_key", $"No key for {name} was added. GET /keys lists those that were; keys from the configuration are removed there.");

    static async Task<Results<Ok<OperatorEntries>, ProblemHttpResult>> Log(int? limit, OperatorLog log, CancellationToken cancellationToken) =>
        limit is < 1 or > MostListed
            ? Problems.Of(400, "invalid_limit", $"limit is {limit}; it goes from 1 to {MostListed}.")
            : TypedResults.Ok(new OperatorEntries(await log.ListAsync(limit ?? 100, cancellationToken)));

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex Name();
}
