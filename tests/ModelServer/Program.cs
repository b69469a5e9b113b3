using System.Runtime.InteropServices;
using Agent.ModelServer;
using Agent.TestKit.Models;

// A model server to try the suite against: `dotnet run --project tests/ModelServer -- --port 1234 --kind LmStudio --rules`
var (port, kind, rules, faults) = (1234, ModelServerKind.Full, false, 0);
for (var position = 0; position < args.Length; position++)
{
    switch (args[position])
    {
        case "--port" when position + 1 < args.Length && int.TryParse(args[position + 1], out port):
            position++;
            break;
        case "--kind" when position + 1 < args.Length && Enum.TryParse(args[position + 1], ignoreCase: true, out kind):
            position++;
            break;
        case "--faults" when position + 1 < args.Length && int.TryParse(args[position + 1], out faults):
            position++;
            break;
        case "--rules":
            rules = true;
            break;
        default:
            Console.Error.WriteLine($"usage: [--port N] [--kind {string.Join('|', Enum.GetNames<ModelServerKind>())}] [--rules] [--faults PERCENT]");
            return 2;
    }
}

FakeModelServer server;
try
{
    server = await FakeModelServer.StartAsync(kind, port);
}
catch (IOException exception)
{
    Console.Error.WriteLine($"Port {port} can not be used: {exception.Message} Choose another with --port.");
    return 8;
}

server.FaultPercent = faults;
if (rules)
{
    server.Otherwise = request => CapableModel.IsAsked(request) ? CapableModel.Answer(request) : OfflineRules.Answer(request);
}

Console.WriteLine($"OPENAI_BASE_URL={server.BaseUrl} OPENAI_API_KEY=any AGENT_MODEL={FakeModelServer.Model}");
var ended = new TaskCompletionSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
await ended.Task;
await server.DisposeAsync();
return 0;

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    ended.TrySetResult();
}
