using System.Text.Json;
using Agent.EndToEnd.Tests.Harness;

namespace Agent.EndToEnd.Tests.Crashes;

/// <summary>The policy service dies while it makes the bundle on trial the current one.</summary>
public class When_a_canary_is_promoted
{
    const string Rule = """

          - id: from-the-trial
            answer: deny
            reason: Was on trial.
            tools: [http_get]
        """;

    [Fact]
    public async Task Its_files_are_in_force_after_the_policy_service_died_over_it()
    {
        await using var fleet = await Fleet.StartAsync();
        var next = Directory.CreateTempSubdirectory("canary-");
        foreach (var file in Directory.GetFiles(fleet.PolicyDirectory, "*.yaml"))
        {
            var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(next.FullName, Path.GetFileName(file)), Path.GetFileName(file) == "tools.yaml" ? text.TrimEnd() + Rule : text, TestContext.Current.CancellationToken);
        }

        var started = await fleet.AgentAsync("policies", "canary", "start", "--bundle", next.FullName, "--share", "50%");
        started.ExitCode.ShouldBe(0, started.ToString());
        fleet.Arm("canary.promoting");

        // What it says of a service that dies over the answer is not the matter here.
        await fleet.AgentAsync("policies", "canary", "promote");
        await Fleet.HealthyAsync(fleet.Services.Single(service => service.Name == "policy-service"));

        fleet.IsTaken("canary.promoting").ShouldBeTrue(fleet.Logs());
        var status = await StatusAsync(fleet);
        status.GetProperty("state").GetString().ShouldBe("promoted", status.ToString());
        (await File.ReadAllTextAsync(Path.Combine(fleet.PolicyDirectory, "tools.yaml"), TestContext.Current.CancellationToken)).ShouldContain("from-the-trial");
        (await fleet.AgentAsync("policies", "status", "--json")).Output.ShouldContain(status.GetProperty("digest").GetString()!);
        next.Delete(recursive: true);
    }

    static async Task<JsonElement> StatusAsync(Fleet fleet)
    {
        var said = await fleet.AgentAsync("policies", "canary", "status", "--json");
        said.ExitCode.ShouldBe(0, said.ToString());
        return JsonDocument.Parse(said.Output).RootElement;
    }
}
