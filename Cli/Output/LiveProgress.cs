using System.Threading.Channels;
using Agent.Cli.Door;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Agent.Cli.Output;

/// <summary>A table of the steps that changes in place, on stderr.</summary>
sealed class LiveProgress : IRunProgress
{
    readonly Channel<RunView> _views = Channel.CreateBounded<RunView>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    readonly Task _drawing;

    public LiveProgress(TextWriter terminal)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal) });
        _drawing = console.Live(new Text("")).AutoClear(false).StartAsync(DrawAsync);
    }

    public Task ShowAsync(RunView run) => _views.Writer.WriteAsync(run).AsTask();

    public async ValueTask DisposeAsync()
    {
        _views.Writer.TryComplete();
        await _drawing;
    }

    async Task DrawAsync(LiveDisplayContext context)
    {
        await foreach (var run in _views.Reader.ReadAllAsync())
        {
            context.UpdateTarget(Draw(run));
        }
    }

    static Rows Draw(RunView run)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumns("state", "step", "title", "time");
        foreach (var step in run.Steps)
        {
            table.AddRow(new Markup(Mark(step.State)), new Text(step.Id), new Text(step.Title), new Text(PlainProgress.Took(step).Trim()));
        }

        var line = $"{PlainProgress.StateName(run.State)}{(run.WaitReason is { } reason ? ": " + reason : "")} · {run.DurationMs / 1000.0:0.0} s · {run.ToolCalls} tool calls · {run.Tokens} tokens";
        return new Rows((IEnumerable<IRenderable>)[new Text(Columns.Shorten(run.Goal, 100), new Style(decoration: Decoration.Bold)), table, new Text(line)]);
    }

    static string Mark(string state) => state switch
    {
        "accepted" => "[green]done[/]",
        "pending" => "[grey]waits[/]",
        "failed" or "rejected" => $"[red]{state}[/]",
        "waiting_approval" or "unknown" => $"[yellow]{state}[/]",
        _ => $"[blue]{Markup.Escape(state)}[/]",
    };
}
