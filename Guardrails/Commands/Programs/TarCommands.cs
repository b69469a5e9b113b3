using Agent.Guardrails.Commands.Shell;

namespace Agent.Guardrails.Commands.Programs;

/// <summary>tar: its letters may stand without a dash, and its long options may be shortened.</summary>
static class TarCommands
{
    static readonly System.Buffers.SearchValues<char> Changing = System.Buffers.SearchValues.Create("xcruAd");
    static readonly System.Buffers.SearchValues<char> Running = System.Buffers.SearchValues.Create("ITFgX");
    static readonly string[] ChangingOptions = ["--extract", "--get", "--create", "--append", "--update", "--delete", "--concatenate", "--catenate", "--diff", "--compare"];

    // What lists an archive must not unpack or change it besides, and its letters may stand without a dash.
    public static void Find(IReadOnlyList<string> argv, List<Hazard> hazards)
    {
        var bundle = argv.Count > 1 && !argv[1].StartsWith('-') ? argv[1] : "";
        var lists = bundle.Contains('t') || argv.Any(word => word is "--list" || (word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.Contains('t')));
        var changes = bundle.AsSpan().ContainsAny(Changing) || argv.Any(word => Array.Exists(ChangingOptions, mode => word.Length > 3 && mode.StartsWith(word, StringComparison.Ordinal)) || (word is ['-', not '-', ..] && word.TakeWhile(letter => letter is not 'f').Any(Changing.Contains)));
        if ((lists && changes) || bundle.AsSpan().ContainsAny(Running))
        {
            hazards.Add(new Hazard("runs-other-code", $"`tar {Marks.Shown(bundle)}` does more than list."));
        }
    }
}
