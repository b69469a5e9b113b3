using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Workspaces;
using Microsoft.Extensions.Options;

namespace Agent.Executor.Service.Tools;

/// <summary><c>run_command</c>: a program with its words, no shell between.</summary>
sealed class RunCommand(CommandRunner commands, IOptions<SandboxOptions> options) : ITool
{
    public ToolDescription Description { get; } = new(
        "run_command",
        "Runs a program in the workspace, without a shell: argv is the program and its arguments, one word each. Where pipes or redirects are needed, give shell, a bash command line, instead. Answers JSON with exit_code, stdout and stderr. There is no network.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "argv":{"type":"array","items":{"type":"string"},"minItems":1,"description":"For example [\"dotnet\",\"test\"]."},
              "shell":{"type":"string","description":"Instead of argv. For example \"grep -rc TODO src | sort\"."},
              "timeout_seconds":{"type":"integer","minimum":1,"maximum":3600,"description":"Ended after so long. Default 120."}},
             "additionalProperties":false}
            """),
        EffectClass.Irreversible,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var shell = arguments.OptionalText("shell");
        if (shell is null == !arguments.Has("argv"))
        {
            throw ToolArguments.Refused("Give either 'argv', a list of words, or 'shell', a command line.");
        }

        // Policy reads the line as bash does, so bash and no other shell runs it: without start-up files.
        var argv = shell is null ? arguments.Texts("argv") : ["bash", "--noprofile", "--norc", "-c", shell];
        if (argv[0].Length == 0)
        {
            throw ToolArguments.Refused("The first word of 'argv' must name a program.");
        }

        var timeout = TimeSpan.FromSeconds(arguments.Number("timeout_seconds", otherwise: (int)options.Value.Timeout.TotalSeconds, least: 1, most: 3600));
        return new PreparedCall(arguments.Normalised, shell is null ? CommandEffect.Of(argv) : EffectClass.Irreversible, async (context, cancellationToken) =>
            CommandAnswer.From(await commands.RunAsync(new SandboxedCommand(argv, workspace.Root, context.ActionKey, timeout), cancellationToken), argv, timeout))
        {
            Argv = shell is null ? argv : null,
            ShellCommand = shell,
            StartsProcess = true,
            Timeout = timeout + TimeSpan.FromSeconds(10),
        };
    }
}
