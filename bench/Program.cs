using Agent.Bench;

return args switch
{
    ["bus", ..] => await BusBench.RunAsync(args[1..]),
    ["journal", ..] => await JournalBench.RunAsync(args[1..]),
    ["llm", ..] => await LlmBench.RunAsync(args[1..]),
    ["model-server"] => await LlmBench.ServeAsync(),
    ["peers", ..] => await PeersBench.RunAsync(args[1..]),
    ["runs", ..] => await RunsBench.RunAsync(args[1..]),
    ["decisions", ..] => await DecisionBench.RunAsync(args[1..]),
    ["simulate", ..] => SimulationBench.Run(args[1..]),
    ["sandbox", ..] => await SandboxBench.RunAsync(args[1..]),
    ["redaction", ..] => RedactionBench.Run(args[1..]),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: dotnet run -c Release --project bench -- bus|journal|llm|peers|runs|decisions|simulate|sandbox|redaction [--json]");
    return 2;
}
