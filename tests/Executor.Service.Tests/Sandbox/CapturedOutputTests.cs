using Agent.Executor.Service.Sandbox;

namespace Agent.Executor.Service.Tests.Sandbox;

public class CapturedOutputTests
{
    [Fact]
    public void Text_WithinTheBound_IsWhole()
    {
        var output = new CapturedOutput(100);
        output.Add("hello "u8);
        output.Add(new byte[60].AsSpan());
        output.Add("end"u8);

        output.TotalBytes.ShouldBe(69);
        output.Text.ShouldStartWith("hello \\x00");
        output.Text.ShouldEndWith("end");
        output.Text.ShouldNotContain("dropped");
    }
}
