using Agent.ServiceDefaults.Starting;
using Microsoft.Extensions.Options;

namespace Agent.ServiceDefaults.Tests.Starting;

public class FailedStartTests
{
    [Fact]
    public void Describe_WrongOptions_NamesEveryMistake()
    {
        var exception = new AggregateException(
            new OptionsValidationException("a", typeof(object), ["Executor:Steps:ToolTimeout must be at least 1 s."]),
            new OptionsValidationException("b", typeof(object), ["AGENT_MODEL is empty.", "OPENAI_BASE_URL is no address."]));

        var (code, message) = FailedStart.Describe("Agent.Executor.Service", exception);

        code.ShouldBe(2);
        message.ShouldContain("Executor:Steps:ToolTimeout");
        message.ShouldContain("AGENT_MODEL is empty.");
        message.ShouldContain("OPENAI_BASE_URL is no address.");
    }

    [Fact]
    public void Describe_WrongInput_IsItsMessageAlone()
    {
        var (code, message) = FailedStart.Describe("Agent.Policy.Service", new SettingsException("policies/tools.yaml", ["line 3: no such effect", "line 9: no reason"]));

        code.ShouldBe(2);
        message.ReplaceLineEndings("\n").ShouldBe("policies/tools.yaml:\n  - line 3: no such effect\n  - line 9: no reason");
    }

    [Fact]
    public void Describe_AnythingElse_IsInfrastructureAndNoTrace()
    {
        var (code, message) = FailedStart.Describe("Agent.Executor.Service", new AggregateException(new InvalidOperationException("The disk is full.")));

        code.ShouldBe(8);
        message.ShouldBe("Agent.Executor.Service can not start: The disk is full.");
    }
}
