namespace Agent.ServiceDefaults.Tests;

public class CrashPointTests
{
    [Theory]
    [InlineData(null, null, 0)]
    [InlineData("", null, 0)]
    [InlineData("call.started", "call.started", 1)]
    [InlineData("call.started@3", "call.started", 3)]
    [InlineData("call.started@x", null, 0)]
    public void Parse_NameAndTimes(string? text, string? name, int times) =>
        CrashPoint.Parse(text).ShouldBe(name is null ? null : ((string, int)?)(name, times));

    [Fact]
    public void TryTake_AnArmedPlace_IsTakenOnce()
    {
        var directory = Directory.CreateTempSubdirectory("crash-").FullName;
        var place = Path.Combine(directory, "call.started");
        File.WriteAllText(place, "");

        Enumerable.Range(0, 5).Count(_ => CrashPoint.TryTake(place)).ShouldBe(1);
        CrashPoint.TryTake(Path.Combine(directory, "call.acted")).ShouldBeFalse();

        Directory.Delete(directory, recursive: true);
    }
}
