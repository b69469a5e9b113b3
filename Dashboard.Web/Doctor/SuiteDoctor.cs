using System.Text.Json;
using Agent.Contracts;
using Agent.Dashboard.Web.Api;

namespace Agent.Dashboard.Web.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Found">What is so.</param>
/// <param name="Cure">What to do about it; null if all is well.</param>
sealed record DoctorCheck(string Name, bool Ok, string Found, string? Cure = null);

/// <summary>Looks at the running suite: each service, what it enforces, the sandbox, the MCP endpoints, the disk of the state directory.</summary>
sealed class SuiteDoctor(IHttpClientFactory clients, IConfiguration configuration)
{
    const long LeastFree = 1L << 30;

    static readonly Peer[] Enforcing = [Peer.Planner, Peer.Executor, Peer.Reviewer, Peer.Gateway];
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<IReadOnlyList<DoctorCheck>> LookAsync(CancellationToken cancellationToken)
    {
        var services = await Task.WhenAll(new[] { Peer.Policies }.Concat(Enforcing).Select(peer => HealthAsync(peer, cancellationToken)));
        var bundles = await Task.WhenAll(Enforcing.Select(async peer => (peer, digest: Text(await AskAsync(peer, "guardrails/enforced", cancellationToken), "digest"))));
        var sandbox = await AskAsync(Peer.Executor, "sandbox", cancellationToken);
        return [.. services, Bundles(bundles), Sandbox(sandbox), State()];
    }

    /// <summary>Whether the present program can go on with every open run.</summary>
    public async Task<DoctorCheck> OpenRunsAsync(CancellationToken cancellationToken)
    {
        if (await AskAsync(Peer.Planner, "runs/dry-resume", cancellationToken) is not { } answer)
        {
            return new DoctorCheck("open runs", false, $"{Peer.Planner.Title} does not answer.", "Look at the planner's health first.");
        }

        var failed = answer.GetProperty("failed").EnumerateArray().Select(run => $"{Text(run, "run_id")}: {Text(run, "reason")}").ToList();
        var open = answer.GetProperty("open").GetInt32();
        return failed.Count == 0
            ? new DoctorCheck("open runs", true, $"{open} open runs read and could go on with this version.")
            : new DoctorCheck("open runs", false, $"{failed.Count} of {open} open runs can not go on: {string.Join("; ", failed)}", "Go back to the version that wrote them, or cancel them.");
    }

    async Task<DoctorCheck> HealthAsync(Peer peer, CancellationToken cancellationToken)
    {
        if (await AskAsync(peer, "health", cancellationToken) is not { } health)
        {
            return new DoctorCheck(peer.Service, false, "It does not answer.", configuration[$"services:{peer.Service}:http:0"] is { Length: > 0 } address
                ? $"Nothing answers at {address}: look at the log of {peer.Service}, and start the suite again with `dotnet run --project AppHost`."
                : $"services__{peer.Service}__http__0 is not set: start the suite with `dotnet run --project AppHost`, which sets it.");
        }

        var bad = health.GetProperty("checks").EnumerateObject().Where(check => Text(check.Value, "status") != "healthy").Select(check => $"{check.Name}: {Text(check.Value, "reason")}").ToList();
        var found = $"{Text(health, "status")}: {string.Join(", ", health.GetProperty("checks").EnumerateObject().Select(check => check.Name))}";
        return bad.Count == 0 ? new DoctorCheck(peer.Service, true, found) : new DoctorCheck(peer.Service, false, string.Join("; ", bad), $"Mend what {peer.Service} names; it goes on by itself then.");
    }

    static DoctorCheck Bundles((Peer Peer, string? Digest)[] bundles)
    {
        var found = string.Join(", ", bundles.Select(bundle => $"{bundle.Peer.Service} {bundle.Digest?[..12] ?? "none"}"));
        return bundles.All(bundle => bundle.Digest is not null && bundle.Digest == bundles[0].Digest)
            ? new DoctorCheck("policies", true, $"All enforce bundle {bundles[0].Digest![..12]}.")
            : new DoctorCheck("policies", false, found, "Services should enforce one bundle: `agent policies reload`; a service with none can not reach the policy service or does not have its public key.");
    }

    static DoctorCheck Sandbox(JsonElement? sandbox) => Text(sandbox, "level") switch
    {
        null => new DoctorCheck("sandbox", false, "Not known: the executor does not answer.", "Look at the executor's health first."),
        "plain" => new DoctorCheck("sandbox", false, $"plain: {Text(sandbox, "reason")}", "Install bubblewrap (`apt install bubblewrap`), or run on a kernel with Landlock: commands run unconfined now."),
        { } level => new DoctorCheck("sandbox", true, $"{level}: {Text(sandbox, "reason")}"),
    };

    DoctorCheck State()
    {
        var directory = Path.GetFullPath(configuration["AGENT_STATE_DIR"] is { Length: > 0 } state ? state : ".agent");
        if (!Directory.Exists(directory))
        {
            return new DoctorCheck("state directory", false, $"{directory} is not there.", "Set AGENT_STATE_DIR to a directory the suite may write to.");
        }

        var free = new DriveInfo(directory).AvailableFreeSpace;
        return free >= LeastFree
            ? new DoctorCheck("state directory", true, $"{directory}, {free >> 20} MiB free")
            : new DoctorCheck("state directory", false, $"{directory} has {free >> 20} MiB left.", "Free at least 1 GiB, or move AGENT_STATE_DIR: a full disk stops the store.");
    }

    async Task<JsonElement?> AskAsync(Peer peer, string path, CancellationToken cancellationToken)
    {
        var client = clients.For(peer);
        if (client.BaseAddress is null)
        {
            return null;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            // A service that is not well says so with 503 and a body.
            using var response = await client.GetAsync(path, patience.Token);
            return await response.Content.ReadFromJsonAsync<JsonElement>(ContractJson.Options, patience.Token);
        }
        catch (Exception away) when (away is HttpRequestException or JsonException || (away is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    static string? Text(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var value) ? value.ToString() is { Length: > 0 } text ? text : null : null;
}
