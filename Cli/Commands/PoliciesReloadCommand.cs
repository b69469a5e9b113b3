using System.CommandLine;
using System.Text.Json;
using Agent.Cli.Door;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary><c>agent policies reload</c>: has the running suite read its policy files again.</summary>
static class PoliciesReloadCommand
{
    public static Command Create(IDoorSource source)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("reload", "Have the running suite read its policy files again; files with mistakes change nothing.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var talk = Talk.Of(parsed);
            using var door = await source.OpenAsync(parsed, cancellationToken);
            var status = await door.PostAsync<JsonElement>("policies/reload", new { }, cancellationToken);
            if (parsed.GetValue(json))
            {
                talk.AnswerJson(status);
            }
            else
            {
                talk.Answer($"In force: version {status.GetProperty("version")}, digest {status.GetProperty("digest")}");
            }

            return (int)ExitCode.Done;
        });
        return command;
    }
}
