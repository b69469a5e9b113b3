using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Tools;

namespace Agent.Executor.Service.Tests.Tools;

public class CheckAnswerTests
{
    [Theory]
    [InlineData("read_file", "released v7", false, "v7", true)]
    [InlineData("read_file", "released v6", false, "v7", false)]
    [InlineData("read_file", "released v6 …", true, "v7", null)]
    [InlineData("read_file", "released v7 …", true, "v7", true)]
    [InlineData("read_file", "released v7", false, null, null)]
    [InlineData("run_command", """{"exit_code":0,"stdout":"v7","stderr":""}""", false, "v7", true)]
    [InlineData("run_command", """{"exit_code":0,"stdout":"v6","stderr":""}""", false, "v7", false)]
    [InlineData("run_command", """{"exit_code":1,"stdout":"","stderr":"cat: v7: No such file or directory"}""", false, "v7", null)]
    [InlineData("run_command", """{"exit_code":0,"stdout":"v6""", true, "v7", null)]
    public void Of_WhatWasShown_SaysOnlyWhatIsClear(string tool, string output, bool truncated, string? expected, bool? happened) =>
        CheckAnswer.Of(Made(tool, output, truncated), expected).ShouldBe(happened);

    [Theory]
    [InlineData(ToolCallOutcome.Error)]
    [InlineData(ToolCallOutcome.TimedOut)]
    [InlineData(ToolCallOutcome.Denied)]
    public void Of_CheckThatDidNotSucceed_SaysNothing(ToolCallOutcome outcome) =>
        CheckAnswer.Of(Made("read_file", "v7", false) with { Outcome = outcome }, "v7").ShouldBeNull();

    static ToolCallChecked Made(string tool, string output, bool truncated) => new(
        "work.1#1", "work", 1, 1, tool, JsonSerializer.SerializeToElement(new { }), CallDecision.Allow, "rule", "", ToolCallOutcome.Ok, output, "digest", truncated, 1, new ToolProvenance("1", null, "none", "b", "rule"));
}
