using System.Text.Json;
using Agent.Cli.Output;

namespace Agent.Cli.Commands;

/// <summary>A JSON file with a plan. What is wrong with the plan is the planner's to say; here only that the file holds JSON.</summary>
static class PlanFile
{
    public static async Task<JsonElement?> ReadAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is null)
        {
            return null;
        }

        try
        {
            await using var text = file.OpenRead();
            return await JsonSerializer.DeserializeAsync<JsonElement>(text, cancellationToken: cancellationToken);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandException(ExitCode.Usage, $"{file.FullName} holds no plan: {unusable.Message} A plan is the object that `agent runs plan RUN --json` prints as \"plan\".");
        }
    }
}
