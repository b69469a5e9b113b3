using System.CommandLine;
using System.Text;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies status</c>: which bundle the running suite enforces, and what is wrong with its files.</summary>
static class PoliciesStatusCommand
{
    public static Command Create(IDoorSource source)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("status", "Say which bundle is in force, and every mistake of the files as they are now (exit code 2 if there is one).") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var status = await door.GetAsync<JsonElement>("policies/status", cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(status);
            }
            else
            {
                talk.Answer(Text(status));
            }

            return (int)(status.GetProperty("valid").GetBoolean() ? ExitCode.Done : ExitCode.Usage);
        });
        return command;
    }

    static string Text(JsonElement status)
    {
        var text = new StringBuilder($"In force: version {status.GetProperty("version")}, digest {status.GetProperty("digest")}").AppendLine();
        if (!status.GetProperty("valid").GetBoolean())
        {
            text.AppendLine($"The files in {status.GetProperty("directory")} are not valid and are not used:");
            foreach (var mistake in status.GetProperty("mistakes").EnumerateArray())
            {
                text.AppendLine($"  {mistake.GetProperty("file")}:{mistake.GetProperty("line")}:{mistake.GetProperty("column")}: {mistake.GetProperty("problem")} {mistake.GetProperty("cure")}");
            }
        }

        return text.ToString();
    }
}
