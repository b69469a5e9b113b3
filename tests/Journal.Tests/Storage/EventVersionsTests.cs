using System.Text;
using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests.Storage;

public class EventVersionsTests
{
    static readonly EventVersions Versions = new(
    [
        new Upcast("RunHalted", 1, "RunPaused", data =>
        {
            data["principal"] = data["who"]?.DeepClone();
            data.Remove("who");
        }),
        new Upcast("RunPaused", 2, "RunPaused", data => data["comment"] = $"was: {data["comment"]}"),
    ]);

    [Fact]
    public void An_event_of_an_older_version_is_lifted_step_by_step_through_renames()
    {
        var read = Versions.Read("RunHalted", 1, """{"who":"ada","comment":"x"}"""u8);

        read.ShouldBe(new RunPaused("ada", "was: x"));
        Versions.Current("RunPaused").ShouldBe(3);
    }

    [Fact]
    public void An_event_of_the_current_version_is_read_as_it_is() =>
        Versions.Read("RunPaused", 3, """{"principal":"ada"}"""u8).ShouldBe(new RunPaused("ada"));

    [Theory]
    [InlineData("RunPaused", 9)]
    [InlineData("RunTeleported", 1)]
    public void What_a_newer_program_wrote_is_named(string type, int version) =>
        Should.Throw<JournalFormatException>(() => Versions.Read(type, version, "{}"u8)).Message.ShouldContain($"{type} of version {version}");

    [Fact]
    public void Members_of_later_versions_are_no_obstacle() =>
        EventVersions.Known.Read("RunPaused", 1, """{"principal":"ada","mood":"good"}"""u8).ShouldBe(new RunPaused("ada"));

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"actor":"x","at":"yesterday","data":{},"run":"01900000-0000-7000-8000-000000000001","seq":1,"type":"RunPaused","v":1}""")]
    [InlineData("""{"at":"2026-01-01T09:00:00Z","actor":"x"}""")]
    public void What_is_no_entry_is_a_format_error(string canonical) =>
        Should.Throw<JournalFormatException>(() => EntryCodec.Decode(Encoding.UTF8.GetBytes(new string('0', 64) + canonical), JournalHead.Empty.Hash));
}
