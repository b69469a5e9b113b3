using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.WorkingCopies;

/// <summary>Which changed files are no part of a difference: what git ignores; outside of repositories, what lies where build and package tools put theirs.</summary>
sealed class IgnoredFiles(CommandRunner commands)
{
    const int AtOnce = 10_000;
    const int NoneIgnored = 1;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public async Task<IReadOnlySet<string>> OfAsync(Workspace tree, Guid runId, IReadOnlyList<TreeChange> changes, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(tree.Root, ".git")))
        {
            return changes.Where(change => (change.New ?? change.Old)!.IsByproduct).Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        }

        var ignored = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in changes.Chunk(AtOnce))
        {
            ignored.UnionWith(await AskAsync(tree, runId, part, cancellationToken));
        }

        return ignored;
    }

    async Task<string[]> AskAsync(Workspace tree, Guid runId, TreeChange[] changes, CancellationToken cancellationToken)
    {
        var command = new SandboxedCommand(["git", "check-ignore", "-z", "--stdin"], tree.Root, $"ignored-{runId:N}", Patience)
        {
            Environment = Git.Surroundings(tree),
            Input = [.. changes.SelectMany(change => PathName.Bytes(change.Path).Append((byte)0))],
        };
        var result = await commands.RunAsync(command, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();

        // Names end with NUL, which captured output shows as "\x00".
        return result is { End: CommandEnd.Exited, ExitCode: 0 or NoneIgnored } ? result.Stdout.Text.Split("\\x00", StringSplitOptions.RemoveEmptyEntries)
            : throw new CopyRefusedException($"git could not say which files it ignores: {result.Stderr.Text.Trim()} ({result.End}, exit code {result.ExitCode}).");
    }
}
