using System.CommandLine;
using Agent.Cli.Output;
using Agent.Llm.Smoke;
using Microsoft.Extensions.Configuration;

namespace Agent.Cli.Commands;

/// <summary><c>agent smoke</c>: what the configured model server can do, through both APIs.</summary>
static class SmokeCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("smoke", "Try the configured model server: models, streaming, tools, structured output, usage.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            SmokeReport? report;
            try
            {
                report = await ModelSmoke.RunAsync(new ConfigurationBuilder().AddEnvironmentVariables().Build(), cancellationToken);
            }
            catch (FormatException wrong)
            {
                talk.Say(wrong.Message);
                return (int)ExitCode.Usage;
            }

            if (report is null)
            {
                talk.Say("No model is configured: the suite uses its offline model. Set OPENAI_BASE_URL (and OPENAI_API_KEY, AGENT_MODEL) to try a server.");
                return (int)ExitCode.Usage;
            }

            if (parsed.GetValue(json))
            {
                talk.AnswerJson(report);
            }
            else
            {
                talk.Answer($"{report.Model} at {report.Server}\n\n"
                    + Columns.Of(["api", "what", "works", "detail"], report.Lines.Select(line => new[] { line.Api, line.Feature, line.Works ? "yes" : "NO", Columns.Shorten(line.Detail, 160) })));
                talk.Say(report.IsUsable ? "The suite can work with it." : "The suite can not work with it: answers and tools are needed, through one of the two.");
            }

            return (int)(report.IsUsable ? ExitCode.Done : ExitCode.Infrastructure);
        });
        return command;
    }
}
