using Agent.Cli.Door;

namespace Agent.Cli.Tests.Door;

public sealed class DoorAddressTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("door-").FullName;

    [Fact]
    public void Find_FromASubdirectory_TakesTheStateDirectoryAbove()
    {
        Write(Path.Combine(_folder, ".agent"), """{"url":"http://127.0.0.1:7081","key":"k"}""");
        var below = Directory.CreateDirectory(Path.Combine(_folder, "src", "deep")).FullName;

        var address = DoorAddress.Find(below, "/", _ => null);

        address.Url.ShouldBe(new Uri("http://127.0.0.1:7081"));
        address.Key.ShouldBe("k");
    }

    [Fact]
    public void Find_WithAStateDirectory_LooksNowhereElse()
    {
        Write(Path.Combine(_folder, ".agent"), """{"url":"http://127.0.0.1:7081","key":"k"}""");

        var refused = Should.Throw<CommandException>(() => DoorAddress.Find(_folder, "/", name => name == "AGENT_STATE_DIR" ? Path.Combine(_folder, "other") : null));

        refused.ExitCode.ShouldBe(ExitCode.Infrastructure);
        refused.Message.ShouldContain("No suite is running");
    }

    [Fact]
    public void Find_WithUrlAndKey_AsksNoFile()
    {
        var address = DoorAddress.Find(_folder, "/", name => name switch { "AGENT_DOOR_URL" => "http://example.test:1", "AGENT_DOOR_KEY" => "given", _ => null });

        address.ShouldBe(new DoorAddress(new Uri("http://example.test:1"), "given", "AGENT_DOOR_URL"));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    public void Find_AFileThatIsNoDoor_NamesIt(string content)
    {
        Write(Path.Combine(_folder, ".agent"), content);

        Should.Throw<CommandException>(() => DoorAddress.Find(_folder, "/", _ => null)).Message.ShouldContain("door.json can not be read");
    }

    [Fact]
    public void Find_AnUrlThatIsNone_NamesTheSetting() =>
        Should.Throw<CommandException>(() => DoorAddress.Find(_folder, "/", name => name == "AGENT_DOOR_URL" ? "7081" : null)).Message.ShouldContain("AGENT_DOOR_URL is '7081'");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    static void Write(string directory, string content)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "door.json"), content);
    }
}
