using Agent.ServiceDefaults.Starting;

namespace Agent.Policy.Service.Tests.Bundles;

public class When_the_service_starts
{
    [Fact]
    public async Task Malformed_policies_and_nothing_earlier_stop_it_with_every_mistake()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Broken);

        var refused = Should.Throw<SettingsException>(() => world.Start());

        refused.Message.ShouldContain("tools.yaml:2:");
        refused.Message.ShouldContain("Did you mean `answer`?");
        refused.Message.ShouldContain("tools.yaml:3:");
    }

    [Fact]
    public async Task A_missing_directory_is_named()
    {
        await using var world = new PolicyWorld();

        Should.Throw<SettingsException>(() => world.Start("/nowhere/policies")).Message.ShouldContain("/nowhere/policies");
    }

    [Fact]
    public async Task The_last_good_bundle_of_the_same_directory_is_taken_up_again()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        var before = await PolicyWorld.CurrentAsync(world.Start());
        await world.StopAsync();
        world.Write(PolicyWorld.Broken);

        var client = world.Start();

        (await PolicyWorld.CurrentAsync(client)).Digest.ShouldBe(before.Digest);
        (await PolicyWorld.StatusAsync(client)).GetProperty("mistakes").GetArrayLength().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_last_good_bundle_of_another_directory_is_not_taken()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        await world.StopAsync();
        var other = Path.Combine(world.Policies, "other");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(other, "tools.yaml"), PolicyWorld.Broken);

        Should.Throw<SettingsException>(() => world.Start(other));
    }

    [Fact]
    public async Task A_bundle_on_disk_that_was_changed_is_not_taken_up()
    {
        await using var world = new PolicyWorld();
        world.Write(PolicyWorld.Sound);
        world.Start();
        await world.StopAsync();
        var file = Directory.GetFiles(Path.Combine(world.State, "policy", "bundles")).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("read_file", "rm_file", StringComparison.Ordinal));
        world.Write(PolicyWorld.Broken);

        Should.Throw<SettingsException>(() => world.Start());
    }
}
